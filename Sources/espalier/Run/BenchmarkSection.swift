import ArgumentParser
import SpaceCompiler

/// One section of docs/benchmarks.md, which the benchmark of its name writes.
struct BenchmarkSection {
  /// The word after `espalier benchmark`.
  let command: String
  let body: String

  private var start: String { "<!-- espalier benchmark \(command) -->" }
  private var end: String { "<!-- end of espalier benchmark \(command) -->" }

  var text: String { "\(start)\n\(body)\n\(end)\n" }

  init(command: String, body: String) {
    self.command = command
    self.body = body
  }

  /// A section that shows what the command prints, and how it was called.
  init(command: String, title: String, printed: String, call: BenchmarkCall = .current) {
    let note = "Written by `\(call)`; do not edit."
    self.init(command: command, body: "## \(title)\n\n\(note)\n\n```text\n\(printed)```")
  }

  /// The page with this section in the place of the one it has, or at its end.
  func replaced(in page: [UInt8]?) -> String {
    let old = page.map { String(decoding: $0, as: UTF8.self) } ?? "# Benchmarks\n"
    guard let from = old.firstRange(of: start), let to = old.firstRange(of: end + "\n") else {
      return old + "\n" + text
    }
    return old[..<from.lowerBound] + text + old[to.upperBound...]
  }

  /// - Throws: `CommandFailure` where the page cannot be written.
  func write(to path: String) throws {
    try replaceFile(path, with: Array(replaced(in: try? DiskReader().bytes(of: path)).utf8))
    Terminal.standardError.line("wrote \(path)")
  }
}

/// Where a benchmark's answer goes.
struct BenchmarkOutput: ParsableArguments {
  @Option(help: ArgumentHelp("The page whose section is replaced. Default: standard output.", valueName: "file"))
  var out: String?

  func write(_ printed: String, command: String, title: String) throws {
    try write(BenchmarkSection(command: command, title: title, printed: printed), printed: printed)
  }

  /// - Parameter printed: What goes to standard output where no page is named.
  func write(_ section: BenchmarkSection, printed: String) throws {
    guard let out else { return Terminal.standardOutput.write(printed) }
    try section.write(to: out)
  }
}
