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
        espalier report runs/seeds

      The page needs nothing else: no network, no scripts, no other file. It can be made at any time, also while the \
      search works; the same state of a run gives the same bytes. Of a folder that 'search --seeds' has made it writes the \
      page of each seed, and one with their means and links to them.
      """)

  @Argument(
    help: ArgumentHelp("The run's folder, or the folder of several seeds.", valueName: "run"), completion: .directory)
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
    let path = out ?? Self.page(of: folder)
    if let seeds = try translatingFailures({ try SeedFolder(of: folder) }) {
      return try write(try seedsPage(seeds, at: path), to: path)
    }
    if try translatingFailures({ try RunDirectory.isTraining(folder) }) {
      let story = try translatingFailures { try TrainingStory(reading: folder) }
      return try write(TrainingReport(of: story).html, to: path)
    }
    try write(RunReport(of: try story(of: folder)).html, to: path)
  }

  private static func page(of run: String) -> String { "\(run)/report.html" }

  private func write(_ page: String, to path: String) throws {
    try writeAnswer(Array(page.utf8), to: path)
    Terminal.standardOutput.line("wrote \(path) (\(page.utf8.count.byteText)); open it in a browser")
  }

  private func story(of run: String) throws -> RunStory {
    try translatingFailures {
      let reading = try RunReading(of: run)
      return try RunStory(reading, of: try space(of: reading))
    }
  }

  /// Writes the page of each seed; the page about them all.
  ///
  /// - Parameter path: Where that will be, which links depend on.
  private func seedsPage(_ seeds: SeedFolder, at path: String) throws -> String {
    let runs = try seeds.seeds.map { seed in
      let run = seeds.run(of: seed)
      guard seeds.isBegun(seed) else {
        return SeedsReport.Run(seed: seed, state: "not begun", page: nil, story: nil)
      }
      let (story, page) = (try story(of: run), Self.page(of: run))
      try write(RunReport(of: story).html, to: page)
      return SeedsReport.Run(
        seed: seed, state: story.state,
        page: out == nil ? Self.page(of: SeedFolder.name(of: seed)) : relativePath(to: page, from: path), story: story)
    }
    guard let report = SeedsReport(of: runs) else {
      throw CommandFailure("no run of '\(folder)' was begun, so there is nothing to report")
    }
    return report.html
  }

  /// The space that is kept in the run, for the shape that was searched.
  private func space(of run: RunReading) throws -> Space {
    let input = run.definition.input
    guard input.count == 3 else {
      throw RunError.damaged(path: "\(run.folder)/run.json", reason: "its input is not channels, height and width")
    }
    let shape = ImageShape(channels: input[0], height: input[1], width: input[2])
    let file = "\(run.folder)/\(run.definition.spaceFile)"
    let devices = try run.definition.tables(in: run.folder)
    guard let result = try compileReadable(file, input: shape, devices: devices).result else {
      throw RunError.damaged(path: file, reason: "it is no space that compiles; see 'espalier validate \(file)'")
    }
    guard result.hash == run.definition.spaceHash else {
      throw RunError.damaged(path: file, reason: "it is not the space that was searched: it has another hash")
    }
    return result.space
  }
}
