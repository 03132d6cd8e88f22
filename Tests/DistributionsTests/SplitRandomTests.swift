import Testing

@testable import Distributions

struct SplitRandomTests {
  /// The numbers of an independent implementation in Python.
  @Test func `the stream is the documented one`() {
    var random = SplitRandom(seed: 42, stream: 1, 2, 3)
    let expected: [UInt64] = [
      0xd1d7_a870_c32c_c601, 0x04f4_8603_225d_206a, 0x6499_7578_7e07_50bb, 0xefe7_72b0_cf1a_2ae2,
    ]
    #expect((0..<4).map { _ in random.next() } == expected)
  }

  @Test func `streams differ by word, order, length and seed`() {
    let streams: [SplitRandom] = [
      SplitRandom(seed: 1), SplitRandom(seed: 2), SplitRandom(seed: 1, stream: 0), SplitRandom(seed: 1, stream: 0, 0),
      SplitRandom(seed: 1, stream: 1, 2), SplitRandom(seed: 1, stream: 2, 1),
    ]
    let first = streams.map { stream -> UInt64 in
      var stream = stream
      return stream.next()
    }
    #expect(Set(first).count == streams.count)
    #expect(SplitRandom(seed: 1, stream: 1, 2) == SplitRandom(seed: 1, stream: [1, 2]))
  }

  @Test func `bounded draws are uniform`() {
    var random = SplitRandom(seed: 3, stream: 6)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<14_000 { counts[random.next(below: 7)] += 1 }
    #expect(isPlausible(counts, [Double](repeating: 1 / 7, count: 7)))
    #expect((0..<20).allSatisfy { _ in random.next(below: 1) == 0 })
  }

  @Test func `uniform and normal draws have their moments`() {
    var random = SplitRandom(seed: 4, stream: 7)
    let count = 20_000
    let uniform = (0..<count).map { _ in random.uniform() }
    let normal = (0..<count).map { _ in random.normal() }
    #expect(uniform.allSatisfy { (0..<1).contains($0) })
    #expect(abs(mean(uniform) - 0.5) < 4 * (1.0 / 12 / Double(count)).squareRoot())
    #expect(abs(mean(normal)) < 4 / Double(count).squareRoot())
    #expect(abs(mean(normal.map { $0 * $0 }) - 1) < 4 * (2 / Double(count)).squareRoot())
    #expect(abs(mean(normal.map { $0 * $0 * $0 * $0 }) - 3) < 4 * (96 / Double(count)).squareRoot())
  }

  @Test func `the portable logarithm is that of the machine to a few last places`() {
    var random = SplitRandom(seed: 5, stream: 8)
    for _ in 0..<2000 {
      let x = random.uniform() + 0x1p-60
      #expect(abs(portableLogarithm(x) - logarithm(x)) <= 4 * max(logarithm(x).ulp, 0x1p-56))
    }
    #expect(portableLogarithm(1) == 0)
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
