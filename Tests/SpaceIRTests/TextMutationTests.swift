import Testing

@testable import SpaceIR

/// Seeded mutations of text forms: nothing ends the process, every error has its place, and what parses survives
/// printing.
struct TextMutationTests {
  @Test(arguments: 0..<24 as Range<UInt64>)
  func `no text stops the parser or the verifier`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let texts = [handMade, RandomSpace.make(seed: seed).text]
    for _ in 0..<100 {
      let text = mutated(random.pick(texts), using: &random)
      let space: Space
      do throws(IRTextError) {
        space = try parseSpace(text: text)
      } catch {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        try #require((1...lines.count).contains(error.line) && error.column >= 1 && !error.message.isEmpty, "\(text)")
        continue
      }
      try #require(try parseSpace(text: space.text) == space, "\(text)")
      _ = space.verify()
    }
  }

  /// One to four edits: a slice left out, doubled or moved, a piece of syntax put in, or a number changed.
  private func mutated(_ text: String, using random: inout SplitMix64) -> String {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let start = Int.random(in: 0...bytes.count, using: &random)
      let slice = start..<min(start + Int.random(in: 0...12, using: &random), bytes.count)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.removeSubrange(slice)
      case 1: bytes.insert(contentsOf: bytes[slice], at: start)
      case 2: bytes.insert(contentsOf: bytes[slice], at: Int.random(in: 0...bytes.count, using: &random))
      case 3: bytes.insert(contentsOf: Array(random.pick(Self.pieces).utf8), at: start)
      default:
        let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
        guard let digit = digits.randomElement(using: &random) else { continue }
        bytes[digit] = UInt8.random(in: 0x30...0x39, using: &random)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let pieces = [
    "%", "$", "\"", "{", "}", "(", ")", "[", "]", "<", ">", ",", ":", "=", "@", "/", "//", "x", "-", "0", "1//0",
    "9223372036854775807", "-9223372036854775808", "case ", "yield ", "choice ", "decision ", "layer ", "body {",
    "input ", "when ", "\\", "\\n", "é", "\u{0}", "\u{FEFF}", "\n", "round_to(", "select(", "not ", "%0", "$s2.or",
  ]
}
