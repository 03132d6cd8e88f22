import ArgumentParser
import Search
import SpaceIR

/// `espalier resume`: go on with a run that was stopped.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a run that was stopped, to the result that it would have had.",
    discussion: """
        espalier resume runs/first
        espalier resume runs/seeds
        espalier resume runs/trained

      The space is the copy in the run's folder. Takes up the newest checkpoint, drops the steps that were logged after \
      it, and does them again. All files but progress.json come out with the same bytes as without the stop. Of a folder \
      that 'search --seeds' has made it does so for each seed that is not finished, and begins those that were not begun.
      """)

  @Argument(
    help: ArgumentHelp("The run's folder, or the folder of several seeds.", valueName: "run"), completion: .directory)
  var folder: String

  @Option(
    help: ArgumentHelp(
      "Where the images are now, as in 'search --data'; they must be the same images.", valueName: "source"))
  var data: String?

  @Flag(
    name: .customLong("from-start"),
    help: "Search again from the first step, for a run whose checkpoints or database are damaged.")
  var fromStart = false

  @Flag(
    name: .customLong("other-engine"),
    help: "Go on with another torch or other processor instructions; the result is then that of no single engine.")
  var otherEngine = false

  @OptionGroup var checkpoints: CheckpointOptions

  @Option(help: "Threads; changes no result.", transform: parseCount)
  var threads = availableProcessors()

  @Option(
    help: ArgumentHelp(
      "Of a training: threads that read images ahead of the step. Default: as many as threads.", valueName: "threads"),
    transform: parseCount)
  var workers: Int?

  @OptionGroup var engine: DeviceOptions

  @Flag(help: "The answer as one JSON object.")
  var json = false

  func run() async throws {
    ignoreSizeSignal()
    StopRequest.listen()
    if let seeds = try translatingFailures({ try SeedFolder(of: folder) }) { return try await resume(seeds) }
    if try translatingFailures({ try RunDirectory.isTraining(folder) }) { return try resumeTraining() }
    let (run, definition) = try translatingFailures {
      let definition = try RunDirectory.definition(of: folder)
      return (try RunDirectory(continuing: folder), definition)
    }
    if !fromStart, RunDirectory.has(.result, in: folder) { return try showFinished(run, RunResult.self) }
    _ = try await resume(run, definition, isOneOfSeveral: false)
  }

  private func resume(
    _ run: RunDirectory, _ definition: RunDefinition, isOneOfSeveral: Bool
  ) async throws -> RunResult {
    let setup = try setup(definition, in: run.path)
    if fromStart { try translatingFailures { try run.startOver() } }
    let reporter = SearchReporter(
      space: setup.space.space, method: setup.order.method, recipe: setup.recipe, json: json || isOneOfSeveral,
      path: run.path)
    var session = try setup.session()
    reporter.header(setup, definition)
    let result = try await setup.run(&session, in: run, pace: checkpoints.pace) { reporter.observe($0) }
    if isOneOfSeveral { reporter.clearLine() } else { try reporter.answer(result) }
    return result
  }

  private func setup(_ definition: RunDefinition, in folder: String) throws -> SearchSetup {
    try SearchSetup(
      continuing: definition, in: folder, data: data, allowsOtherEngine: otherEngine, threads: threads,
      device: engine.device)
  }

  private func resumeTraining() throws {
    let (definition, run) = try translatingFailures {
      (try RunDirectory.training(of: folder), try RunDirectory(continuing: folder))
    }
    if !fromStart, RunDirectory.has(.result, in: folder) { return try showFinished(run, TrainingRunResult.self) }
    let setup = try TrainSetup(
      continuing: definition, in: folder, data: data, allowsOtherEngine: otherEngine, threads: threads,
      workers: workers, device: engine.device)
    if fromStart { try translatingFailures { try run.startOver() } }
    let reporter = TrainReporter(setup, json: json, path: folder)
    let session = try setup.session()
    reporter.header()
    let result = try setup.run(session, in: run, pace: checkpoints.pace) { reporter.observe($0) }
    try reporter.answer(result)
  }

  private func showFinished<Result: Codable>(_ run: RunDirectory, _ type: Result.Type) throws {
    try translatingFailures {
      try run.tidy()
      let result = try RunDirectory.decode(type, from: .result, of: folder)
      if json {
        let bytes = try RunDirectory.encode(result, pretty: true)
        Terminal.standardOutput.line(String(decoding: bytes, as: UTF8.self))
      } else {
        Terminal.standardOutput.line("'\(folder)' is finished; see: espalier status \(folder)")
      }
    }
  }

  // MARK: Several seeds

  private func resume(_ seeds: SeedFolder) async throws {
    if fromStart {
      try translatingFailures { try SeedFolder.requireOneRun(folder) }
    }
    var results: [(UInt64, RunResult)] = []
    for seed in seeds.seeds { results.append((seed, try await result(of: seed, seeds))) }
    let comparison = SeedComparison(results)
    Terminal.standardOutput.write(json ? comparison.json.document : comparison.text)
  }

  private func result(of seed: UInt64, _ seeds: SeedFolder) async throws -> RunResult {
    let path = seeds.run(of: seed)
    guard seeds.isBegun(seed) else { return try await begin(seed, seeds) }
    let (run, definition, known) = try translatingFailures {
      let definition = try RunDirectory.definition(of: path)
      let run = try RunDirectory(continuing: path)
      let known = try RunDirectory.decodeIfThere(RunResult.self, from: .result, of: path)
      if known != nil { try run.tidy() }
      return (run, definition, known)
    }
    if let known {
      Terminal.standardError.line("seed \(seed): finished before, in \(path)")
      return known
    }
    Terminal.standardError.line("seed \(seed): goes on in \(path)")
    return try await resume(run, definition, isOneOfSeveral: true)
  }

  /// Begins the run of a seed that was asked for and not begun, with what another seed's run is defined by.
  private func begin(_ seed: UInt64, _ seeds: SeedFolder) async throws -> RunResult {
    guard let other = seeds.seeds.first(where: seeds.isBegun) else {
      throw CommandFailure(
        """
        no run of '\(folder)' was begun, so what to search is not known here
        help: start the search again with the same --out
        """, status: .couldNotRun)
    }
    var definition = try translatingFailures { try RunDirectory.definition(of: seeds.run(of: other)) }
    definition.seed = seed
    let setup = try setup(definition, in: seeds.run(of: other))
    let path = seeds.run(of: seed)
    let reporter = SearchReporter(
      space: setup.space.space, method: setup.order.method, recipe: setup.recipe, json: true, path: path)
    var session = try setup.session()
    Terminal.standardError.line("seed \(seed): searching in \(path)")
    let result = try await setup.run(
      &session, at: path, pace: checkpoints.pace, ready: { _ in }, observe: { reporter.observe($0) })
    reporter.clearLine()
    return result
  }
}
