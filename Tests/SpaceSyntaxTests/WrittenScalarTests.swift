import Diagnostics
import Testing

@testable import SpaceSyntax

/// What a command writes as a scalar is read back as the same text, by YAML and by the rules against ambiguity.
@Suite struct WrittenScalarTests {
  @Test(arguments: [
    "phone", "spaces/mini-f.yaml", "./a_b+c", "a: b", "#1", "it's", "say \"so\"", "back\\slash", "no", "Yes", "true",
    "~",
    "null", "12", "1e3", "007", "1_000", "12:30", ".inf", "-x", "- x", "", " blank ", "two\nlines", "tab\t", "größe",
    "[1]", "{a}", "*x", "&x", "!x", "%x", "@x", "`x`", "a #b", "\u{7}", "\u{FEFF}",
  ])
  func `a written scalar reads back`(text: String) throws {
    for written in [writtenScalar(text), quotedScalar(text)] {
      var sources = SourceMap()
      let file = sources.add(path: "test.yaml", bytes: Array("key: \(written)\n".utf8))
      var log = DiagnosticLog()
      let root = try #require(parseYAML(file, in: sources, log: &log))
      #expect(log.diagnostics.isEmpty, "\(written)")
      guard case .mapping(let entries) = root.content, case .scalar(let scalar) = entries[0].value.content else {
        Issue.record("\(written) is no scalar")
        return
      }
      #expect(scalar.text == text && scalar.value == .string(text) && ambiguity(of: scalar) == nil, "\(written)")
    }
  }

  @Test func `usual names need no quotes`() {
    for name in ["phone", "spaces/mini-f.yaml", "v1.2", "größe"] { #expect(writtenScalar(name) == name) }
  }
}
