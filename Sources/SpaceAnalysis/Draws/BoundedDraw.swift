import BigInt

extension RandomNumberGenerator {
  /// A number below `bound` from a fixed number of generator words.
  ///
  /// Exact uniformity from random bits would need an unbounded loop unless `bound` is a power of two. This takes the
  /// remainder of a number with at least 128 bits more than the bound: no value is off from 1 / bound by more than a
  /// share of 2^-128, which no feasible number of draws can show. The same words give the same number everywhere.
  ///
  /// - Precondition: `bound` > 0.
  mutating func below(_ bound: BigUInt) -> BigUInt {
    precondition(bound > 0, "a draw needs a non-empty set")
    if let small = UInt64(exactly: bound) { return BigUInt(below(small)) }
    var wide = BigUInt(0)
    for _ in 0..<(bound.bitWidth + 63) / 64 + 2 { wide = (wide << 64) + BigUInt(next() as UInt64) }
    return wide % bound
  }

  /// As above, for a bound of one word: three words, of which the remainder is taken by long division.
  mutating func below(_ bound: UInt64) -> UInt64 {
    precondition(bound > 0, "a draw needs a non-empty set")
    var remainder = (next() as UInt64) % bound
    for _ in 0..<2 { remainder = bound.dividingFullWidth((remainder, next() as UInt64)).remainder }
    return remainder
  }

  mutating func below(_ bound: Int) -> Int { Int(below(UInt64(bound))) }
}
