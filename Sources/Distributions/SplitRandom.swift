/// A seeded generator for one use of a run's seed: the same numbers on every machine and in every Swift version.
///
/// xoshiro256** (Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators"). Its four words of state
/// come from SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators") after it has
/// absorbed the seed and each word of the stream, for instance (purpose, step, sample); so what one sample draws
/// depends on nothing but its number, and neither threads nor resuming change it.
package struct SplitRandom: RandomNumberGenerator, Sendable, Hashable {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64

  /// Streams that differ in a word, in order or in length have nothing to do with each other.
  package init(seed: UInt64, stream: [UInt64]) {
    var mixer = Mixer(state: seed)
    for word in stream { mixer.state = mixer.next() ^ word }
    mixer.state = mixer.next() ^ UInt64(stream.count)
    (a, b, c, d) = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
  }

  package init(seed: UInt64, stream: UInt64...) {
    self.init(seed: seed, stream: stream)
  }

  package mutating func next() -> UInt64 {
    let result = rotated(b &* 5, by: 7) &* 9
    let shifted = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotated(d, by: 45)
    return result
  }

  /// A number from [0, 1), a multiple of 2⁻⁵³.
  package mutating func uniform() -> Double { unitInterval(next()) }

  /// An unbiased draw from `0..<bound`; `bound` is at least 1.
  ///
  /// Lemire 2019 (arXiv 1805.10941), algorithm 5: the high word of a product. Fewer than two numbers are expected.
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "a draw needs a range that is not empty")
    let width = UInt64(bound)
    let rejected = (0 &- width) % width
    while true {
      let product = next().multipliedFullWidth(by: width)
      if product.low >= rejected { return Int(product.high) }
    }
  }

  /// A draw from the standard normal distribution.
  ///
  /// Marsaglia and Bray 1964: a point of the unit disc, kept with probability π/4. Only one of the two coordinates is
  /// used, so that the state is the four words alone. The logarithm is `portableLogarithm`.
  package mutating func normal() -> Double {
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square > 0 && square < 1 { return x * (-2 * portableLogarithm(square) / square).squareRoot() }
    }
  }

  private func rotated(_ word: UInt64, by count: UInt64) -> UInt64 {
    (word << count) | (word >> (64 - count))
  }
}

/// SplitMix64, to spread seeds.
private struct Mixer {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

/// The upper 53 bits as a number from [0, 1). The standard library does not promise how it makes such a number.
func unitInterval(_ word: UInt64) -> Double {
  Double(word >> 11) * 0x1p-53
}

/// The natural logarithm of a positive normal number from additions, products and quotients alone.
///
/// The logarithm of a C library may differ in the last bit from one machine to the next; these operations may not. The
/// error is a few units in the last place. With x = m 2ᵉ, m in [√½, √2), and s = (m - 1) / (m + 1):
/// log x = e log 2 + 2 (s + s³/3 + s⁵/5 + ...), s² < 0.0295.
func portableLogarithm(_ x: Double) -> Double {
  let isLarge = x.significand > 1.4142135623730951
  let significand = isLarge ? x.significand / 2 : x.significand
  let exponent = Double(x.exponent) + (isLarge ? 1 : 0)
  let s = (significand - 1) / (significand + 1)
  let square = s * s
  var series = 0.0
  for power in stride(from: 23, through: 1, by: -2) { series = series * square + 1 / Double(power) }
  return exponent * 0.6931471805599453 + 2 * s * series
}
