import Foundation
import TestSupport
import Testing

/// What the pages show is what the executable does.
struct DocumentationTests {
  @Test(arguments: try DocumentationPage.tested())
  func `every block says what it is`(page: DocumentationPage) {
    let pictures = page.path == "README.md" ? [] : ["text"]
    for block in page.blocks {
      #expect(["yaml", "console", "sh"].contains(block.language) || pictures.contains(block.language), "\(block)")
      let isFailing = block.language == "yaml" && block.attributes.wholeMatch(of: /fails=ES[0-9]{4}/) != nil
      let isKnown = block.attributes.isEmpty || isFailing || block.isRecorded
      #expect(isKnown, "\(block): '\(block.attributes)'")
    }
  }

  @Test(arguments: try blocks(of: "yaml").filter { ($0.isSpace && $0.table == nil) || !$0.attributes.isEmpty })
  func `a space on a page compiles, or fails as the page says`(block: DocumentationPage.Block) throws {
    let expected = block.attributes.hasPrefix("fails=") ? [String(block.attributes.dropFirst(6))] : []
    let tables = try Self.blocks(of: "yaml").filter { $0.page == block.page && $0.table != nil }
    let found = try DocumentationScratch.with { scratch in
      for table in tables { try scratch.writeTable(table.text, named: table.table ?? "") }
      return try scratch.codes(of: block.text)
    }
    #expect(found == expected)
  }

  @Test(arguments: try blocks(of: "yaml").filter(\.isDevice))
  func `a device on a page is one`(block: DocumentationPage.Block) throws {
    try withTemporaryFolder { folder in
      let shown = try Executable.run("device", "show", try write(block.text, to: "device.yaml", in: folder))
      #expect(shown.status == 0, "\(shown.errors)")
    }
  }

  /// A long search is shown as it was once printed. A short one of the same space must print the same lines but for
  /// numbers and options.
  @Test(arguments: try blocks(of: "console").filter(\.isRecorded))
  func `a recorded search has the shape of a search`(block: DocumentationPage.Block) throws {
    #expect(block.lines.first == "$ make search")
    try DocumentationScratch.with { scratch in
      let outcome = try scratch.run(
        "espalier search spaces/mini-f.yaml --method fp-nas --data fashion-mini --target 2.2M --limit 64 --epochs 30 --train-epochs 1 "
          + "--out runs/first")
      #expect(shape(of: outcome.output) == shape(of: block.lines.dropFirst().joined(separator: "\n")))
    }
  }

  @Test func `README has the command that make search runs`() throws {
    func lines(_ file: String) throws -> [String] {
      try String(contentsOfFile: "\(Repository.root)/\(file)", encoding: .utf8).split(separator: "\n").map(String.init)
    }
    let search = try #require(try lines("Makefile").first { $0.hasPrefix("SEARCH := ") }?.dropFirst("SEARCH := ".count))
    #expect(try lines("README.md").contains("espalier \(search) --out runs/first"))
  }

  @Test(arguments: try blocks(of: "console").filter { !$0.isRecorded })
  func `a command on a page prints what the page shows`(block: DocumentationPage.Block) throws {
    let session = ConsoleSession(block.lines)
    #expect(session.stray.isEmpty && !session.steps.isEmpty, "a console block begins with '$ espalier ...'")
    try DocumentationScratch.with { scratch in
      for step in session.steps {
        try #require(step.command.hasPrefix("espalier "), "'\(step.command)' is no command of ours")
        let outcome = try scratch.run(step.command)
        var lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        #expect(
          matches(lines[...], step.expected[...]),
          "$ \(step.command)\n\(outcome.output)\(outcome.errors)exit code \(outcome.status)")
      }
    }
  }

  @Test(arguments: try blocks(of: "sh"))
  func `a line of shell on a page can be run`(block: DocumentationPage.Block) throws {
    let known = try KnownCommands()
    for command in shellCommands(block.lines) {
      #expect(known.complaint(about: command) == nil, "\(command)")
    }
  }

  @Test(arguments: try DocumentationPage.all())
  func `links lead to files and headings that exist`(page: DocumentationPage) throws {
    for link in page.relativeLinks { #expect(try page.complaint(aboutLink: link) == nil, "\(link)") }
  }

  private static func blocks(of language: String) throws -> [DocumentationPage.Block] {
    try DocumentationPage.tested().flatMap(\.blocks).filter { $0.language == language }
  }
}

