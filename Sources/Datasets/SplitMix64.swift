/// The only source of randomness of this module: the same numbers on every machine and in every Swift version.
///
/// SplitMix64, Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators". The script that made the
/// embedded subset has the same generator and the same shuffle.
struct SplitMix64: Sendable {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// A generator for one use of `seed`: keys that differ give streams that have nothing to do with each other.
  init(seed: UInt64, keys: UInt64...) {
    state = seed
    for key in keys {
      state = next() ^ key
    }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// An unbiased draw from `0..<bound`; `bound` is at least 1.
  ///
  /// Lemire 2019 (arXiv 1805.10941), algorithm 5: the high word of a product. Fewer than two draws are expected.
  mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a draw needs a range that is not empty")
    let width = UInt64(bound)
    let rejected = (0 &- width) % width
    while true {
      let product = next().multipliedFullWidth(by: width)
      if product.low >= rejected { return Int(product.high) }
    }
  }

  /// `elements` in a random order: Fisher and Yates, from the last place down.
  mutating func shuffle(_ elements: inout [Int]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, below(last + 1))
    }
  }
}
