import Foundation
import Testing

@testable import SpaceAnalysis

@Suite struct WideDoubleTests {
  @Test func `sums, products and quotients are those of doubles where these can hold them`() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<10_000 {
      let a = Double(random.pick(0...1 << 53)) * pow(2, Double(random.pick(-400...300)))
      let b = Double(random.pick(1...1 << 53)) * pow(2, Double(random.pick(-400...300)))
      #expect((WideDouble(a) + WideDouble(b)).value == a + b)
      if a * b == 0 || a * b > 1e-300 { #expect((WideDouble(a) * WideDouble(b)).value == a * b) }
      if a / b == 0 || a / b > 1e-300 { #expect((WideDouble(a) / WideDouble(b)).value == a / b) }
    }
  }

  @Test func `products of thousands of small numbers neither vanish nor overflow`() {
    let small = (0..<10_000).reduce(WideDouble.one) { product, _ in product * WideDouble(1e-30) }
    let large = (0..<10_000).reduce(WideDouble.one) { product, _ in product * WideDouble(1e30) }
    #expect(!small.isZero && small.value == 0 && large.value == .infinity)
    #expect(abs((small * large).value - 1) < 1e-11)
    #expect((small + small) / small == WideDouble(2))
    #expect(WideDouble.zero + small == small && small + large == large)
  }

  /// Within 4 units in the last place of the library's, which is within 1 of the truth.
  @Test func `the exponential is that of the library`() {
    for step in -7000...7000 {
      let power = Double(step) / 10
      let (own, known) = (WideDouble.exponential(power).value, exp(power))
      #expect(abs(own - known) <= 4 * known.ulp, "\(power)")
    }
    #expect(WideDouble.exponential(0) == .one && WideDouble.exponential(-.infinity).isZero)
    let product = WideDouble.exponential(-5000) * WideDouble.exponential(5000)
    #expect(abs(product.value - 1) < 1e-12)
  }

  /// Bits, so that a machine that gives others fails.
  @Test func `the exponential has the same bits everywhere`() {
    let bits = [-700.25, -1, 0.1, 33.3].map { WideDouble.exponential($0).value.bitPattern }
    #expect(bits == [0x00ca_f5fe_9a48_5c8e, 0x3fd7_8b56_362c_ef38, 0x3ff1_aec7_b35a_00d4, 0x42f0_7840_1f5a_3ec8])
  }
}
