import ArgumentParser
import Search

/// `espalier status`: how far a run is, also while another process works on it.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "How far a run is, and what came out of it.",
    discussion: """
        espalier status runs/first
        espalier status runs/seeds

      Reads the run's folder only, so it can be asked at any time, also while the search works. Of a folder that \
      'search --seeds' has made it shows each seed. What is missing or damaged is told beside what is there; where a file \
      is damaged that no other replaces, the exit code is 2.
      """)

  @Argument(
    help: ArgumentHelp("The run's folder, or the folder of several seeds.", valueName: "run"), completion: .directory)
  var folder: String

  @Flag(help: "One JSON object.")
  var json = false

  func run() throws {
    if let seeds = try translatingFailures({ try SeedFolder(of: folder) }) {
      let states = try translatingFailures { try SeedStates(seeds) }
      return Terminal.standardOutput.write(json ? states.json.document : states.text)
    }
    if try translatingFailures({ try RunDirectory.isTraining(folder) }) {
      let state = try translatingFailures { try TrainState(of: folder) }
      Terminal.standardOutput.write(json ? state.json.document : state.text)
      if let damage = state.damages.first { throw CommandFailure(damage, status: .couldNotRun) }
      return
    }
    let state = try translatingFailures { try RunState(of: folder) }
    Terminal.standardOutput.write(json ? state.json.document : state.text)
    guard let damage = state.failure else { return }
    throw CommandFailure(damage, status: .couldNotRun)
  }
}
