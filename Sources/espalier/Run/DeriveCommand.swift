import ArgumentParser
import Search
import SpaceSyntax

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
    help: ArgumentHelp(
      "Where to write it; a file that is there is replaced. Default: standard output.", valueName: "file"))
  var out: String?

  func run() throws {
    ignoreSizeSignal()
    let text = try translatingFailures {
      try SeedFolder.requireOneRun(folder)
      let definition = try RunDirectory.definition(of: folder)
      let file = writtenScalar("\(relativePath(to: folder, from: out))/\(definition.spaceFile)")
      return replacingLine("of: ", of: try architecture(definition), with: "of: \(file)")
    }
    if let out {
      try writeAnswer(Array(text.utf8), to: out, sayingSoOn: .standardOutput)
    } else {
      Terminal.standardOutput.write(text)
    }
  }

  private func architecture(_ definition: RunDefinition) throws -> String {
    do {
      return String(decoding: try RunDirectory.read(.architecture, of: folder), as: UTF8.self)
    } catch .notARun {
      let steps = try RunDirectory.stepCount(of: folder)
      throw RunError.unfinished(path: folder, steps: steps, of: definition.totalSteps)
    }
  }
}

/// The text with its first line that starts so replaced.
private func replacingLine(_ start: String, of text: String, with line: String) -> String {
  var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  if let index = lines.firstIndex(where: { $0.hasPrefix(start) }) { lines[index] = line }
  return lines.joined(separator: "\n")
}
