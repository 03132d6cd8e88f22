import Foundation
import TestSupport

/// A page for readers, cut into what tests look at.
struct DocumentationPage: CustomStringConvertible, Sendable {
  /// A fenced block of a page.
  struct Block: CustomStringConvertible, Sendable {
    let page: String
    /// Of the opening fence, from 1.
    let line: Int
    /// The first word after the fence: `yaml`.
    let language: String
    /// What follows it: `fails=ES1234`.
    let attributes: String
    /// Without line feeds.
    let lines: [String]

    var description: String { "\(page):\(line)" }
    var text: String { lines.map { $0 + "\n" }.joined() }
  }

  /// Relative to the repository.
  let path: String
  private(set) var blocks: [Block] = []
  /// The lines outside of blocks.
  private(set) var prose: [String] = []

  var description: String { path }

  /// - Throws: Where the file cannot be read, or a fence is never closed.
  init(path: String) throws {
    try self.init(path: path, text: try String(contentsOfFile: "\(Repository.root)/\(path)", encoding: .utf8))
  }

  init(path: String, text: String) throws {
    self.path = path
    var open: (line: Int, info: String, lines: [String])?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).enumerated() {
      guard line.hasPrefix("```") else {
        if open == nil { prose.append(line) } else { open?.lines.append(line) }
        continue
      }
      guard let block = open else {
        open = (index + 1, String(line.dropFirst(3)), [])
        continue
      }
      blocks.append(Block(page: path, line: block.line, info: block.info, lines: block.lines))
      open = nil
    }
    if let open { throw Executable.Missing(description: "\(path):\(open.line): this block is never closed") }
  }

  /// The pages whose blocks are tested here: README.md, where there is one, and what is in docs/, without the pages of
  /// codes (tested by the parser and the checker) and the results (written by a command).
  static func tested() throws -> [DocumentationPage] {
    try all().filter { !$0.path.hasPrefix("docs/diagnostics/") && $0.path != "docs/results.md" }
  }

  /// README.md and every page below docs/, in the order of their paths.
  static func all() throws -> [DocumentationPage] {
    let below = FileManager.default.enumerator(atPath: "\(Repository.root)/docs")?.compactMap { $0 as? String } ?? []
    let readme = FileManager.default.fileExists(atPath: "\(Repository.root)/README.md") ? ["README.md"] : []
    let pages = below.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    return try (readme + pages).map { try DocumentationPage(path: $0) }
  }
}

extension DocumentationPage.Block {
  fileprivate init(page: String, line: Int, info: String, lines: [String]) {
    let words = info.split(separator: " ", maxSplits: 1).map(String.init)
    self.init(
      page: page, line: line, language: words.first ?? "", attributes: words.count > 1 ? words[1] : "", lines: lines)
  }
}

// MARK: Links

extension DocumentationPage {
  /// The targets of `[text](target)` that lead to a file or a heading of the repository.
  var relativeLinks: [String] {
    prose.flatMap { line in
      // Brackets in code are no link.
      let text = line.replacing(/`[^`]*`/, with: "")
      return text.matches(of: /\]\(([^)\s]+)\)/).map { String($0.output.1) }
    }
    .filter { $0.firstMatch(of: /^[a-z]+:/) == nil }
  }

  /// The names under which headings can be linked to: lower case, blanks as `-`, no punctuation.
  var anchors: Set<String> {
    Set(
      prose.filter { $0.firstMatch(of: /^[#]+\s/) != nil }.map { heading in
        let title = heading.drop { $0 == "#" }.dropFirst().lowercased()
        return String(title.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.map { $0 == " " ? "-" : $0 })
      })
  }

  /// What is wrong with a link of this page; nil: nothing.
  func complaint(aboutLink link: String) throws -> String? {
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    let target = parts[0].isEmpty ? path : "\(folder.isEmpty ? "" : folder + "/")\(parts[0])"
    guard FileManager.default.fileExists(atPath: "\(Repository.root)/\(target)") else { return "there is no \(target)" }
    guard parts.count == 2, target.hasSuffix(".md") else { return nil }
    return try DocumentationPage(path: target).anchors.contains(parts[1]) ? nil : "\(target) has no #\(parts[1])"
  }
}
