import Diagnostics
import TestSupport
import Testing

@testable import SpaceSyntax

struct FormattingTests {
  @Test(arguments: try GoldenCase.all(in: "Tests/SpaceSyntaxTests/Golden"))
  func `the layout is that of the golden file`(golden: GoldenCase) throws {
    let text = try #require(try formatted(Repository.bytes(of: "Tests/SpaceSyntaxTests/Golden/\(golden.path)")))
    try golden.expect(text, extension: "formatted")
    #expect(try formatted(text) == text)
  }

  /// Everything that the formatter is asked to do in this repository.
  @Test(arguments: try yamlFiles(in: ["spaces", "Tests", "docs"]))
  func `a second time changes nothing`(path: String) throws {
    guard let text = try formatted(Repository.bytes(of: path)) else { return }
    #expect(try formatted(text) == text)
  }

  @Test(arguments: try yamlFiles(in: ["spaces"]))
  func `shipped spaces are in the layout`(path: String) throws {
    #expect(try formatted(Repository.bytes(of: path)) == String(decoding: Repository.bytes(of: path), as: UTF8.self))
  }

  @Test func `line ends, byte-order marks and the last line end are plain`() throws {
    let text = "\u{FEFF}a: 1 # x\r\n# y\rb: |\r\n  c\r\n  d"
    #expect(try formatted(text) == "a: 1 # x\n# y\nb: |-\n  c\n  d\n")
  }

  @Test func `line ends of YAML 1.1 are escaped where they are text and comments end at them`() throws {
    #expect(try formatted("a: \"b\u{2028}c\" # d\u{85}e: 1\n") == "a: \"b\\Lc\" # d\ne: 1\n")
    #expect(try formatted("a: [b\u{2028}c]\n") == "a: [\"b\\Lc\"]\n")
  }

  @Test func `markers of the document are left out, comments beside them are not`() throws {
    #expect(try formatted("# a\n--- # b\nc: 1\n... # d\n# e\n") == "# a\n# b\nc: 1\n# d\n# e\n")
  }

  @Test(arguments: ["", "# only a comment\n", "a: [", "a: 1\na: 2\n", "a: !t b\n", "a: *b\n"])
  func `a file with an error has no layout`(text: String) throws {
    var (sources, log) = (SourceMap(), DiagnosticLog())
    let id = sources.add(path: "a.yaml", bytes: Array(text.utf8))
    #expect(try formatYAML(id, in: sources, log: &log) == nil)
    #expect(log.hasErrors)
  }

  @Test func `brackets stay up to the last column and not beyond`() throws {
    let word = String(repeating: "w", count: LayoutRenderer.width - 8)
    #expect(try formatted("a: [b,  \(word)]") == "a: [b, \(word)]\n")
    #expect(try formatted("a: [b,  \(word)w]") == "a:\n  - b\n  - \(word)w\n")
  }

  @Test func `comments under each other are aligned where they fit`() throws {
    #expect(try formatted("a: 1 # x\nbbb: 2 # y\n") == "a: 1   # x\nbbb: 2 # y\n")
    let comment = "# " + String(repeating: "c", count: LayoutRenderer.width - 8)
    #expect(try formatted("a: 1   \(comment)\nbbb: 2 # y\n") == "a: 1 \(comment)\nbbb: 2 # y\n")
  }

  @Test func `deep nesting and many keys are no trouble`() throws {
    let deep = String(repeating: "[", count: 126) + "a, b" + String(repeating: "]", count: 126)
    let text = try #require(try formatted("a: \(deep)\n# c\n"))
    #expect(try formatted(text) == text)
    let wide = (0..<20_000).map { "k\($0): [1,2]\n" }.joined()
    #expect(try formatted(wide) == wide.replacing(",", with: ", "))
  }

  /// The check before anything is written sees what it is there to see.
  @Test(arguments: [
    ("a: 1", "a: 2"), ("a: '1'", "a: 1"), ("a: 1", "b: 1"), ("a: [1, 2]", "a: [2, 1]"), ("a: {b: 1}", "a: [b]"),
    ("a: {b: 1, c: 2}", "a: {c: 2, b: 1}"), ("a: &x 1", "a: &y 1"), ("a: &x 1\nb: *x", "a: &x 1\nb: 1"),
    ("a: |\n  b\n", "a: |-\n  b\n"), ("a:", "a: ''"), ("a: 1", "a: 1\nb: 2"),
  ])
  func `another meaning is noticed`(first: String, second: String) throws {
    #expect(try !layout(first).means(layout(second)))
    #expect(try layout(first).means(layout(first)))
  }

  @Test func `another order of the root's keys, other quotes and other brackets are no other meaning`() throws {
    #expect(try layout("a: 1\nb: {c: 'd'}").means(layout("{b: {c: \"d\"}, a: 1}")))
    #expect(try layout("a: 1 # b").commentLines != layout("a: 1 # c").commentLines)
    #expect(try layout("# c\na: 1 # b").commentLines == layout("# b\n# c\na: 1").commentLines)
  }

  private func layout(_ text: String) throws -> LayoutDocument {
    var sources = SourceMap()
    let id = sources.add(path: "a.yaml", bytes: Array(text.utf8))
    var builder = try LayoutBuilder(sources[id])
    return builder.document()
  }

  private static func yamlFiles(in folders: [String]) throws -> [String] {
    try folders.flatMap { folder in try Repository.files(in: folder).filter { $0.hasSuffix(".yaml") } }
  }
}

/// Formats a text; nil where it has errors.
func formatted(_ text: String) throws -> String? { try formatted(Array(text.utf8)) }

func formatted(_ bytes: [UInt8]) throws -> String? {
  var (sources, log) = (SourceMap(), DiagnosticLog())
  let id = sources.add(path: "a.yaml", bytes: bytes)
  return try formatYAML(id, in: sources, log: &log)
}
