import Diagnostics
import Testing

@testable import SpaceSyntax

struct YAMLTreeTests {
  @Test func `keys and values keep their order and their places`() throws {
    let reading = Reading("b: 1\na: [x, {y: 'z'}] # end\nc:\n  - d\n")
    #expect(reading.log.diagnostics.isEmpty)
    guard case .mapping(let entries) = reading.root?.content else { throw Unexpected() }
    #expect(entries.map(\.key.text) == ["b", "a", "c"])
    #expect(entries.map { reading.text($0.key.range) } == ["b", "a", "c"])
    #expect(entries.map { reading.text($0.value.range) } == ["1", "[x, {y: 'z'}]", "- d"])
    #expect(try reading.text(#require(reading.value("a", "1", "y")?.range)) == "'z'")
    #expect(try reading.text(#require(reading.root?.range)) == "b: 1\na: [x, {y: 'z'}] # end\nc:\n  - d")
  }

  @Test(arguments: ["\n", "\r\n", "\r"], ["", "\u{FEFF}"])
  func `line breaks, byte-order marks and long characters move no range`(lineBreak: String, mark: String) throws {
    let lines = ["# コメント 🙂", "naïve: \"smörgås 🙂\"", "list:", "  - élan", "  - {clé: été}", ""]
    let reading = Reading(mark + lines.joined(separator: lineBreak))
    #expect(reading.log.diagnostics.isEmpty)
    #expect(try reading.text(#require(reading.value("naïve")?.range)) == "\"smörgås 🙂\"")
    #expect(try reading.text(#require(reading.value("list", "0")?.range)) == "élan")
    #expect(try reading.text(#require(reading.value("list", "1")?.range)) == "{clé: été}")
    #expect(try reading.text(#require(reading.value("list", "1", "clé")?.range)) == "été")
  }

  @Test func `marks are right at every distance in a file of mixed widths`() {
    let words = (0..<300).map { index in
      "k\(index): " + String(repeating: ["a", "é", "日", "🙂"][index % 4], count: index % 37 + 1)
    }
    let reading = Reading(words.joined(separator: "\n"))
    guard case .mapping(let entries) = reading.root?.content else { return #expect(Bool(false)) }
    #expect(entries.map { "\(reading.text($0.key.range)): \(reading.text($0.value.range))" } == words)
  }

  @Test func `a missing value is an empty range after the colon`() {
    let reading = Reading("a:\nb: 1\n")
    #expect(reading.value("a")?.range == SourceRange(source: reading.id, start: 2, end: 2))
    #expect(reading.scalar("a")?.value == .null)
  }

  @Test func `a node under an alias has both places`() throws {
    let reading = Reading("base: &b {x: [1, 2]}\nuse: *b\n")
    let item = try #require(reading.value("use", "x", "1"))
    #expect(reading.text(item.range) == "2")
    #expect(try reading.text(#require(item.aliasedFrom)) == "*b")
    #expect(reading.value("base", "x", "1")?.aliasedFrom == nil)
    #expect(try reading.text(#require(reading.value("base")?.range)) == "{x: [1, 2]}")
  }

  @Test func `through two aliases the outer one is told`() throws {
    let reading = Reading("a: &a [1]\nb: &b {c: *a}\nd: *b\n")
    let item = try #require(reading.value("d", "c", "0")?.aliasedFrom)
    #expect(item.start == 27 && reading.text(item) == "*b")
  }

  @Test func `an anchor on the line above belongs to the block below`() throws {
    let reading = Reading("a: &x # note\n  b: 1\n  c: 2\nd: *x\n")
    #expect(reading.log.diagnostics.isEmpty)
    #expect(try reading.text(#require(reading.value("a")?.range)) == "b: 1\n  c: 2")
    #expect(try reading.text(#require(reading.value("d", "c")?.range)) == "2")
  }

  @Test func `text that stands in the file says where`() {
    let reading = Reading(
      "a: x + 1\nb: 'x + 1'\nc: \"x + 1\"\nd: 'it''s'\ne: \"\\x41\"\nf: x\n  + 1\ng: |\n  x\nh: >\n  x\ni: 'é'\n")
    #expect(["a", "b", "c", "i"].map { reading.scalar($0)?.contentStart } == [3, 13, 24, 85])
    #expect(["d", "e", "f", "g", "h"].map { reading.scalar($0)?.contentStart } == [nil, nil, nil, nil, nil])
    #expect(reading.scalar("g")?.style == .literal && reading.scalar("h")?.style == .folded)
    #expect(reading.scalar("f")?.text == "x + 1")
    #expect(reading.value("g").map { reading.text($0.range) } == "|\n  x")
  }

  @Test func `one error does not hide the next`() {
    let reading = Reading("a: 1\na: 2\nb: *nowhere\nc: !t x\n{}: d\ne: 1\n")
    #expect(reading.codes == ["ES0019", "ES0021", "ES0015", "ES0017"])
    #expect(reading.value("a").map { reading.text($0.range) } == "1")
    #expect(reading.value("e") != nil)
    guard case .poison = reading.value("b")?.content else { return #expect(Bool(false)) }
  }

  @Test func `a mapping with a merge key is poison`() {
    let reading = Reading("base: &b {x: 1}\nuse:\n  <<: *b\n  y: 2\nquoted: {'<<': 1}\n")
    #expect(reading.codes == ["ES0016"])
    guard case .poison = reading.value("use")?.content else { return #expect(Bool(false)) }
    #expect(reading.value("quoted", "<<") != nil)
  }
}

struct Unexpected: Error {}
