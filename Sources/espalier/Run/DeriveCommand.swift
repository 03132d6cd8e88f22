import ArgumentParser
import Search

/// `espalier derive`: the architecture that a run found.
struct DeriveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "derive",
    abstract: "Write the architecture that a run found: its space with every decision bound.",
    discussion: """
        espalier derive runs/first
        espalier derive runs/first -o best.yaml

      The file names the space inside the run's folder and the value of every decision.
      """)

  @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
  var folder: String

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("Where to write it. Default: standard output.", valueName: "file"))
  var out: String?

  func run() throws {
    let text = try translatingFailures { String(decoding: try architecture(), as: UTF8.self) }
      .replacingFirst("of: ", with: "of: \(pathToRun)/")
    if let out {
      try replaceFile(out, with: Array(text.utf8))
    } else {
      Terminal.standardOutput.write(text)
    }
  }

  private func architecture() throws -> [UInt8] {
    let definition = try RunDirectory.decode(RunDefinition.self, from: .definition, of: folder)
    do {
      return try RunDirectory.read(.architecture, of: folder)
    } catch .notARun {
      let steps = try RunDirectory.stepCount(of: folder)
      throw RunError.unfinished(path: folder, steps: steps, of: definition.totalSteps)
    }
  }

  /// The run's folder as seen from the folder of the file that is written.
  private var pathToRun: String {
    let run = folder.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    if folder.hasPrefix("/") { return "/" + run }
    let above = (out ?? "").split(separator: "/").dropLast().filter { $0 != "." }
    guard let out, !out.hasPrefix("/"), !above.contains("..") else { return out == nil ? run : resolved(folder) }
    return String(repeating: "../", count: above.count) + run
  }
}

extension String {
  /// With the first line that starts with a key's text changed.
  fileprivate func replacingFirst(_ start: String, with replacement: String) -> String {
    var lines = split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if let index = lines.firstIndex(where: { $0.hasPrefix(start) }) {
      lines[index] = replacement + lines[index].dropFirst(start.count)
    }
    return lines.joined(separator: "\n")
  }
}
