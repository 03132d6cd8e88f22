import Diagnostics
import Testing

@testable import SpaceSyntax

struct SyntaxDiagnosticTests {
  @Test(arguments: Golden.all)
  func `the text is as written here`(golden: Golden) {
    #expect(Reading(golden.input).rendered == golden.rendered)
  }

  @Test(arguments: [
    ("", "ES0001"), ("# only a comment\n", "ES0001"), ("---\n", "ES0001"), ("\u{FEFF}", "ES0001"),
    ("a: 1\n---\nb: 2\n", "ES0002"), ("a: 1\n...\n---\nb\n", "ES0002"), ("a: \u{0}", "ES0004"),
    ("a: \u{85}\u{9F}", "ES0004"),
    ("a:\n\tb: 1\n", "ES0005"), ("a: b\n\tc: d\n", "ES0005"), ("a: |\n  x\n\ty\n", "ES0005"), ("a: 'x\n", "ES0006"),
    ("a: \"x\n---\n", "ES0006"), ("a: \"\\q\"\n", "ES0007"), ("a: \"\\xzz\"\n", "ES0007"),
    ("a: \"\\UFFFFFFFF\"", "ES0007"),
    ("a: [1 2\n", "ES0008"), ("a: {b: 1\n", "ES0008"), ("a: 1\n b\n  c: 2\n", "ES0010"),
    ("a:\n  b: 1\n c: 2\n", "ES0009"),
    ("- a\nb: 1\n", "ES0009"), ("a: b: c\n", "ES0010"), ("a: 1\nfoo\nb: 2\n", "ES0011"), ("a: @x\n", "ES0012"),
    ("a: |0\n  x\n", "ES0013"), ("a: &\n", "ES0013"), ("%YAML 1.1\n---\na: 1\n", "ES0014"),
    ("%YAML 3.0\n---\na", "ES0014"),
    ("%TAG ! x\n---\na: 1\n", "ES0014"), ("%FOO\n---\na: 1\n", "ES0014"), ("a: !t 1\n", "ES0015"),
    ("a: ! 1\n", "ES0015"),
    ("a: !<x> [1]\n", "ES0015"), ("a: {<<: {b: 1}}\n", "ES0016"), ("? [a]\n: b\n", "ES0017"), ("{a: 1}: b\n", "ES0017"),
    ("x: &a 1\n*a : b\n", "ES0017"), ("a: {null: v}\n", "ES0018"), ("? \n: v\n", "ES0018"), ("~: 1\n", "ES0018"),
    ("a: 1\n\"a\": 2\n", "ES0019"),
    ("{a:1}\n", "ES0020"), ("a: *b\n", "ES0021"), ("a: &b {c: *b}\n", "ES0022"), ("a: &b 1\nc: &b 2\n", "ES0023"),
    ("{a: f(x, 4), b: 1}\n", "ES0049"), ("{a: f(x, b), c: f(y, b)}\n", "ES0049 ES0049"),
    ("[f(x, g(y, 2)), 3]\n", "ES0049"), ("{a: all(s[*].k)}\n", "ES0050"), ("[f(a, s[2].k)]\n", "ES0050"),
    ("{a: f(s[1].k, 2), b: 3}\n", "ES0050"), ("{a: f(b, s[1].k), c: 3}\n", "ES0050"),
    ("a: [1,, 2]\n", "ES0028"), ("a: ]\n", "ES0028"), ("a: [\n", "ES0028"), ("a: - b\n", "ES0029"),
  ])
  func `each rule has its code`(input: String, code: String) {
    #expect(Reading(input).codes.joined(separator: " ") == code)
  }

  @Test(
    arguments: [
      [0x61, 0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82],
      [0xFF, 0xFE, 0x61, 0],
    ] as [[UInt8]])
  func `bytes that are no character are refused where they stand`(bytes: [UInt8]) throws {
    let reading = Reading(bytes: Array("é: ".utf8) + bytes)
    let diagnostic = try #require(reading.log.diagnostics.first)
    #expect(reading.codes == ["ES0003"])
    #expect(diagnostic.range.start == (bytes[0] == 0x61 ? 5 : 4))
  }

  @Test func `UTF-16 is recognised`() {
    let reading = Reading(bytes: [0xFF, 0xFE, 0x61, 0x00])
    #expect(reading.codes == ["ES0003"])
    #expect(reading.rendered.contains("note: the file begins like UTF-16; save it as UTF-8"))
  }

