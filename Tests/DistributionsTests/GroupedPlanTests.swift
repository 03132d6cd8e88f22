import Distributions
import SpaceIR
import SpacePlanner
import Testing

/// Groups of decisions across layers, as the hints of a space name them.
struct GroupedPlanTests {
  private func space(_ groups: [[String]], rest: Hints.Grouping = .joint) -> Space {
    var space = Space(owners: [[2, 3], [2, 2], [3], [4, 2]])
    space.hints.groups = groups
    space.hints.distribution = rest
    return space
  }

  @Test func `a group is one categorical, and the rest is as without it`() throws {
    let plan = try DistributionPlan.joint(for: space([["l0", "l2"], ["l3.d0", "l1.d1"]]))
    #expect(plan.factors.map(\.name) == ["l0 + l2", "l1", "l3.d0 + l1.d1", "l3"])
    #expect(plan.factors.map(\.combinations.count) == [18, 2, 8, 2])
    #expect(plan.factors.map { $0.decisions.map(\.index) } == [[0, 1, 4], [2], [3, 5], [6]])
    let alone = try DistributionPlan.joint(for: space([["l0", "l2"]], rest: .factorised))
    #expect(alone.factors.map(\.name) == ["l0 + l2", "l1.d0", "l1.d1", "l3.d0", "l3.d1"])
    #expect(try DistributionPlan.hinted(by: space([["l0", "l2"]], rest: .factorised)) == alone)
    #expect(try DistributionPlan.joint(for: space([])) == .joint(for: Space(owners: [[2, 3], [2, 2], [3], [4, 2]])))
    // A hint about decisions that this space has not changes nothing.
    #expect(try DistributionPlan.joint(for: space([["l9"]])) == .joint(for: space([])))
  }

  @Test func `a name brings what is below it, and nothing that only begins alike`() {
    var space = Space(
      decisions: ["s1", "s1[1]", "s1[2]", "s10", "s1_b"].map { Decision(owner: $0, parameter: "k", options: 2) })
    #expect(space.decisions(under: "s1").map(\.index) == [0, 1, 2])
    #expect(space.decisions(under: "s1[2]").map(\.index) == [2])
    #expect(space.decisions(under: "s10.k").map(\.index) == [3])
    space.hints.groups = [["s1[2]", "s1"]]
    #expect(space.decisionGroups.map { $0.map(\.index) } == [[0, 1, 2]])
  }

  @Test func `the conversion keeps every probability, and a search can move what it could not before`() throws {
    let space = space([["l0", "l1"], ["l2", "l3"]])
    let factorised = Distribution.random(.factorised(for: space), seed: 5)
    let plan = try DistributionPlan.joint(for: space)
    var joint = factorised.joined(for: space, into: plan)
    #expect(abs(joint.entropy - factorised.entropy) < 1e-12)
    #expect(joint.mode() == factorised.mode())
    for member in space.members {
      #expect(abs(joint.logProbability(of: member) - factorised.logProbability(of: member)) < 1e-12)
    }
    // Two options of neighbouring layers that go together: their joint probability moves, their sum stays.
    let before = joint.marginals
    let (a, b) = (DecisionID(index: 0), DecisionID(index: 2))
    for (place, combination) in plan.factors[0].combinations.enumerated() where combination[0] == combination[2] {
      joint.logits[0][place] += 3
    }
    var random = SplitRandom(seed: 1, stream: 2)
    let draws = (0..<4000).map { _ in joint.draw(using: &random) }
    #expect(draws.allSatisfy(space.contains))
    let equal = Double(draws.count { $0[a] == $0[b] }) / 4000
    let independent = zip(joint.marginals[0], joint.marginals[2]).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(equal > 0.85 && independent < 0.75, "\(equal) \(independent)")
    #expect(joint.marginals[4] == before[4], "the other group stays as it was")
  }

  /// The whole space as one group, and every group of one condition: conditions inside a group are combinations that do
  /// not exist.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `groups of a conditional space keep probabilities, draws and order`(seed: UInt64) throws {
    var space = Space.random(seed: seed, decisions: 6)
    let factorised = Distribution.random(.factorised(for: space), seed: seed)
    let roots = space.decisions.filter { $0.existence == nil }.map(\.name)
    for groups in [[space.decisions.map(\.name)], [roots]] {
      space.hints.groups = groups
      let plan = try DistributionPlan.joint(for: space)
      let joint = factorised.joined(for: space, into: plan)
      #expect(abs(joint.entropy - factorised.entropy) < 1e-11)
      var sum = 0.0
      for member in space.members {
        #expect(abs(joint.logProbability(of: member) - factorised.logProbability(of: member)) < 1e-11)
        sum += exponential(joint.logProbability(of: member))
      }
      #expect(abs(sum - 1) < 1e-11)
      var random = SplitRandom(seed: seed, stream: 9)
      for _ in 0..<50 { #expect(space.contains(joint.draw(using: &random))) }
      #expect(zip(joint.marginals, factorised.marginals).allSatisfy { distance($0, $1) < 1e-11 })
    }
    // With one categorical for all, the most probable combination is the most probable member.
    space.hints.groups = [space.decisions.map(\.name)]
    let whole = factorised.joined(for: space, into: try .joint(for: space))
    let best = try #require(space.members.map { whole.logProbability(of: $0) }.max())
    #expect(abs(whole.logProbability(of: whole.mode()) - best) < 1e-12)
  }

  @Test func `snapshots name the group, and are read by spaces with the same one`() throws {
    let grouped = space([["l0", "l1"]])
    let plan = try DistributionPlan.joint(for: grouped)
    let learnt = Distribution.random(plan, seed: 3)
    let snapshot = DistributionSnapshot(learnt, of: grouped)
    #expect(snapshot.groups.map(\.name) == ["l0 + l1", "l2", "l3"])
    #expect(snapshot.distribution(of: grouped) == learnt)
    #expect(try Distribution(snapshot, for: grouped, plan: plan) == learnt)
    let other = space([])
    #expect(snapshot.distribution(of: other) == nil)
    #expect(
      throws: TransferError.otherGroup(
        decision: "l0.d0", expected: ["l0.d0", "l0.d1"], found: ["l0.d0", "l0.d1", "l1.d0", "l1.d1"])
    ) { try Distribution(snapshot, for: other, plan: .joint(for: other)) }
  }

  @Test func `a group has at most so many combinations`() throws {
    var space = Space(owners: [[100, 100], [100], [101]])
    #expect(DistributionPlan.excess(of: space.decisionIDs.dropLast(), in: space) == nil)
    #expect(DistributionPlan.excess(of: space.decisionIDs, in: space) == 101_000_000)
    space.hints.groups = [["l0", "l1", "l2"]]
    #expect(throws: DistributionPlanError.self) { try DistributionPlan.joint(for: space) }
    #expect(DistributionPlan.jointLogits(of: space) == nil)
  }
}
