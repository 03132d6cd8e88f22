import Distributions
import SpaceIR
import SpacePlanner
import Testing

struct JointPlanTests {
  @Test(arguments: [(Space.Blocks.tied, 3624, 176), (.free, 6792, 311)])
  func `the FBNetV2-F space has the published number of logits`(blocks: Space.Blocks, joint: Int, factorised: Int)
    throws
  {
    let space = Space.fbnetV2F(repeating: blocks)
    #expect(try DistributionPlan.joint(for: space).logits == joint)
    #expect(DistributionPlan.factorised(for: space).logits == factorised)
  }

  @Test func `an option that switches the rest of its owner off is one combination`() throws {
    let space = Space(decisions: [
      Decision(owner: "s", parameter: "kernel", options: 3),
      Decision(
        owner: "s", parameter: "act", options: 2, existence: Existence(parent: DecisionID(index: 0), options: [1, 2])),
      Decision(
        owner: "s", parameter: "gate", options: 2, existence: Existence(parent: DecisionID(index: 1), options: [1])),
    ])
    let factor = try #require(DistributionPlan.joint(for: space).factors.first)
    #expect(
      factor.combinations == [
        [0, nil, nil], [1, 0, nil], [1, 1, 0], [1, 1, 1], [2, 0, nil], [2, 1, 0], [2, 1, 1],
      ])
    #expect(factor.existence == nil)
    #expect(factor.name == "s")
  }

  @Test func `a condition on another owner is the condition of the whole factor`() throws {
    let outer = Existence(parent: DecisionID(index: 0), options: [1])
    let space = Space(decisions: [
      Decision(owner: "", parameter: "depth", options: 2),
      Decision(owner: "s", parameter: "kernel", options: 3, existence: outer),
      Decision(owner: "s", parameter: "width", options: 2, existence: outer),
      Decision(
        owner: "s", parameter: "gate", options: 2, existence: Existence(parent: DecisionID(index: 1), options: [2])),
    ])
    let plan = try DistributionPlan.joint(for: space)
    #expect(plan.factors.map(\.name) == ["network", "s"])
    #expect(plan.factors[1].existence == outer)
    #expect(plan.factors[1].combinations.count == 8)
  }

  @Test func `an owner with two outer conditions is split and says why`() throws {
    let space = Space(decisions: [
      Decision(owner: "", parameter: "depth", options: 3),
      Decision(owner: "s", parameter: "kernel", options: 3),
      Decision(
        owner: "s", parameter: "width", options: 2, existence: Existence(parent: DecisionID(index: 0), options: [1, 2])),
      Decision(
        owner: "s", parameter: "gate", options: 2, existence: Existence(parent: DecisionID(index: 0), options: [2])),
    ])
    let plan = try DistributionPlan.joint(for: space)
    #expect(plan.factors.map(\.name) == ["network", "s", "s if depth in {1, 2}", "s if depth in {2}"])
    #expect(plan.factors.map(\.combinations.count) == [3, 3, 2, 2])
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `every plan has each decision once and conditions on earlier factors`(seed: UInt64) throws {
    let space = Space.random(seed: seed, decisions: 7)
    for plan in [DistributionPlan.factorised(for: space), try .joint(for: space)] {
      #expect(plan.factors.flatMap(\.decisions).sorted() == space.decisionIDs)
      var known: Set<DecisionID> = []
      for factor in plan.factors {
        #expect(factor.existence.map { known.contains($0.parent) } ?? true)
        #expect(factor.decisions == factor.decisions.sorted())
        known.formUnion(factor.decisions)
      }
      for factor in plan.factors {
        let seen = Set(space.members.filter(factor.exists).map { member in factor.decisions.map { member[$0] } })
        #expect(seen == Set(factor.combinations))
        #expect(seen.count == factor.combinations.count)
      }
      for member in space.members {
        for factor in plan.factors where factor.exists(in: member) {
          let found = try #require(factor.combination(in: member))
          #expect(factor.combinations[found] == factor.decisions.map { member[$0] })
        }
      }
    }
  }

  @Test func `a factor above the limit is refused with its numbers`() throws {
    let space = Space(owners: [[3, 2], [10, 10, 10]])
    #expect(
      throws: DistributionPlanError.tooManyCombinations(
        factor: "l1", decisions: ["l1.d0", "l1.d1", "l1.d2"], options: [10, 10, 10], combinations: 1000, limit: 999)
    ) { try DistributionPlan.joint(for: space, limit: 999) }
    #expect(try DistributionPlan.joint(for: space, limit: 1000).logits == 1006)
    let vast = Space(owners: [[Int](repeating: 10, count: 60)])
    #expect(throws: DistributionPlanError.self) { try DistributionPlan.joint(for: vast) }
    let message = DistributionPlanError.tooManyCombinations(
      factor: "s", decisions: ["s.a", "s.b"], options: [4, 5], combinations: 20, limit: 10)
    #expect(message.description == "the joint factor 's' over 's.a' (4), 's.b' (5) has 20 combinations, more than 10")
  }

  @Test func `the hint chooses the grouping`() throws {
    var space = Space(owners: [[3, 2]])
    #expect(try DistributionPlan.hinted(by: space).factors.count == 1)
    space.hints.distribution = .factorised
    #expect(try DistributionPlan.hinted(by: space).factors.count == 2)
  }
}
