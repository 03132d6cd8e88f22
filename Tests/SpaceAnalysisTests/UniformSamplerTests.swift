import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct UniformSamplerTests {
  @Test(arguments: 0..<12 as Range<UInt64>)
  func `networks are drawn alike`(seed: UInt64) {
    let space = SmallSpace.random(seed: seed)
    let sampler = UniformSampler(space)
    var random = SeededGenerator(seed: seed)
    var counts = Dictionary(uniqueKeysWithValues: enumerate(space).map { ($0, 0) })
    guard counts.count > 1 else { return }
    for _ in 0..<counts.count * 20 {
      let drawn = sampler.draw(using: &random)
      #expect(counts[drawn] != nil)
      counts[drawn, default: 0] += 1
    }
    #expect(abs(uniformityDeviate(Array(counts.values))) < 5)
  }

  @Test func `a skip is rare among networks and common among decisions`() {
    var builder = NetworkBuilder(input: ImageShape(channels: 1, height: 1, width: 1))
    _ = builder.decide("s", "op", [.word("bypass"), .word("block")])
    let existence = Existence(parent: DecisionID(index: 0), options: [1])
    _ = builder.decide("s", "width", (1...63).map { .integer($0) }, existence: existence)
    let space = builder.space(classes: 1)
    func skips(_ measure: DrawMeasure) -> Int {
      var random = SeededGenerator(seed: 3)
      let sampler = UniformSampler(space, measure: measure)
      return (0..<6400).count { _ in sampler.draw(using: &random).choices[0] == 0 }
    }
    #expect((50...150).contains(skips(.networks)))  // 6400 / 64, five standard deviations
    #expect((3000...3400).contains(skips(.decisions)))
  }

  @Test func `a seed gives the same draws everywhere`() {
    var random = SeededGenerator(seed: 1)
    #expect((0..<6).map { _ in random.below(1000) } == [334, 984, 368, 62, 872, 105])
    #expect(random.below(BigUInt(10).power(30)) == BigUInt("45882373259651212170916152476"))
  }

  @Test func `an estimate is made of members`() throws {
    let space = SmallSpace.random(seed: 5)
    var random = SeededGenerator(seed: 1)
    let estimate = try CostEstimate(.macs, of: space, draws: 200, using: &random)
    let costs = try Set(enumerate(space).map { try cost(of: $0, in: space).macs })
    #expect(estimate.sortedCosts.allSatisfy(costs.contains))
    #expect(estimate.quantile(0) == estimate.sortedCosts[0])
    #expect(estimate.median == estimate.sortedCosts[99])
    #expect(estimate.quantile(1) == estimate.sortedCosts[199])
  }
}