extension DocumentationPage.Block {
  /// Whether it shows what a long run once printed.
  fileprivate var isRecorded: Bool { language == "console" && attributes == "recorded" }

  /// The name of a latency table, which a space on the page reads as `tables/NAME.yaml`.
  fileprivate var table: String? {
    lines.first { $0.hasPrefix("latency_table: ") }.map { String($0.dropFirst("latency_table: ".count)) }
  }

  /// Whether the first line that is no comment begins a file of the language.
  fileprivate var isSpace: Bool {
    lines.first { !$0.isEmpty && !$0.hasPrefix("#") }?.hasPrefix("espalier:") == true && !isDevice
  }

  /// Whether it is the file of a device.
  fileprivate var isDevice: Bool { lines.contains { $0.hasPrefix("device: ") } }
}

/// What a line of a `sh` block may call.
struct KnownCommands {
  private let targets: Set<String>
  private let subcommands: Set<String>

  init() throws {
    let makefile = try String(contentsOfFile: "\(Repository.root)/Makefile", encoding: .utf8)
    targets = Set(
      makefile.split(separator: "\n").flatMap { line in
        (line.firstMatch(of: /^([a-z][a-z -]*):(?!=)/)?.output.1 ?? "").split(separator: " ").map(String.init)
      })
    let help = try Executable.run("--help").output.components(separatedBy: "SUBCOMMANDS:").dropFirst().joined()
    subcommands = Set(
      help.split(separator: "\n").compactMap { $0.firstMatch(of: /^\s\s([a-z-]+)\s/)?.output.1 }.map(String.init))
  }

  /// What is wrong with one command; nil: nothing.
  func complaint(about command: String) -> String? {
    let words = command.split(separator: " ").map(String.init).drop { $0.firstMatch(of: /^[A-Z_]+=/) != nil }
    let rest = words.dropFirst()
    switch words.first {
    case "make":
      let unknown = rest.first { !$0.hasPrefix("-") && !$0.contains("=") && !targets.contains($0) }
      return unknown.map { "the Makefile has no target '\($0)'" }
    case "espalier", ".build/release/espalier":
      guard let name = rest.first, !name.hasPrefix("-") else { return nil }
      return subcommands.contains(name) ? nil : "espalier has no subcommand '\(name)'"
    case "git", "cd", "python3": return nil
    case let other: return "'\(other ?? "")' is not a command that a page may ask for"
    }
  }
}

/// The commands of a block: lines that end with `\` joined, comments left out, `a && b` taken apart.
func shellCommands(_ lines: [String]) -> [String] {
  lines.joined(separator: "\n").replacing("\\\n", with: " ").split(separator: "\n")
    .map { $0.replacing(/(^|\s)#.*$/, with: "") }
    .flatMap { $0.components(separatedBy: "&&") }
    .map { $0.trimmingCharacters(in: .whitespaces) }
    .filter { !$0.isEmpty }
}

/// The lines of a search without what differs from run to run: numbers, options, widths of columns.
private func shape(of text: String) -> [String] {
  text.split(separator: "\n").map(String.init).filter {
    !$0.isEmpty && !$0.hasPrefix("make") && !$0.hasPrefix(".build/")
  }
  .map { line in
    // The options of a stage, and how the choice stands to the target.
    if line.hasPrefix("  s"), let owner = line.split(separator: " ").first { return "  \(owner) <options>" }
    if line.hasPrefix("the most probable network") { return "the most probable network" }
    return line.replacing(/[0-9][0-9.,]*[kMG]?/, with: "#").replacing("above the target", with: "below the target")
      .split(separator: " ").joined(separator: " ")
  }
}
