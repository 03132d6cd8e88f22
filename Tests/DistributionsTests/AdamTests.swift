import Distributions
import SpaceIR
import SpacePlanner
import Testing

struct AdamTests {
  static let plan = DistributionPlan.factorised(for: Space(owners: [[2], [3]]))

  @Test func `the first step has the size of the learning rate`() {
    var adam = Adam(for: Self.plan, learningRate: 0.1)
    var logits = Self.plan.zeros
    adam.ascend(&logits, along: [[3, -0.2], [1e-3, 0, -5]])
    #expect(distance(logits.flatMap(\.self), [0.1, -0.1, 0.1, 0, -0.1]) < 2e-6)
  }

  /// Worked by hand for gradients 1 then -2: m₂ = -0.75 / 0.75, v₂ = 0.004999 / 0.001999.
  @Test func `the second step follows the moments`() {
    var adam = Adam(for: Self.plan, learningRate: 0.1)
    var logits = Self.plan.zeros
    adam.ascend(&logits, along: [[1, 0], [0, 0, 0]])
    adam.ascend(&logits, along: [[-2, 0], [0, 0, 0]])
    let expected = 0.1 - 0.1 * 1 / (0.004999 / 0.001999).squareRoot()
    #expect(abs(logits[0][0] - expected) < 1e-8)
  }

  @Test func `a factor that existed in no draw keeps its logits and its moments`() {
    var adam = Adam(for: Self.plan, learningRate: 0.1)
    var logits = Self.plan.zeros
    adam.ascend(&logits, along: [[1, -1], [1, 0, -1]])
    let before = (logits, adam)
    adam.ascend(&logits, along: [[1, -1], [0, 0, 0]])
    #expect(logits[1] == before.0[1])
    #expect(logits[0] != before.0[0])
    var (interrupted, uninterrupted) = (before.0, before.0)
    var (rested, fresh) = (adam, before.1)
    rested.ascend(&interrupted, along: [[0, 0], [1, 0, -1]])
    fresh.ascend(&uninterrupted, along: [[0, 0], [1, 0, -1]])
    #expect(interrupted[1] == uninterrupted[1])
  }
}
