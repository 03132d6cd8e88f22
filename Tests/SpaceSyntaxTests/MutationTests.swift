import Diagnostics
import Testing

@testable import SpaceSyntax

/// Seeded mutations of good inputs: nothing crashes, nothing fails in silence, and every range is in the file.
struct MutationTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `no YAML stops the parser`(seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    for _ in 0..<100 {
      let bytes = mutated(Self.space, with: Self.yamlPieces, using: &random)
      let reading = Reading(bytes: bytes)
      #expect(reading.root != nil || reading.log.hasErrors)
      try expectRanges(in: reading.log, bytes.count)
      for node in reading.nodes { try #require(node.range.end <= bytes.count) }
      for case .scalar(let scalar) in reading.nodes.map(\.content) {
        if let start = scalar.contentStart {
          try #require(bytes[start..<start + scalar.text.utf8.count].elementsEqual(scalar.text.utf8))
        }
        _ = (scalar.value, ambiguity(of: scalar))
      }
      _ = renderText(reading.log.diagnostics, sources: reading.sources, colours: true)
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `no expression stops the parser`(seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    for _ in 0..<100 {
      let bytes = mutated(Self.expression, with: Self.expressionPieces, using: &random)
      let reading = ExpressionReading(bytes: bytes)
      #expect((reading.root == nil) == reading.log.hasErrors)
      #expect(reading.log.diagnostics.count <= 1)
      try expectRanges(in: reading.log, bytes.count)
      for part in reading.root?.all ?? [] { try #require(part.range.end <= bytes.count) }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `what was read is read again from its explicit form`(seed: UInt64) {
    var random = TestRandom(seed: seed &+ 1_000)
    for _ in 0..<50 {
      let text = String(decoding: mutated(Self.expression, with: Self.expressionPieces, using: &random), as: UTF8.self)
      // Decimals have no literal for every fraction, and quotes inside words change sides.
      guard let root = ExpressionReading(text).root, !root.explicit.contains(":"), !root.explicit.contains("'") else {
        continue
      }
      #expect(ExpressionReading(root.explicit).root?.explicit == root.explicit)
    }
  }

  private func expectRanges(in log: DiagnosticLog, _ count: Int) throws {
    for diagnostic in log.diagnostics {
      let fixIts = diagnostic.fixIts + diagnostic.notes.flatMap(\.fixIts)
      let ranges = [diagnostic.range] + diagnostic.notes.compactMap(\.range) + fixIts.flatMap(\.edits).map(\.range)
      for range in ranges { try #require(range.end <= count) }
    }
  }

  /// A space with one to six edits.
  static func mutatedSpace(using random: inout TestRandom) -> [UInt8] {
    MutationTests().mutated(space, with: yamlPieces, using: &random)
  }

  /// One to six edits: a deleted, doubled or moved slice, a piece of syntax put in, or a byte changed.
  private func mutated(_ text: String, with pieces: [String], using random: inout TestRandom) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let start = Int.random(in: 0...bytes.count, using: &random)
      let slice = start..<min(start + Int.random(in: 0...12, using: &random), bytes.count)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.removeSubrange(slice)
      case 1: bytes.insert(contentsOf: bytes[slice], at: start)
      case 2: bytes.insert(contentsOf: bytes[slice], at: Int.random(in: 0...bytes.count, using: &random))
      case 3: bytes.insert(contentsOf: Array(pieces.randomElement(using: &random)?.utf8 ?? "".utf8), at: start)
      default: if start < bytes.count { bytes[start] = UInt8.random(in: .min ... .max, using: &random) }
      }
    }
    return bytes
  }

  private static let yamlPieces = [
    "\n", "\r\n", "\t", ": ", "- ", "? ", "[", "]", "{", "}", ",", "&a ", "*a", "*stem", "!t ", "<<: *a", "'", "\"",
    "|\n", ">-\n",
    "#", "%", "@", "é", "🙂", "---\n", "...\n", "~", "yes", "\\", "\u{FEFF}", "\u{2028}", "\u{85}", "null: ", "  ",
  ]
  private static let expressionPieces = [
    "(", ")", ",", ".", "-", "not ", " and ", " or ", "==", "=", "<", "!", "&&", "1", "60M", "0.5", "'", "\"", " ", "é",
    "max(",
    "99999999999999999999", "_", "#", "a.b",
  ]
  private static let expression = "not (s1.channels >= max(8, in.width * 2.5)) and -macs % 3 <= 60M or act == swish"
  private static let space = """
    # größe 🙂
    espalier: 1
    input: {channels: 3, height: 32, "width": 32}
    network:
      - &stem {name: stem, op: conv, channels: 8}
      - stage: s1
        layers: {choose: [1, 2, 3]}
        layer:
          note: 'it''s "naïve"'
          shortcut: {when: "stride == 1 and in.channels == out.channels"}
          text: |
            two
            lines
      - *stem
    require:
      - s2.channels >= s1.channels
      - >
        macs
        <= 60M

    """
}
