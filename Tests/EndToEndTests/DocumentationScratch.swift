import Foundation
import TestSupport

/// A folder that looks to a command as the root of the repository does, and takes what the command writes.
struct DocumentationScratch {
  private let folder: String

  static func with<Result>(_ body: (DocumentationScratch) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      // A space on a page stands beside `spaces`, or among its files and so beside `blocks`. These are copies: a space
      // uses nothing through a link that leads out of its folder.
      for (name, source) in [("spaces", "spaces"), ("blocks", "spaces/blocks")] {
        try FileManager.default.copyItem(
          atPath: "\(Repository.root)/\(source)", toPath: "\(folder)/\(name)")
      }
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/docs", withDestinationPath: "\(Repository.root)/docs")
      return try body(DocumentationScratch(folder: folder))
    }
  }

  /// Runs a line of the shell in the folder; `espalier` is the built executable.
  func run(_ line: String) throws -> Executable.Outcome {
    try Executable.shell("cd '\(folder)' || exit 99; espalier() { \"$ESPALIER\" \"$@\"; }; \(line)")
  }

  func writeTable(_ text: String, named name: String) throws {
    try FileManager.default.createDirectory(atPath: "\(folder)/tables", withIntermediateDirectories: true)
    _ = try write(text, to: "tables/\(name).yaml", in: folder)
  }

  /// The codes of everything that the compiler says about a file with this text, in order.
  func codes(of text: String) throws -> [String] {
    _ = try write(text, to: "page.yaml", in: folder)
    let outcome = try run("espalier validate --format json page.yaml")
    let answer = try object(outcome.output)
    return (answer["diagnostics"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
  }
}

/// A `console` block: commands after `$ `, each followed by what it prints.
struct ConsoleSession {
  struct Step {
    let command: String
    let expected: [String]
  }

  private(set) var steps: [Step] = []
  /// Lines before the first command; there are none in a block that is right.
  private(set) var stray: [String] = []

  init(_ lines: [String]) {
    for line in lines {
      if line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2)), expected: []))
      } else if let last = steps.popLast() {
        steps.append(Step(command: last.command, expected: last.expected + [line]))
      } else {
        stray.append(line)
      }
    }
  }
}

/// Whether lines are those that a page shows. A line `...` on the page stands for any number of lines, `<word>` for one
/// or more characters.
func matches(_ lines: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
  guard let first = pattern.first else { return lines.isEmpty }
  guard first == "..." else {
    guard let line = lines.first, matches(line: line, first) else { return false }
    return matches(lines.dropFirst(), pattern.dropFirst())
  }
  return (lines.startIndex...lines.endIndex).contains { matches(lines[$0...], pattern.dropFirst()) }
}

/// Literal parts from left to right, each as early as possible, the last one at the end.
private func matches(line: String, _ pattern: String) -> Bool {
  let parts = pattern.split(separator: /<[^<>]+>/, omittingEmptySubsequences: false)
  guard parts.count > 1, let first = parts.first, let last = parts.last else { return line == pattern }
  guard line.hasPrefix(first) else { return false }
  var rest = line.dropFirst(first.count)
  for part in parts.dropFirst().dropLast() {
    guard let found = rest.dropFirst().firstRange(of: part) else { return false }
    rest = rest[found.upperBound...]
  }
  return rest.count > last.count && rest.hasSuffix(last)
}
