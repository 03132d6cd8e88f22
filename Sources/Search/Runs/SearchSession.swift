package import Datasets
import Distributions
package import Engine
package import SpaceAnalysis
package import SpaceIR
import Supernet

/// What a session tells while it works.
package enum SessionEvent: Sendable {
  /// The search is set up and about to start or to go on.
  case ready(SessionFacts)
  /// It goes on after this many steps; so many that had been done after the checkpoint are done again.
  case resumed(after: Int, again: Int)
  /// Something is not as it should be, and the run goes on all the same.
  case warning(String)
  /// A step that was done before the process began.
  case earlier(StepRecord, samples: Int, of: Int)
  case step(StepRecord, samples: Int, of: Int)
  /// Something that is to be said of the search, each a sentence.
  case noted([String])
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
  /// What is to be said before it begins, each a sentence.
  package let remarks: [String]
}

/// A search from start to answer in a run directory: search, take the mode, train it from scratch beside random networks
/// of the same multiply-adds.
///
/// The same call begins a run and goes on with one that was stopped at any moment: it takes up the newest checkpoint,
/// takes back what the database has beyond it, and from there does what an undisturbed run would have done.
package struct SearchSession {
  package let definition: RunDefinition
  /// What computes from here on, where it is not the engine that the run was begun with: the run notes it.
  package var otherEngine: String?
  private let space: Space
  private let splits: DatasetSplits
  private let library: EngineLibrary
  private let threads: Int
  private var search: any SearchLoop

  /// - Parameter start: What the definition says that the distribution starts from.
  /// - Throws: As `ProbabilisticSearch`.
  package init(
    _ space: Space, definition: RunDefinition, splits: DatasetSplits, library: EngineLibrary, threads: Int,
    start: DistributionStart? = nil
  ) throws {
    precondition((start == nil) == (definition.start == nil), "a start is noted in the definition")
    self.space = space
    self.splits = splits
    self.library = library
    self.threads = threads
    let (recipe, seed) = (definition.recipe, definition.seed)
    search =
      switch definition.method {
      case .fpNAS, .parsec:
        try ProbabilisticSearch(
          space, splits: splits, recipe: recipe, seed: seed, library: library, threads: threads,
          start: start.map { ($0, definition.start?.softening ?? 1) })
      case .random, .evolution:
        try SampledSearch(
          space, splits: splits, recipe: recipe, isEvolving: definition.method == .evolution, seed: seed,
          library: library, threads: threads)
      case .fbnetV2:
        try MaskedSearch(space, splits: splits, recipe: recipe, seed: seed, library: library, threads: threads)
      case .spos, .bnNAS, .hurricane, .foxNAS, .piNAS:
        try OneShotSearch(space, splits: splits, recipe: recipe, seed: seed, library: library, threads: threads)
      }
    var completed = definition
    completed.totalSteps = search.totalSteps
    self.definition = completed
  }

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - run: Gets every record as it comes; `run.json` is in it before the first step.
  ///   - isStopping: Asked after each step; true: a checkpoint is written and the run stops.
  ///   - architectureText: Writes the architecture file; the exporters know how.
  ///   - observe: Called on any thread, one call at a time.
  /// - Throws: `RunError`, `.stopped` among others; `SearchError.notFinite`; `EngineError`.
  package mutating func run(
    in run: RunDirectory, pace: CheckpointPace = CheckpointPace(),
    isStopping: @escaping @Sendable () -> Bool = { false }, architectureText: (Architecture) -> String,
    observe: @escaping @Sendable (SessionEvent) -> Void
  ) async throws -> RunResult {
    let shelf = CheckpointShelf("search", of: run.path)
    try restore(from: shelf, observe: observe)
    if !RunDirectory.has(.definition, in: run.path) { try run.write(definition, as: .definition) }
    let database = try openDatabase(in: run)
    let again = try database.rollBack(to: search.step)
    try CheckpointShelf.clearDrafts(run.path)
    if let otherEngine { try database.append(engine: otherEngine, after: search.step) }
    observe(
      .ready(
        SessionFacts(
          tensors: search.tensorCount, parameters: search.parameterCount, steps: search.totalSteps,
          stepsPerEpoch: search.stepsPerEpoch, remarks: search.remarks)))
    if search.step > 0 || again > 0 { observe(.resumed(after: search.step, again: again)) }
    var clocks = RunClocks(try RunDirectory.decodeIfThere(RunProgress.self, from: .progress, of: run.path))
    try runSteps(in: run, database, shelf, pace, isStopping, &clocks, observe: observe)
    for document in search.documents { try run.write(document.bytes, to: document.file) }
    let (chosen, rank) = try search.choice()
    let cost = try definition.recipe.cost(of: chosen, in: space)
    if let learnt = search.learnt { try run.write(DistributionSnapshot(learnt, of: space), as: .distribution) }
    try run.write(Array(architectureText(chosen).utf8), to: .architecture)
    clocks.beginRetraining()
    let networks = try await trainNetworks(
      chosen, cost, rank: rank, in: run, database, pace, isStopping, clocks, observe: observe)
    let result = RunResult(
      chosen: chosen, in: space, rank: rank, macs: cost.macs, parameters: cost.parameters, samples: search.samples,
      entropy: search.entropy, networks: networks)
    try database.finish()
    // From here on the run is finished, whatever happens to the process.
    try run.write(result, as: .result)
    var end = progress(.finished, clocks)
    end.totalEpochs = networks.count * definition.retraining.epochs
    end.trainedEpochs = end.totalEpochs
    try run.write(end, as: .progress)
    try CheckpointShelf.clear(run.path)
    return result
  }

  // MARK: Going on

  private mutating func restore(
    from shelf: CheckpointShelf, observe: @Sendable (SessionEvent) -> Void
  ) throws {
    guard let found = try shelf.newest() else { return }
    for (file, reason) in found.damaged {
      observe(.warning("the checkpoint '\(file)' cannot be read: \(reason); the one before it is used"))
    }
    try search.restore(found.file)
  }

  private func openDatabase(in run: RunDirectory) throws -> RunDatabase {
    // A checkpoint waits for the steps before it, so they are there unless somebody has changed the file. Opening it for
    // writing would make an empty one a database.
    if search.step > 0 {
      let logged = try RunDirectory.stepCount(of: run.path)
      guard logged >= search.step else {
        throw RunError.stepsLost(path: run.path, steps: logged, wanted: search.step)
      }
    }
    return try RunDatabase(writing: run.path)
  }

  // MARK: The search

  private mutating func runSteps(
    in run: RunDirectory, _ database: RunDatabase, _ shelf: CheckpointShelf, _ pace: CheckpointPace,
    _ isStopping: () -> Bool, _ clocks: inout RunClocks, observe: @Sendable (SessionEvent) -> Void
  ) throws {
    let events = try earlierSteps(of: run, observe: observe)
    var timer = CheckpointTimer(pace, from: search.step)
    var reported = ContinuousClock.now
    var said = search.remarks
    // A run that was stopped in its training stays one that trains.
    if !search.isFinished { try run.write(progress(.searching, clocks), as: .progress) }
    while !search.isFinished {
      let record = try advance()
      try database.append(record, snapshot: dueSnapshot(record))
      try events.append(record)
      observe(.step(record, samples: search.samples, of: search.totalSteps))
      if search.remarks != said {
        said = search.remarks
        observe(.noted(said))
      }
      let isStopping = isStopping()
      if timer.isDue(at: search.step) || search.isFinished || isStopping {
        try database.flush()
        try shelf.write(search.state(), step: search.step)
      }
      if isStopping {
        try run.write(progress(.searching, clocks), as: .progress)
        throw RunError.stopped(path: run.path, steps: search.step, of: search.totalSteps)
      }
      guard ContinuousClock.now - reported > .seconds(1) else { continue }
      reported = .now
      try run.write(progress(.searching, clocks), as: .progress)
    }
  }

  private mutating func advance() throws -> StepRecord {
    do {
      return try search.advance()
    } catch let error as EngineError where error.status == .notFinite {
      throw SearchError.notFinite(steps: search.step, reason: error.message)
    }
  }

  /// The curves up to here, written anew.
  private func earlierSteps(
    of run: RunDirectory, observe: @Sendable (SessionEvent) -> Void
  ) throws -> EventFile {
    let events = try EventFile(of: run.path)
    var samples = 0
    try RunReader(of: run.path)?.forEachStep { record in
      try events.append(record)
      samples += record.draws.count
      observe(.earlier(record, samples: samples, of: search.totalSteps))
    }
    return events
  }

  /// About a hundred distributions of a search are kept, and none of its warm-up, in which they are all alike.
  private func dueSnapshot(_ record: StepRecord) -> (form: String, distribution: DistributionSnapshot)? {
    let pieces = 100
    guard let learnt = search.learnt, !record.isWarmUp,
      search.step * pieces / search.totalSteps > record.step * pieces / search.totalSteps
    else { return nil }
    return (search.isJoint ? "joint" : "factorised", DistributionSnapshot(learnt, of: space))
  }

  private func progress(_ phase: RunProgress.Phase, _ clocks: RunClocks) -> RunProgress {
    RunProgress(
      phase: phase, steps: search.step, samples: search.samples, entropy: search.entropy,
      searchSeconds: clocks.search, retrainingSeconds: clocks.retraining,
      searchProcessorSeconds: clocks.searchProcessor)
  }

  // MARK: Training from scratch

  private func trainNetworks(
    _ chosen: Architecture, _ cost: NetworkCost, rank: Int, in run: RunDirectory, _ database: RunDatabase,
    _ pace: CheckpointPace, _ isStopping: @escaping @Sendable () -> Bool, _ clocks: RunClocks,
    observe: @escaping @Sendable (SessionEvent) -> Void
  ) async throws -> [RetrainedNetwork] {
    guard definition.retraining.epochs > 0 else {
      observe(.chosen(chosen, cost, rank: rank, networks: 0))
      try conclude(observe)
      return []
    }
    let tasks = try retrainingTasks(chosen, cost)
    observe(.chosen(chosen, cost, rank: rank, networks: tasks.count))
    try conclude(observe)
    let known = try RunReader(of: run.path)?.networks() ?? [:]
    for number in known.keys.sorted() { observe(.network(known[number]!)) }
    let progress = RetrainingProgress(
      self.progress(.retraining, clocks), done: known.count * definition.retraining.epochs,
      of: tasks.count * definition.retraining.epochs, clocks: clocks, run: run, observe: observe)
    try progress.write()
    let stop = RunError.stopped(path: run.path, steps: search.step, of: search.totalSteps)
    let keeper = RetrainingKeeper(
      run: run.path, pace: pace, known: known, stop: { isStopping() ? stop : nil }, warn: { observe(.warning($0)) })
    do {
      return try await retrain(
        tasks, of: space, splits: splits, recipe: definition.retraining, library: library, threads: threads,
        keeper: keeper, epochFinished: { try progress.advance() },
        finished: { number, network in
          try database.append(network, number: number)
          observe(.network(network))
        })
    } catch let error as RunError where error == stop {
      try progress.write()
      throw error
    }
  }

  private func conclude(_ observe: @Sendable (SessionEvent) -> Void) throws {
    let conclusion = try search.conclusion()
    if !conclusion.isEmpty { observe(.noted(conclusion)) }
  }

  private func retrainingTasks(_ chosen: Architecture, _ cost: NetworkCost) throws -> [RetrainingTask] {
    let random = try randomNetworks(
      like: cost[definition.recipe.measure], by: definition.recipe.measure, within: 0.05, count: definition.baselines,
      of: space, seed: definition.seed)
    return ([("searched", chosen)] + random.enumerated().map { ("random \($0.offset + 1)", $0.element) })
      .enumerated().map { number, task in
        RetrainingTask(
          label: task.0, architecture: task.1,
          seed: derivedSeed(.retraining, seed: definition.seed, UInt64(number)))
      }
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
