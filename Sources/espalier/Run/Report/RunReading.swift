import Distributions
import Foundation
import Search
import SpaceIR

/// What a run's folder holds, read for people. The one place of the report that knows how runs are stored.
struct RunReading {
  /// Of `StepRecord` what the report shows; the choices of the draws, most of the bytes, are passed over.
  struct Step: Decodable {
    struct Draw: Decodable {
      let macs: Int
      let trainingLoss: Double
      let validationLoss: Double?
    }
    let step: Int
    let entropy: Double
    let isWarmUp: Bool
    let draws: [Draw]
  }

  let folder: String
  /// Whether a process works on the run.
  let isWorking: Bool
  let definition: RunDefinition
  /// The definition as it stands in its file, whatever its fields.
  let recorded: RecordedValue
  let progress: RunProgress?
  let steps: [Step]
  let distributions: [DistributionRecord]
  /// What was learnt; nil before the end of the search.
  let learnt: DistributionSnapshot?
  /// The text of the architecture file; nil before a network was chosen.
  let architecture: String?
  let result: RunResult?

  /// - Throws: `RunError`.
  init(of folder: String) throws {
    self.folder = folder
    // Asked first: a run that ends in between is then still one that works, never one that stopped.
    isWorking = RunDirectory.isInUse(folder)
    definition = try RunDirectory.decode(RunDefinition.self, from: .definition, of: folder)
    recorded = try RunDirectory.decode(RecordedValue.self, from: .definition, of: folder)
    progress = try RunDirectory.decodeIfThere(RunProgress.self, from: .progress, of: folder)
    steps = try Self.records(of: .steps, in: folder)
    distributions = try Self.records(of: .distributions, in: folder)
    learnt = try RunDirectory.decodeIfThere(DistributionSnapshot.self, from: .distribution, of: folder)
    architecture = try Self.text(of: .architecture, in: folder)
    result = try RunDirectory.decodeIfThere(RunResult.self, from: .result, of: folder)
  }

  /// How the run stands, in words.
  var state: String {
    switch (progress?.phase, isWorking) {
    case (.finished, _): "finished"
    case (let phase?, true): phase.rawValue
    case (let phase?, false): "stopped while \(phase.rawValue)"
    case (nil, true): "starting"
    case (nil, false): "stopped while starting"
    }
  }

  private static func text(of file: RunDirectory.File, in folder: String) throws(RunError) -> String? {
    do {
      return String(decoding: try RunDirectory.read(file, of: folder), as: UTF8.self)
    } catch .notARun {
      return nil
    }
  }

  /// The whole lines of a log; none where there is no log yet.
  private static func records<Record: Decodable>(of file: RunDirectory.File, in folder: String) throws -> [Record] {
    let bytes: [UInt8]
    do {
      bytes = try RunDirectory.read(file, of: folder)
    } catch RunError.notARun {
      return []
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    // What follows the last line feed is a line that a killed process did not finish.
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    do {
      return try bytes[..<end].split(separator: UInt8(ascii: "\n")).map {
        try decoder.decode(Record.self, from: Data($0))
      }
    } catch {
      throw RunError.damaged(path: "\(folder)/\(file.rawValue)", reason: "it does not hold what this version writes")
    }
  }
}

extension RunReading {
  /// P(the decision has the option) at the recorded steps, [decision][option]; where none was recorded the last ones.
  func shares(of space: Space) -> [(step: Int, shares: [[Double]])] {
    // Of another space there would be other numbers of options; what does not fit is not shown.
    let sizes = space.decisions.map(\.options.count)
    let recorded = distributions.filter { $0.shares.map(\.count) == sizes }
      .map { (step: $0.step, shares: $0.shares.map { $0.map { Double($0) / 10_000 } }) }
    guard recorded.isEmpty, let learnt = learnt?.distribution(of: space) else { return recorded }
    return [(definition.totalSteps, learnt.marginals)]
  }
}
