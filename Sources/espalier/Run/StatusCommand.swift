import ArgumentParser

/// `espalier status`: how far a run is, also while another process works on it.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "How far a run is, and what came out of it.",
    discussion: """
        espalier status runs/first

      Reads the run's folder only, so it can be asked at any time, also while the search works.
      """)

  @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
  var folder: String

  @Flag(help: "One JSON object.")
  var json = false

  func run() throws {
    let state = try translatingFailures { try RunState(of: folder) }
    Terminal.standardOutput.write(json ? state.json.document : state.text)
  }
}
