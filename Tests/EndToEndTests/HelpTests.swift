import Testing

struct HelpTests {
  static let commands = [
    "validate", "explain", "count", "costs", "sample", "rank", "unrank", "compile", "plan", "new", "format", "diff",
    "schema", "fit", "optimise",
  ]

  @Test func `the root's help lists every command`() throws {
    let help = try Executable.run("--help").output
    for command in Self.commands { #expect(help.contains("\n  \(command) ")) }
  }

  @Test(arguments: [nil] + commands.map(Optional.some))
  func `every example in the help runs`(command: String?) throws {
    // Wide enough that no example is broken.
    let help = try Executable.run([command, "--help"].compactMap { $0 }, environment: ["COLUMNS": "400"]).output
    let examples = help.split(separator: "\n").filter { $0.hasPrefix("  espalier ") }
    #expect(!examples.isEmpty)
    for example in examples {
      let arguments = Array(words(of: example).dropFirst())
      let outcome = try Executable.run(arguments)
      #expect(outcome.status == 0, "\(example): \(outcome.errors)")
      #expect(!outcome.output.isEmpty)
    }
  }

  @Test func `the help of search says how many candidates are scored, and how to lower it`() throws {
    let help = try Executable.run(["search", "--help"], environment: ["COLUMNS": "400"]).output
    for words in ["1,050 candidates", "Pi-NAS 1,000", "FOX-NAS 305", "'oneshot: {population: 10, generations: 4}'"] {
      #expect(help.contains(words))
    }
  }

  /// As a shell cuts a line, as far as double quotes go.
  private func words(of line: Substring) -> [String] {
    line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
      index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
    }
  }
}
