import Distributions
import SpaceIR
import SpacePlanner
import Testing

struct RankingTests {
  /// A distribution with logits that are all different.
  private func distribution(_ space: Space, seed: UInt64) -> Distribution {
    var random = SplitRandom(seed: seed, stream: 7)
    let plan = DistributionPlan.factorised(for: space)
    return Distribution(plan: plan, logits: plan.factors.map { $0.combinations.map { _ in random.normal() } })
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `architectures come in the order of their probability, each once`(seed: UInt64) throws {
    let distribution = distribution(Space(owners: [[2, 3], [4, 2]]), seed: seed)
    var met: [Architecture] = []
    let none = distribution.mostProbable(limit: 1000) {
      met.append($0)
      return false
    }
    #expect(none == nil)
    #expect(met.count == 48)
    #expect(Set(met).count == 48)
    #expect(met.first == distribution.mode())
    let probabilities = met.map { distribution.logProbability(of: $0) }
    for (more, less) in zip(probabilities, probabilities.dropFirst()) { #expect(more >= less - 1e-12) }
  }

  @Test func `the first that is allowed is given with the number of those before it`() throws {
    let distribution = distribution(Space(owners: [[3, 3], [3]]), seed: 1)
    var seen = 0
    let found = try #require(
      distribution.mostProbable(limit: 1000) { _ in
        seen += 1
        return seen == 5
      })
    #expect(found.rank == 4)
    #expect(distribution.mostProbable(limit: 4) { _ in false } == nil)
    #expect(distribution.mostProbable(limit: 1) { _ in true }?.architecture == distribution.mode())
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `with conditions every member is still met once`(seed: UInt64) {
    let space = Space.random(seed: seed, decisions: 6)
    let distribution = distribution(space, seed: seed)
    var met: Set<Architecture> = []
    var calls = 0
    _ = distribution.mostProbable(limit: 100_000) {
      calls += 1
      met.insert($0)
      return false
    }
    #expect(calls == met.count)
    #expect(met.allSatisfy { space.contains($0) })
    let total = met.reduce(0.0) { $0 + exponential(distribution.logProbability(of: $1)) }
    #expect(abs(total - 1) < 1e-9)
  }
}
