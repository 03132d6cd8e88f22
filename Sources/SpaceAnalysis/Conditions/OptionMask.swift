/// A set of option indices of one decision.
struct OptionMask: Hashable, Sendable {
  private var words: [UInt64]

  init(_ options: some Sequence<Int>, count: Int) {
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for option in options { words[option / 64] |= 1 << UInt64(option % 64) }
  }

  func contains(_ option: Int) -> Bool { words[option / 64] >> UInt64(option % 64) & 1 == 1 }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  var size: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  func intersection(_ other: OptionMask) -> OptionMask { combined(other, &) }

  func union(_ other: OptionMask) -> OptionMask { combined(other, |) }

  /// The other options of a decision that has `count` of them.
  func complement(count: Int) -> OptionMask {
    OptionMask((0..<count).filter { !contains($0) }, count: count)
  }

  private func combined(_ other: OptionMask, _ operation: (UInt64, UInt64) -> UInt64) -> OptionMask {
    var result = self
    for index in words.indices { result.words[index] = operation(words[index], other.words[index]) }
    return result
  }
}