  @Test(arguments: [
    ("a: !!str 5\n", "a: \"5\"\n"), ("a: !t [1]\n", "a: [1]\n"), ("a: !t &x b\n", "a: &x b\n"),
    ("a: &x !t b\n", "a: &x b\n"),
    ("a: {b:1, c: 2}\n", "a: {b: 1, c: 2}\n"), ("null: 1\n", "\"null\": 1\n"), ("a: ! b\n", "a: \"b\"\n"),
    ("%X\n---\na: 1\n", "%X\n---\na: 1\n"),
    ("{a: f(x, 4), b: 1}\n", "{a: \"f(x, 4)\", b: 1}\n"), ("[f(x, g(y, 2)), 3]\n", "[\"f(x, g(y, 2))\", 3]\n"),
    ("{a: all(s[*].k), b: 1}\n", "{a: \"all(s[*].k)\", b: 1}\n"), ("[1, f(a, s[2].k)]\n", "[1, \"f(a, s[2].k)\"]\n"),
    ("{a: f(b, s[1].k), c: 3}\n", "{a: \"f(b, s[1].k)\", c: 3}\n"),
  ])
  func `a certain fix gives a file without the error`(input: String, mended: String) {
    let reading = Reading(input)
    let fixIts = reading.log.diagnostics.flatMap(\.fixIts)
    #expect(applying(fixIts, to: input) == mended)
    #expect(fixIts.allSatisfy { $0.confidence == .certain })
    if !fixIts.isEmpty { #expect(Reading(mended).log.diagnostics.isEmpty) }
  }

  @Test(arguments: [
    ("a:\n\tb: 1\n", "a:\n  b: 1\n"), ("a: @x, y\n", "a: \"@x\", y\n"),
    ("a: &base 1\nb: *bse\n", "a: &base 1\nb: *base\n"),
  ])
  func `a guess stands on a note`(input: String, mended: String) {
    let notes = Reading(input).log.diagnostics.flatMap(\.notes)
    #expect(notes.flatMap(\.fixIts).map(\.confidence) == [.likely])
    #expect(applying(notes.flatMap(\.fixIts), to: input) == mended)
  }
}

/// A file and what is said about it, to the letter.
struct Golden: Sendable, CustomTestStringConvertible {
  let input: String
  let rendered: String

  var testDescription: String { input.debugDescription }

  static let all = [
    Golden(
      input: "größe: 1\ngröße: 2\n",
      rendered: """
        error[ES0019]: the key 'größe' is already in this mapping
          --> space.yaml:2:1
        2 | größe: 2
          | ^^^^^
        note: the first one is here
          --> space.yaml:1:1
        1 | größe: 1
          | ^^^^^

        """),
    Golden(
      input: "a: &base {x: 1}\nb: *bas\n",
      rendered: """
        error[ES0021]: no anchor '&bas' stands before this alias
          --> space.yaml:2:4
        2 | b: *bas
          |    ^^^^
        note: an anchor '&base' is here
          --> space.yaml:1:4
        1 | a: &base {x: 1}
          |    ^^^^^
        likely fix: use this anchor: `*bas` becomes `*base`

        """),
    Golden(
      input: "é: {b: 1 c: 2}\n",
      rendered: """
        error[ES0008]: an entry of a '{' mapping is followed by ',' or '}'
          --> space.yaml:1:11
        1 | é: {b: 1 c: 2}
          |           ^
        note: it begins here
          --> space.yaml:1:4
        1 | é: {b: 1 c: 2}
          |    ^
        note: libyaml says: did not find expected ',' or '}' while parsing a flow mapping

        """),
    Golden(
      input: "a: !!str 5\r\nb: {c:1}\r\n",
      rendered: """
        error[ES0015]: a space has no tags, and this is '!!str'
          --> space.yaml:1:4
        1 | a: !!str 5
          |    ^^^^^
        fix: quote the word: `!!str 5` becomes `"5"`

        error[ES0020]: the colon after 'c' is followed by a space
          --> space.yaml:2:6
        2 | b: {c:1}
          |      ^
        fix: put a space after the colon: `:` becomes `: `

        """),
    Golden(
      input: "a: [1,\n",
      rendered: """
        error[ES0028]: a value is missing here
          --> space.yaml:2:1
        2 |
          | ^
        note: libyaml says: did not find expected node content while parsing a flow node

        """),
  ]
}
