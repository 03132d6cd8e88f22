import Distributions
import Search
import SpaceIR

/// What a run's folder holds, read for people. The one place of the report that knows how runs are stored.
struct RunReading {
  /// Of `StepRecord` what the report shows.
  struct Step {
    struct Draw {
      let cost: Int
      let trainingLoss: Double?
      let validationLoss: Double?
    }
    let step: Int
    let epoch: Int
    let entropy: Double
    let isWarmUp: Bool
    let draws: [Draw]
    let candidate: CandidateRecord?
  }

  let folder: String
  /// How the run stands, in words.
  let state: String
  /// How far the training from scratch is, in words; nil: it has not begun, or is over.
  let training: String?
  let definition: RunDefinition
  /// The definition as it stands in its file, whatever its fields.
  let recorded: RecordedValue
  let progress: RunProgress?
  let steps: [Step]
  /// The networks that were trained, by their number; 0 is the one that was found.
  let trained: [Int: RetrainedNetwork]
  /// The distributions that were kept, by the number of steps before them.
  let distributions: [(steps: Int, distribution: DistributionSnapshot)]
  /// What was learnt; nil before the end of the search.
  let learnt: DistributionSnapshot?
  /// The text of the architecture file; nil before a network was chosen.
  let architecture: String?
  let result: RunResult?

  /// - Throws: `RunError`.
  init(of folder: String) throws {
    self.folder = folder
    // Asked first: a run that ends in between is then still one that works, never one that stopped.
    let stand = try RunState(of: folder)
    state = stand.word
    training = stand.isTraining ? stand.trainingText : nil
    definition = try RunDirectory.definition(of: folder)
    recorded = try RunDirectory.decode(RecordedValue.self, from: .definition, of: folder)
    progress = try RunDirectory.decodeIfThere(RunProgress.self, from: .progress, of: folder)
    let reader = try RunReader(of: folder)
    var steps: [Step] = []
    try reader?.forEachStep { record in
      steps.append(
        Step(
          step: record.step, epoch: record.epoch, entropy: record.entropy, isWarmUp: record.isWarmUp,
          draws: record.draws.map {
            Step.Draw(cost: $0.cost, trainingLoss: $0.trainingLoss, validationLoss: $0.validationLoss)
          }, candidate: record.candidate))
    }
    self.steps = steps
    distributions = try reader?.snapshots() ?? []
    trained = try reader?.networks() ?? [:]
    learnt = try RunDirectory.decodeIfThere(DistributionSnapshot.self, from: .distribution, of: folder)
    architecture = try Self.text(of: .architecture, in: folder)
    result = try RunDirectory.decodeIfThere(RunResult.self, from: .result, of: folder)
  }

  private static func text(of file: RunDirectory.File, in folder: String) throws(RunError) -> String? {
    do {
      return String(decoding: try RunDirectory.read(file, of: folder), as: UTF8.self)
    } catch .notARun {
      return nil
    }
  }
}

extension RunReading {
  /// The networks that were trained so far, with their numbers.
  var networks: [(number: Int, network: RetrainedNetwork)] {
    if let result { return result.networks.enumerated().map { ($0.offset, $0.element) } }
    return trained.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Whether the search began with a joint distribution of another run.
  var startsJoint: Bool {
    definition.start != nil && distributions.first?.distribution.groups.contains { $0.decisions.count > 1 } == true
  }

  /// Whether a group of what was recorded holds several decisions.
  var isJoint: Bool {
    let kept = distributions.isEmpty ? learnt.map { [$0] } ?? [] : distributions.map(\.distribution)
    return kept.contains { $0.groups.contains { $0.decisions.count > 1 } }
  }

  /// P(the decision has the option) at the recorded steps, [decision][option]; where none was recorded the last ones.
  func shares(of space: Space) -> [(step: Int, shares: [[Double]])] {
    // What does not fit the space is not shown.
    let recorded = distributions.compactMap { steps, snapshot in
      snapshot.distribution(of: space).map { (step: steps, shares: $0.marginals) }
    }
    guard recorded.isEmpty, let learnt = learnt?.distribution(of: space) else { return recorded }
    return [(definition.totalSteps, learnt.marginals)]
  }
}
