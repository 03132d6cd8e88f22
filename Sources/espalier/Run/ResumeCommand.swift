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

      The space is the copy in the run's folder. Takes up the newest checkpoint, drops the steps that were logged after \
      it, and does them again. All files but progress.json come out with the same bytes as without the stop.
      """)

  @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
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

  @OptionGroup var engine: DeviceOptions

  @Flag(help: "The answer as one JSON object.")
  var json = false

  func run() async throws {
    ignoreSizeSignal()
    StopRequest.listen()
    let (run, definition) = try translatingFailures {
      let definition = try RunDirectory.definition(of: folder)
      return (try RunDirectory(continuing: folder), definition)
    }
    if !fromStart, RunDirectory.has(.result, in: folder) { return try showFinished(run) }
    let setup = try SearchSetup(
      continuing: definition, in: folder, data: data, allowsOtherEngine: otherEngine, threads: threads,
      device: engine.device)
    if fromStart { try translatingFailures { try run.startOver() } }
    let reporter = SearchReporter(
      space: setup.space.space, method: setup.order.method, recipe: setup.recipe, json: json, path: folder)
    var session = try setup.session()
    reporter.header(setup.space, splits: setup.splits, definition: definition, library: setup.library)
    let result = try await setup.run(&session, in: run, pace: checkpoints.pace) { reporter.observe($0) }
    try reporter.answer(result)
  }

  private func showFinished(_ run: RunDirectory) throws {
    try translatingFailures {
      try run.tidy()
      let result = try RunDirectory.decode(RunResult.self, from: .result, of: folder)
      if json {
        let bytes = try RunDirectory.encode(result, pretty: true)
        Terminal.standardOutput.line(String(decoding: bytes, as: UTF8.self))
      } else {
        Terminal.standardOutput.line("'\(folder)' is finished; see: espalier status \(folder)")
      }
    }
  }
}
