import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

/// Spaces of many blocks under several budgets, by work counters.
@Suite struct FortyBlockTests {
  private static func space(blocks: Int) -> Space {
    var builder = NetworkBuilder(input: ImageShape(channels: 3, height: 16, width: 16))
    for block in 0..<blocks {
      builder.convolution(builder.decide("b\(block)", "width", [16, 24, 40].map(Value.integer)), kernel: 3)
    }
    builder.globalPool()
    builder.linear(10, bias: true)
    return builder.space(classes: 10)
  }

  @Test func `work without budgets grows in proportion to the blocks`() throws {
    let models = try [10, 20, 40, 80].map { try CostModel(Self.space(blocks: $0)) }
    #expect(models.map(\.edgeCount) == [10, 20, 40, 80].map { 9 * ($0 - 1) + 3 })
    #expect(models.map(\.stateCount) == [10, 20, 40, 80].map { 3 * ($0 - 1) + 2 })
    let steps = models.map(\.steps)
    // Each block looks at the terms of all later ones: the square of the blocks at most.
    for (a, b) in zip(steps, steps.dropFirst()) { #expect(b <= 4 * a) }
  }

  @Test func `forty blocks within MACs and parameters have a count, ends and draws`() throws {
    let space = Self.space(blocks: 40)
    let (macs, parameters) = (Budget(.macs, greatest: 40_000_000), Budget(.parameters, greatest: 160_000))
    let budgets = [macs, parameters]
    let members = try BudgetedMembers(space, budgets: budgets, effort: 3_000_000)
    #expect(members.countLower.value > 0 && members.countLower <= members.countUpper)
    #expect(members.countUpper < DecisionForest(space).encodings)
    #expect(members.edgeCount < 100_000)
    var random = SeededGenerator(seed: 4)
    for _ in 0..<10 {
      let drawn = try cost(of: members.draw(using: &random), in: space)
      #expect(drawn.macs <= 40_000_000 && drawn.parameters <= 160_000)
    }
    let front = try ParetoFront(space, [Criterion(.macs)], budgets: budgets)
    let most = try ParetoFront(space, [Criterion(.macs, .most)], budgets: budgets)
    #expect(front.excess == 0 && front.points[0].costs[0] < most.points[0].costs[0])
    #expect(most.points[0].costs[0] <= 40_000_000)
  }

  @Test func `a budget below the least says what can be had`() throws {
    let space = Self.space(blocks: 40)
    let least = try CostModel(space, measure: .parameters).leastAndGreatest.least
    let budgets = [Budget(.macs, greatest: 40_000_000), Budget(.parameters, greatest: least - 1)]
    let found = try space.leastBudgets(budgets)
    #expect(found.map(\.measure) == [.macs, .parameters])
    #expect(found[0].least == nil && found[1].least == least && found[1].shortfall == 1)
  }
}
