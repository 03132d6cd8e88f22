import Distributions
import SpaceIR
import SpacePlanner
import Testing

struct SnapshotTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `a snapshot gives the distribution back, in both forms`(seed: UInt64) throws {
    let space = Space.random(seed: seed, decisions: 6)
    for plan in [DistributionPlan.factorised(for: space), try .joint(for: space)] {
      let distribution = Distribution.random(plan, seed: seed)
      let read = try #require(DistributionSnapshot(distribution, of: space).distribution(of: space))
      #expect(read.logits == distribution.logits && read.marginals == distribution.marginals)
    }
    #expect(
      DistributionSnapshot(Distribution(uniform: .factorised(for: space)), of: space)
        .distribution(of: Space(owners: [[2, 3, 9]])) == nil)
  }

  /// The shares of every decision, by listing all members; and one decision at a time, as they were before.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `marginals are sums over the members`(seed: UInt64) throws {
    let space = Space.random(seed: seed, decisions: 6)
    let distribution = Distribution.random(try .joint(for: space), seed: seed)
    let marginals = distribution.marginals
    #expect(marginals == space.decisionIDs.map { distribution.marginals(of: $0) })
    for id in space.decisionIDs {
      for option in space[id].options.indices {
        let sum = space.members.filter { $0[id] == option }
          .reduce(0) { $0 + exponential(distribution.logProbability(of: $1)) }
        #expect(abs((marginals[id.index].count > option ? marginals[id.index][option] : 0) - sum) < 1e-11)
      }
    }
  }
}
