import Distributions
import SpaceIR
import SpacePlanner
import Testing

/// F7 of `fp-nas.md`: draws have the probabilities that the distribution states.
struct SamplerTests {
  static let conditional = Space(decisions: [
    Decision(owner: "", parameter: "depth", options: 2),
    Decision(
      owner: "s", parameter: "kernel", options: 3, existence: Existence(parent: DecisionID(index: 0), options: [1])),
    Decision(
      owner: "s", parameter: "gate", options: 2, existence: Existence(parent: DecisionID(index: 1), options: [1, 2])),
    Decision(owner: "t", parameter: "width", options: 3),
  ])

  @Test(arguments: [Space(owners: [[3, 2], [2, 2]]), conditional])
  func `frequencies of draws pass a chi-square test in both forms`(space: Space) throws {
    let members = space.members
    let placeOfMember = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
    for (form, plan) in [DistributionPlan.factorised(for: space), try .joint(for: space)].enumerated() {
      let distribution = Distribution.random(plan, seed: 11, spread: 0.5)
      var counts = members.map { _ in 0 }
      for sample in 0..<8000 {
        var random = SplitRandom(seed: 11, stream: UInt64(form), UInt64(sample))
        counts[try #require(placeOfMember[distribution.draw(using: &random)])] += 1
      }
      #expect(isPlausible(counts, members.map { exponential(distribution.logProbability(of: $0)) }))
      #expect(!isPlausible(counts, members.map { _ in 1 / Double(members.count) }))
    }
  }
}
