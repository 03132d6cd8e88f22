import Foundation
import TestSupport
import Testing

/// Files made to take a machine's time or memory are answered like any other: with a code, a place and a short text.
///
/// `Tests/Hostile/measure.py` has many more of them, and measures a release build; see docs/hostile.md.
struct HostileFileTests {
  private static let head = """
    espalier: 1
    space: hostile
    input: {channels: 3, height: 8, width: 8}
    output: {classes: 10}

    """
  private static let tail = "  - {name: pool, op: global_pool}\n  - {name: scores, op: linear, features: 10}\n"

  @Test func `aliases that multiply`() throws {
    let lines = (1..<30).map { level in
      "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
    }
    try expect("ES0024", for: "a0: &a0 [x]\n" + lines.joined())
  }

  @Test func `blocks that multiply`() throws {
    let blocks = (1..<40).map { "  b\($0): {body: [{op: b\($0 - 1)}, {op: b\($0 - 1)}]}\n" }
    try expect(
      "ES1019",
      for: Self.head + "blocks:\n  b0: {body: [batch_norm]}\n" + blocks.joined()
        + "network:\n  - {name: big, op: b39}\n" + Self.tail)
  }

  @Test func `sizes that multiply`() throws {
    let step = "      - {op: conv, kernel: 1, channels: here.channels + here.channels}\n"
    try expect(
      "ES2029",
      for: Self.head + "blocks:\n  doubles:\n    body:\n" + String(repeating: step, count: 60)
        + "network:\n  - {name: a, op: conv, kernel: 1, channels: {choose: [1, 2]}}\n  - {name: b, op: doubles}\n"
        + Self.tail)
  }

  @Test(arguments: ["[", "{a: ", "- "])
  func `a hundred thousand levels`(opening: String) throws {
    try expect("ES0025", for: String(repeating: opening, count: 100_000))
  }

  @Test func `more errors than a person reads`() throws {
    let wrong = (0..<9_000).map { "  - {name: n\($0), op: bach_norm}\n" }.joined()
    let text = try expect("ES1101", for: Self.head + "network:\n" + wrong + Self.tail)
    #expect(text.hasSuffix("\nand 8000 more, not shown\n"))
  }

  @Test func `a thousand errors in one long line`() throws {
    try expect("ES0018", for: "{" + String(repeating: "~, ", count: 40_000) + "}")
  }

  @Test func `a name as long as a file`() throws {
    let name = String(repeating: "x", count: 3_000_000)
    try expect("ES1101", for: Self.head + "network:\n  - {name: a, op: \(name)}\n" + Self.tail)
  }

  @Test func `undefined aliases among many anchors`() throws {
    let anchors = (0..<1_000).map { "- &anchor\($0) x\n" }.joined()
    let aliases = (0..<20_000).map { "- *anchr\($0)\n" }.joined()
    try expect("ES0021", for: "espalier:\n" + anchors + aliases)
  }

  /// Validates a text with a gibibyte to live in.
  ///
  /// - Returns: What is shown.
  @discardableResult
  private func expect(_ code: String, for text: String) throws -> String {
    try withTemporaryFolder { folder in
      let file = try write(text, to: "space.yaml", in: folder)
      let outcome = try Executable.shell("ulimit -v 1048576 && exec \"$ESPALIER\" validate '\(file)'")
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("error[\(code)]: "))
      #expect(outcome.output.contains("\n  --> \(file):"))
      #expect(outcome.output.utf8.count < 1_000_000)
      #expect(outcome.errors.isEmpty)
      return outcome.output
    }
  }
}
