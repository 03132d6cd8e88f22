import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct CostModelTests {
  @Test(arguments: 0..<40 as Range<UInt64>, [CostMeasure.macs, .parameters])
  func `the range is that of the enumerated members`(seed: UInt64, measure: CostMeasure) throws {
    let space = SmallSpace.random(seed: seed)
    let costs = try enumerate(space).map { try cost(of: $0, in: space)[measure] }
    let range = try CostModel(space, measure: measure).range()
    #expect(range.least.cost == costs.min())
    #expect(range.greatest.cost == costs.max())
    #expect(try cost(of: range.least.architecture, in: space)[measure] == range.least.cost)
    #expect(try cost(of: range.greatest.architecture, in: space)[measure] == range.greatest.cost)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `small steps give the same range as whole tuples`(seed: UInt64) throws {
    let space = SmallSpace.random(seed: seed)
    let whole = try CostModel(space).range()
    let steps = try CostModel(space, limits: CostModelLimits(combinations: 1)).range()
    #expect([whole.least.cost, whole.greatest.cost] == [steps.least.cost, steps.greatest.cost])
  }

  @Test(arguments: [10, 20, 40])
  func `a chain of bypasses has as many states as widths`(layers: Int) throws {
    let model = try CostModel(BypassChain.space(layers: layers))
    #expect(model.stateCount == 1 + 4 * (layers - 1) + 1)
  }

  @Test func `the diagram of a published space is small`() throws {
    let model = try CostModel(MobileSpaces.fbnetV2F(splits: [0, 1], sharing: .perGroup))
    #expect(model.stateCount == 44)
    #expect(model.edgeCount == 6960)
  }

  @Test func `a limit that is passed is an error with the place`() {
    let space = BypassChain.space(layers: 4)
    #expect(throws: CostModelError.tooManyEdges(owner: "o1", limit: 10)) {
      try CostModel(space, limits: CostModelLimits(edges: 10))
    }
    #expect(throws: CostModelError.tooManyStates(owner: "o0", limit: 3)) {
      try CostModel(space, limits: CostModelLimits(states: 3))
    }
  }
}
