package import Datasets
import Distributions
package import Engine
import SpaceAnalysis
package import SpaceIR
import SpacePlanner
package import Supernet

/// A network that was trained from scratch, with what it costs.
package struct RetrainedNetwork: Hashable, Sendable, Codable {
  /// `searched`, `random 1`.
  package let label: String
  package let choices: [Int?]
  package let macs: Int
  package let parameters: Int
  package let result: TrainingResult
}

/// A network to train.
package struct RetrainingTask: Hashable, Sendable {
  package let label: String
  package let architecture: Architecture
  package let seed: UInt64
  package init(label: String, architecture: Architecture, seed: UInt64) {
    self.label = label
    self.architecture = architecture
    self.seed = seed
  }
}

/// Trains each network on train + validation and tests it on the test part; as many at once as there are threads, each
/// on one thread, so that the number of threads changes no result.
///
/// - Parameter finished: Called in the order in which networks finish.
package func retrain(
  _ tasks: [RetrainingTask], of space: Space, splits: DatasetSplits, recipe: TrainingRecipe, library: EngineLibrary,
  threads: Int, epochFinished: @escaping @Sendable () -> Void,
  finished: @escaping @Sendable (RetrainedNetwork) throws -> Void
) async throws -> [RetrainedNetwork] {
  let images = splits.trainAndValidation
  return try await withThrowingTaskGroup(of: (Int, RetrainedNetwork).self) { group in
    var next = 0
    func start() {
      let (index, task) = (next, tasks[next])
      next += 1
      group.addTask {
        let network = try train(
          task, of: space, images: images, test: splits.test, recipe: recipe, library: library,
          epochFinished: epochFinished)
        return (index, network)
      }
    }
    while next < min(max(1, threads), tasks.count) { start() }
    var done: [(Int, RetrainedNetwork)] = []
    for try await (index, network) in group {
      try finished(network)
      done.append((index, network))
      if next < tasks.count { start() }
    }
    return done.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

private func train(
  _ task: RetrainingTask, of space: Space, images: ImageSet, test: ImageSet, recipe: TrainingRecipe,
  library: EngineLibrary, epochFinished: @Sendable () -> Void
) throws -> RetrainedNetwork {
  let bound = try space.bound(to: task.architecture)
  let plan = try SupernetPlan(for: bound, statistics: .recorded)
  let network = try Supernet(plan, library: library, options: EngineOptions())
  try network.initialise(normals(seed: task.seed))
  let result = try network.train(on: images, test: test, recipe: recipe, seed: task.seed) { _ in epochFinished() }
  let cost = try cost(of: task.architecture, in: space)
  return RetrainedNetwork(
    label: task.label, choices: task.architecture.choices, macs: cost.macs, parameters: cost.parameters, result: result)
}

/// Random members whose multiply-adds are within a share of a network's: what a search has to beat.
///
/// - Returns: Independent draws, uniform over the encodings that are certainly in the band.
/// - Throws: `CostModelError`, `BandError`.
package func randomNetworks(
  like macs: Int, within share: Double, count: Int, of space: Space, seed: UInt64
) throws -> [Architecture] {
  let low = Int((Double(macs) * (1 - share)).rounded(.up))
  let high = Int((Double(macs) * (1 + share)).rounded(.down))
  let sampler = try BandSampler(CostModel(space), band: low...high)
  return (0..<count).map { number in
    var generator = SplitRandom(.baselines, seed: seed, UInt64(number))
    return sampler.draw(using: &generator)
  }
}
