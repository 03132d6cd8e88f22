import Diagnostics
import Testing

@testable import SpaceSyntax

@Suite(.timeLimit(.minutes(1)))
struct YAMLLimitTests {
  @Test(arguments: ["[", "{a: ", "- ", "[\n", "? ", "{a: [", "!t [", "&a [", "[[[[ {"])
  func `a hundred thousand levels are refused at the first too many`(opening: String) {
    let reading = Reading(String(repeating: opening, count: 100_000))
    #expect(reading.root == nil)
    #expect(reading.codes.contains("ES0025") || opening == "? ")
    #expect(reading.log.hasErrors)
  }

  /// Each opens an expression that never ends: looked at to the end of the list, they would be twenty billion.
  @Test(arguments: [("[", "(, ", "]"), ("{", "? f( : (, ", "}")])
  func `what opens and never closes is looked at a few parts ahead`(open: String, part: String, close: String) {
    let reading = Reading(open + String(repeating: part, count: 200_000) + close)
    #expect(!reading.codes.contains("ES0049"))
  }

  @Test func `the limit is the number it says`() {
    #expect(Reading(String(repeating: "[", count: 128) + String(repeating: "]", count: 128)).log.diagnostics.isEmpty)
    #expect(Reading(String(repeating: "[", count: 129) + String(repeating: "]", count: 129)).codes == ["ES0025"])
  }

  @Test func `an alias counts the levels of its value`() {
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    let shallow = "a: &a \(deep)\nb: \(String(repeating: "[", count: 20))*a\(String(repeating: "]", count: 20))\n"
    #expect(Reading(shallow).log.diagnostics.isEmpty)
    #expect(
      Reading(shallow + "c: \(String(repeating: "[", count: 40))*a\(String(repeating: "]", count: 40))\n").codes == [
        "ES0025"
      ])
  }

  @Test func `a billion laughs are counted, not expanded`() {
    var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in 1...30 {
      let alias = "*a\(level - 1)"
      lines.append("a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]")
    }
    let reading = Reading(lines.joined(separator: "\n"))
    #expect(reading.codes == ["ES0024"])
  }

  @Test func `too many values are refused at the first too many`() throws {
    let reading = Reading("a:\n" + String(repeating: "- 1\n", count: 200_000))
    #expect(reading.codes == ["ES0026"])
    #expect(reading.log.diagnostics.first?.range.start == 3 + 4 * (YAMLLimits.nodes - 3) + 2)
  }

  @Test(arguments: [
    "a", "é", "'", "\"x", "# ", "\n", "a: b\n", "[1, ", " ", "\t", "&a ", "!t ", "*a ", "? ", "|\n", "\\", "%", ":",
    "}",
  ])
  func `a megabyte of anything is answered`(piece: String) {
    let count = 1_000_000 / piece.utf8.count
    let reading = Reading(String(repeating: piece, count: count))
    #expect(reading.root != nil || reading.log.hasErrors)
    #expect(reading.rendered.utf8.count < 40_000_000)
  }

  @Test func `ten megabytes in one scalar are a scalar`() {
    let reading = Reading("a: \"" + String(repeating: "日", count: 3_400_000) + "\"\nb: x\n")
    #expect(reading.log.diagnostics.isEmpty)
    #expect(reading.value("b").map { reading.text($0.range) } == "x")
  }
}
