package import Datasets
import Distributions
import Engine
package import SpaceIR
import SpacePlanner
package import Supernet

/// Share of validation images whose class is right, after the statistics of every batch norm on the path were measured
/// anew on training images (spos.md, section 5.3).
///
/// Deviations: the statistics are the mean over the batches, where the released search takes a moving average; among equal
/// accuracies the lower loss is better, where it takes the top-5 error, which few classes make useless. All candidates see
/// the same images.
package struct RecalibratedAccuracy: CandidateScore {
  private let supernet: Supernet
  private let lanes: Int
  private var calibration: FixedBatches
  private var validation: FixedBatches

  /// - Parameters:
  ///   - supernet: Its plan records statistics.
  ///   - firstSlot: Slots of the engine from here on belong to the score.
  package init(
    _ supernet: Supernet, splits: DatasetSplits, recipe: SearchRecipe, oneShot: OneShotRecipe, firstSlot: Int,
    seed: UInt64
  ) {
    self.supernet = supernet
    lanes = recipe.lanes
    calibration = FixedBatches(
      splits.train, count: oneShot.recalibrationImages, batch: recipe.batch, keepsRest: false, firstSlot: firstSlot,
      atOnce: recipe.lanes, order: SplitRandom(.calibration, seed: seed, 0))
    validation = FixedBatches(
      splits.validation, count: oneShot.validationImages, batch: Self.validationBatch, keepsRest: true,
      firstSlot: firstSlot + calibration.slotCount, atOnce: recipe.lanes,
      order: SplitRandom(.calibration, seed: seed, 1))
  }

  /// Images of a forward pass without statistics of its own, so that their number changes no result.
  private static let validationBatch = 200

  /// Forward passes of a score, in images.
  package var imageCount: Int { calibration.imageCount + validation.imageCount }

  package mutating func value(of candidate: Architecture) throws -> CandidateValue {
    do {
      try recalibrate(candidate)
      return try test(candidate)
    } catch let error as EngineError where error.status == .notFinite {
      // A candidate that fails is the worst, and no reason to stop.
      return CandidateValue(score: 0, loss: .infinity)
    }
  }

  private mutating func recalibrate(_ candidate: Architecture) throws {
    let program = try supernet.program(for: candidate, batch: calibration.counts[0], pass: .forward)
    for start in stride(from: 0, to: calibration.counts.count, by: lanes) {
      let range = start..<min(start + lanes, calibration.counts.count)
      let jobs = try calibration.slots(of: range, on: supernet).map { EngineJob(program: program, batch: $0) }
      _ = try supernet.context.evaluate(jobs, statistics: .mean(after: start))
    }
  }

  private mutating func test(_ candidate: Architecture) throws -> CandidateValue {
    var programs: [Int: EngineProgram] = [:]
    var (correct, loss, count) = (0, 0.0, 0)
    for start in stride(from: 0, to: validation.counts.count, by: lanes) {
      let range = start..<min(start + lanes, validation.counts.count)
      var jobs: [EngineJob] = []
      for (batch, slot) in zip(range, try validation.slots(of: range, on: supernet)) {
        let size = validation.counts[batch]
        let program = try programs[size] ?? supernet.program(for: candidate, batch: size, pass: .forward)
        programs[size] = program
        jobs.append(EngineJob(program: program, batch: slot))
      }
      for (batch, outcome) in zip(range, try supernet.context.evaluate(jobs, statistics: .fixed)) {
        correct += outcome.correct
        loss += outcome.loss * Double(validation.counts[batch])
        count += validation.counts[batch]
      }
    }
    return CandidateValue(score: Double(correct) / Double(count), loss: loss / Double(count))
  }
}
