import Testing

@testable import Datasets

struct SplitMix64Tests {
  // The figures that the generator's authors' C program prints, as many libraries quote them.
  @Test func `numbers are those of the published generator`() {
    var random = SplitMix64(seed: 1_234_567)
    let published: [UInt64] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
    #expect((0..<3).map { _ in random.next() } == published)
  }

  @Test func `a draw reaches every value about equally often`() {
    var random = SplitMix64(seed: 4)
    var counts = Array(repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[random.below(7)] += 1 }
    // Five standard deviations of a binomial count: 5 x sqrt(70000 x 1/7 x 6/7) = 463.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 463 })
  }

  @Test func `a shuffle moves and keeps every element`() {
    var random = SplitMix64(seed: 5)
    var elements = Array(0..<100)
    random.shuffle(&elements)
    #expect(elements != Array(0..<100))
    #expect(elements.sorted() == Array(0..<100))
  }

  @Test func `keys give different streams`() {
    let firsts = (0..<1000 as Range<UInt64>).map { key in
      var random = SplitMix64(seed: 9, keys: 1, key)
      return random.next()
    }
    #expect(Set(firsts).count == 1000)
  }
}
