import ArgumentParser
import Reports
import Search
import SpaceCompiler
import SpaceIR

/// `espalier report`: a run as one page to look at and to hand on.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract:
      "Write one HTML page about a run: its answer, curves, distribution, draws, network, comparison and recipe.",
    discussion: """
        espalier report runs/first
        espalier report runs/first --out first.html

      The page needs nothing else: no network, no scripts, no other file. It can be made at any time, also while the \
      search works; the same state of a run gives the same bytes.
      """)

  @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
  var folder: String

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Where to write it; one that is there is replaced. Default: report.html in the run's folder.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var out: String?

  func validate() throws {
    guard out?.isEmpty != true else { throw ValidationError("'--out' is the path of a file, not an empty text") }
  }

  func run() throws {
    ignoreSizeSignal()
    let story = try translatingFailures {
      let run = try RunReading(of: folder)
      return try RunStory(run, of: try space(of: run))
    }
    let page = RunReport(of: story).html
    let path = out ?? "\(folder)/report.html"
    try replaceFile(path, with: Array(page.utf8))
    Terminal.standardOutput.line("wrote \(path) (\(page.utf8.count.byteText)); open it in a browser")
  }

  /// The space that is kept in the run, for the shape that was searched.
  private func space(of run: RunReading) throws -> Space {
    let input = run.definition.input
    guard input.count == 3 else {
      throw RunError.damaged(path: "\(folder)/run.json", reason: "its input is not channels, height and width")
    }
    let shape = ImageShape(channels: input[0], height: input[1], width: input[2])
    let file = "\(folder)/\(run.definition.spaceFile)"
    guard let result = try compileReadable(file, input: shape).result else {
      throw RunError.damaged(path: file, reason: "it is no space that compiles; see 'espalier validate \(file)'")
    }
    guard result.hash == run.definition.spaceHash else {
      throw RunError.damaged(path: file, reason: "it is not the space that was searched: it has another hash")
    }
    return result.space
  }
}
