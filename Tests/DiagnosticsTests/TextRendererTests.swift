import Diagnostics
import Testing

struct TextRendererTests {
  @Test func `the style guide's example is rendered as it stands there`() {
    let lines = ["mid:", "  body:", "    - conv", "  shortcut: mid.1"]
    let text = Rendering(lines.joined(separator: "\n"))
    let rendered = text.error(36, 41, notes: [("the body ends here", 19, 23)])
    #expect(
      rendered == """
        error[ES9001]: something is wrong
          --> space.yaml:4:13
        4 |   shortcut: mid.1
          |             ^^^^^
        note: the body ends here
          --> space.yaml:3:7
        3 |     - conv
          |       ^^^^

        """)
  }

  @Test func `fixes show what they change`() {
    let text = Rendering("a: yes\n")
    let certain = FixIt("quote the word", replacing: text.range(3, 6), with: "\"yes\"")
    let likely = FixIt("leave it out", confidence: .likely, replacing: text.range(1, 6), with: "")
    let open = FixIt("add a unit", confidence: .hasPlaceholder, replacing: text.range(6, 6), with: "\nunit: <unit>")
    #expect(
      text.error(3, 6, fixIts: [certain, likely, open]) == """
        error[ES9001]: something is wrong
          --> space.yaml:1:4
        1 | a: yes
          |    ^^^
        fix: quote the word: `yes` becomes `"yes"`
        likely fix: leave it out: delete `: yes`
        fix to complete: add a unit: insert `\\nunit: <unit>`

        """)
  }

  @Test func `wide and combining characters keep the carets in place`() {
    #expect(Rendering("名: x").carets(5, 6) == "    ^")
    #expect(Rendering("e\u{301}: x").carets(5, 6) == "   ^")
    #expect(Rendering("\ta: 日本").carets(4, 10) == "\t   ^^^^")
  }

  @Test(arguments: [
    ("🚀", 2), ("🫠", 2), ("✅", 2), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("ｆ", 2), ("が", 2), ("か\u{3099}", 2),
    ("\u{200B}", 0), ("é", 1), ("🇳🇱", 2), ("☺", 1), ("〈", 2), ("𠀀", 2), ("ﬁ", 1),
  ])
  func `a character has the columns of a terminal`(character: String, columns: Int) {
    let size = character.utf8.count
    #expect(Rendering(character + "x").carets(size, size + 1) == String(repeating: " ", count: columns) + "^")
  }

  @Test func `what is not shown is counted in the last line`() {
    let text = Rendering("a: 1\n")
    let shown = renderText(text.diagnostics(0, 1), omitted: 3, sources: text.sources, colours: false)
    #expect(shown == text.error(0, 1) + "\nand 3 more, not shown\n")
  }

  @Test func `a range of several lines shows its first`() {
    #expect(Rendering("ab: cd\nef\n").carets(4, 9) == "    ^^")
  }

  @Test func `a long line is cut around the range`() throws {
    let line = String(repeating: "é", count: 400) + "HERE" + String(repeating: "y", count: 400)
    let rows = Rendering(line).error(800, 804).split(separator: "\n")
    let text = try #require(rows.dropFirst(2).first)
    #expect(text.count == 160 + 4)
    #expect(text.hasPrefix("1 | …é") && text.hasSuffix("y…") && text.contains("éHEREy"))
    #expect(rows.last?.count == 4 + 60 + 4)
    let whole = Rendering(line).error(0, 1204).split(separator: "\n")
    #expect(whole.last?.filter { $0 == "^" }.count == 160)
  }

  @Test func `a file cannot write to the terminal`() {
    let rendered = Rendering("a: \u{1B}[31m\u{202E}x").error(0, 1)
    #expect(!rendered.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
  }

  @Test func `colours are sequences around the same text`() {
    let text = Rendering("a: 1\n")
    let coloured = text.error(0, 1, colours: true)
    let pattern = /\u{1B}\[[0-9;]*m/
    #expect(coloured.contains("\u{1B}[1;31m"))
    #expect(coloured.replacing(pattern, with: "") == text.error(0, 1))
  }

  @Test(arguments: ["", "\n", "ab", "é", "a\r\nb", "\u{FEFF}x", "\u{0}\u{1B}"])
  func `no range stops a renderer`(content: String) {
    let text = Rendering(content)
    for start in 0...8 {
      for end in start...8 {
        for id in [text.id, SourceID(index: 7)] {
          var log = DiagnosticLog()
          let range = SourceRange(source: id, start: start, end: end)
          log.error(
            Complaint(), at: range, notes: [Note("here", at: range)], fixIts: [FixIt("f", replacing: range, with: "x")])
          #expect(!renderText(log.diagnostics, sources: text.sources, colours: true).isEmpty)
          #expect(!renderJSON(log.diagnostics, sources: text.sources).isEmpty)
          #expect(!renderSARIF(log.diagnostics, sources: text.sources).isEmpty)
        }
      }
    }
  }
}

/// One file, and what a complaint about a part of it looks like.
struct Rendering {
  var sources = SourceMap()
  let id: SourceID

  init(_ text: String, path: String = "space.yaml") {
    id = sources.add(path: path, bytes: Array(text.utf8))
  }

  func range(_ start: Int, _ end: Int) -> SourceRange { SourceRange(source: id, start: start, end: end) }

  func diagnostics(
    _ start: Int, _ end: Int, notes: [(String, Int, Int)] = [], fixIts: [FixIt] = []
  ) -> [Diagnostic] {
    var log = DiagnosticLog()
    log.error(
      Complaint(), at: range(start, end), notes: notes.map { Note($0.0, at: range($0.1, $0.2)) }, fixIts: fixIts)
    return log.diagnostics
  }

  func error(
    _ start: Int, _ end: Int, notes: [(String, Int, Int)] = [], fixIts: [FixIt] = [], colours: Bool = false
  ) -> String {
    renderText(diagnostics(start, end, notes: notes, fixIts: fixIts), sources: sources, colours: colours)
  }

  /// The row of carets without its margin.
  func carets(_ start: Int, _ end: Int) -> String {
    error(start, end).split(separator: "\n").last.map { String($0.dropFirst(4)) } ?? ""
  }
}
