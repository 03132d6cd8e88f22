import Testing

@testable import Reports

struct ChartTests {
  /// A curve of noise with one spike up and one down, wherever they lie.
  @Test(arguments: [0, 1, 4999, 5000, 7777, 9999])
  func `a thinned curve keeps both extremes and both ends`(place: Int) {
    var curve = (0..<10_000).map { ChartPoint(Double($0), Double($0 * 7919 % 1000) / 1000) }
    curve[place].y = 50
    curve[9999 - place].y = -50
    let thin = curve.thinned(stretches: 100)
    #expect(thin.count <= 400)
    #expect(thin.contains(curve[place]) && thin.contains(curve[9999 - place]))
    #expect(thin.first == curve.first && thin.last == curve.last)
    #expect(zip(thin, thin.dropFirst()).allSatisfy { $0.x < $1.x })
    #expect(Set(thin).isSubset(of: Set(curve)))
  }

  @Test func `a short curve is left as it is, also one of a single place`() {
    let short = (0..<40).map { ChartPoint(Double($0), 1) }
    #expect(short.thinned(stretches: 10) == short)
    let flat = [ChartPoint](repeating: ChartPoint(3, 1), count: 100)
    #expect(flat.thinned(stretches: 10) == flat)
    #expect([ChartPoint]().thinned(stretches: 10).isEmpty)
  }

  @Test func `means keep the mean of the whole`() {
    let curve = (0..<1000).map { ChartPoint(Double($0), Double($0 % 10)) }
    let means = curve.averaged(stretches: 50)
    #expect(means.count == 50)
    #expect(abs(means.reduce(0) { $0 + $1.y } / 50 - 4.5) < 1e-12)
  }

  @Test(arguments: [0.0...1, 1.38...2.41, -3...1200, 0...0.00031, 25...25, 1e8...1.00001e8])
  func `ticks lie in their range, ascend, and have different texts`(range: ClosedRange<Double>) {
    let axis = ChartAxis.numbers("x", range)
    #expect(axis.ticks.allSatisfy { $0.at >= range.lowerBound - 1e-9 && $0.at <= range.upperBound * (1 + 1e-9) + 1e-9 })
    #expect(zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0.at < $1.at })
    #expect(Set(axis.ticks.map(\.text)).count == axis.ticks.count)
    #expect(range.lowerBound == range.upperBound || (2...7).contains(axis.ticks.count))
  }

  @Test func `what lies beyond an axis is drawn at its end`() {
    let axis = ChartAxis.numbers("x", 10...20)
    #expect(axis.share(10) == 0 && axis.share(15) == 0.5 && axis.share(20) == 1)
    #expect(axis.share(-1e9) == 0 && axis.share(1e9) == 1)
  }
}
