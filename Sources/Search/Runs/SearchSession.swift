package import Datasets
import Distributions
package import Engine
package import SpaceAnalysis
package import SpaceIR
import Supernet

/// What a session tells while it works.
package enum SessionEvent: Sendable {
  /// The search is set up and about to start.
  case ready(SessionFacts)
  case step(StepRecord, samples: Int, of: Int)
  /// The search is over; so many networks are trained now. The rank is that of `ProbabilisticSearch.choice`.
  case chosen(Architecture, NetworkCost, rank: Int, networks: Int)
  /// One more epoch of one of the networks is done.
  case trained(epochs: Int, of: Int)
  case network(RetrainedNetwork)
}

/// Sizes of a search.
package struct SessionFacts: Sendable {
  package let tensors: Int
  package let parameters: Int
  package let steps: Int
  package let stepsPerEpoch: Int
}

/// A search from start to answer in a run directory: search, take the mode, train it from scratch beside random networks
/// of the same multiply-adds.
package struct SearchSession {
  package let definition: RunDefinition
  private let space: Space
  private let splits: DatasetSplits
  private let library: EngineLibrary
  private let threads: Int
  private var search: any SearchLoop

  /// - Throws: As `ProbabilisticSearch`.
  package init(
    _ space: Space, definition: RunDefinition, splits: DatasetSplits, library: EngineLibrary, threads: Int
  ) throws {
    self.space = space
    self.splits = splits
    self.library = library
    self.threads = threads
    let (recipe, seed) = (definition.recipe, definition.seed)
    search =
      switch definition.method {
      case .fpNAS, .parsec:
        try ProbabilisticSearch(space, splits: splits, recipe: recipe, seed: seed, library: library, threads: threads)
      case .random, .evolution:
        try SampledSearch(
          space, splits: splits, recipe: recipe, isEvolving: definition.method == .evolution, seed: seed,
          library: library, threads: threads)
      }
    var completed = definition
    completed.totalSteps = search.totalSteps
    self.definition = completed
  }

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - run: Gets every record as it comes; `run.json` is in it before the first step.
  ///   - architectureText: Writes the architecture file; the exporters know how.
  ///   - observe: Called on any thread, one call at a time.
  package mutating func run(
    in run: RunDirectory, architectureText: (Architecture) -> String,
    observe: @escaping @Sendable (SessionEvent) -> Void
  ) async throws -> RunResult {
    try run.write(definition, as: .definition)
    observe(
      .ready(
        SessionFacts(
          tensors: search.tensorCount, parameters: search.parameterCount, steps: search.totalSteps,
          stepsPerEpoch: search.stepsPerEpoch)))
    let searchSeconds = try runSteps(in: run, observe: observe)
    let (chosen, rank) = try search.choice()
    let cost = try cost(of: chosen, in: space)
    if let learnt = search.learnt { try run.write(DistributionSnapshot(learnt, of: space), as: .distribution) }
    try run.write(Array(architectureText(chosen).utf8), to: .architecture)
    let clock = ContinuousClock()
    let start = clock.now
    try report(.retraining, in: run, searchSeconds: searchSeconds, retrainingSeconds: 0)
    let networks = try await trainNetworks(chosen, cost, rank: rank, observe: observe)
    let result = RunResult(
      chosen: chosen, in: space, rank: rank, macs: cost.macs, parameters: cost.parameters, samples: search.samples,
      entropy: search.entropy, networks: networks)
    try run.write(result, as: .result)
    try report(
      .finished, in: run, searchSeconds: searchSeconds, retrainingSeconds: (clock.now - start).seconds)
    return result
  }

  /// - Returns: Wall time of the steps, in seconds.
  private mutating func runSteps(
    in run: RunDirectory, observe: @Sendable (SessionEvent) -> Void
  ) throws -> Double {
    let log = try run.log(.steps)
    let distributions = search.learnt == nil ? nil : try run.log(.distributions)
    let clock = ContinuousClock()
    let start = clock.now
    var reported = start
    try report(.searching, in: run, searchSeconds: 0, retrainingSeconds: 0)
    while !search.isFinished {
      if !search.isWarmingUp, DistributionRecord.isDue(before: search.step, of: search.totalSteps) {
        try recordDistribution(in: distributions)
      }
      let record = try search.advance()
      try log.append(try RunDirectory.encode(record, pretty: false))
      observe(.step(record, samples: search.samples, of: search.totalSteps))
      guard clock.now - reported > .seconds(1) else { continue }
      reported = clock.now
      try report(.searching, in: run, searchSeconds: (reported - start).seconds, retrainingSeconds: 0)
    }
    try recordDistribution(in: distributions)
    return (clock.now - start).seconds
  }

  private func recordDistribution(in log: LineLog?) throws {
    guard let learnt = search.learnt, let log else { return }
    let record = DistributionRecord(step: search.step, of: learnt)
    try log.append(try RunDirectory.encode(record, pretty: false))
  }

  private func report(
    _ phase: RunProgress.Phase, in run: RunDirectory, searchSeconds: Double, retrainingSeconds: Double
  ) throws {
    let progress = RunProgress(
      phase: phase, steps: search.step, samples: search.samples, entropy: search.entropy,
      searchSeconds: searchSeconds, retrainingSeconds: retrainingSeconds)
    try run.write(progress, as: .progress)
  }

  private func trainNetworks(
    _ chosen: Architecture, _ cost: NetworkCost, rank: Int, observe: @escaping @Sendable (SessionEvent) -> Void
  ) async throws -> [RetrainedNetwork] {
    guard definition.retraining.epochs > 0 else {
      observe(.chosen(chosen, cost, rank: rank, networks: 0))
      return []
    }
    let random = try randomNetworks(
      like: cost.macs, within: 0.05, count: definition.baselines, of: space, seed: definition.seed)
    let tasks = ([("searched", chosen)] + random.enumerated().map { ("random \($0.offset + 1)", $0.element) })
      .enumerated().map { number, task in
        RetrainingTask(
          label: task.0, architecture: task.1,
          seed: derivedSeed(.retraining, seed: definition.seed, UInt64(number)))
      }
    observe(.chosen(chosen, cost, rank: rank, networks: tasks.count))
    let total = tasks.count * definition.retraining.epochs
    let done = EpochCounter()
    return try await retrain(
      tasks, of: space, splits: splits, recipe: definition.retraining, library: library, threads: threads,
      epochFinished: { done.advance { observe(.trained(epochs: $0, of: total)) } },
      finished: { observe(.network($0)) })
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
