/// Turns libyaml's marks, which count characters, into byte offsets of the file.
///
/// Every mark goes through `offset(ofCharacter:)`. libyaml counts each Unicode scalar once, a CR LF pair as two, and
/// nothing for a byte-order mark that it was not given.
struct MarkIndex {
  /// One entry is kept for this many characters.
  private static let stride = 32

  /// The offset of the first byte that libyaml was given.
  private let base: Int
  private let count: Int
  /// The offset of every 32nd character; empty when all characters have one byte.
  private let checkpoints: [Int]

  /// - Complexity: O(bytes), once.
  init(_ bytes: [UInt8], from base: Int) {
    self.base = base
    count = bytes.count
    checkpoints = bytes.withUnsafeBufferPointer { bytes in
      var checkpoints: [Int] = []
      var characters = 0
      for offset in base..<bytes.count where bytes[offset] & 0xC0 != 0x80 {
        if characters % Self.stride == 0 { checkpoints.append(offset) }
        characters += 1
      }
      return characters == bytes.count - base ? [] : checkpoints
    }
  }

  /// The byte offset of a character; the end of the file for one past the last.
  func offset(ofCharacter index: Int, in bytes: [UInt8]) -> Int {
    guard !checkpoints.isEmpty else { return min(base + index, count) }
    guard index / Self.stride < checkpoints.count else { return count }
    var offset = checkpoints[index / Self.stride]
    for _ in 0..<index % Self.stride where offset < count {
      offset += 1
      while offset < count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    }
    return offset
  }
}
