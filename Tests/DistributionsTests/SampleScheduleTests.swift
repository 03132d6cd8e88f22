import Distributions
import SpaceIR
import SpacePlanner
import Testing

/// F3 of `fp-nas.md`.
struct SampleScheduleTests {
  @Test func `the first number of draws in FBNetV2-F is the published one`() throws {
    let space = Space.fbnetV2F(repeating: .tied)
    for plan in [DistributionPlan.factorised(for: space), try .joint(for: space)] {
      let entropy = Distribution(uniform: plan).entropy
      #expect(abs(entropy - 56.254) < 5e-4)
      let draws = [2.0, 4, 8, 16].map { SampleSchedule.adaptive(lambda: 1 / $0).draws(entropy: entropy) }
      #expect(draws == [28, 14, 7, 4])
    }
  }

  @Test func `the finer space starts with more draws`() throws {
    let fine = Distribution(uniform: try .joint(for: .fbnetV2F(repeating: .free)))
    #expect(abs(fine.entropy - 98.473) < 5e-4)
    #expect(SampleSchedule.adaptive(lambda: 0.25).draws(entropy: fine.entropy) == 25)
  }

  @Test func `halves go up and two is the least`() {
    #expect(SampleSchedule.adaptive(lambda: 0.5).draws(entropy: 5) == 3)
    #expect(SampleSchedule.adaptive(lambda: 0.5).draws(entropy: 4.99) == 2)
    #expect(SampleSchedule.adaptive(lambda: 0.25).draws(entropy: 0) == 2)
    #expect(SampleSchedule.adaptive(lambda: 0.25, minimum: 4).draws(entropy: 3) == 4)
    #expect(SampleSchedule.fixed(7).draws(entropy: 56) == 7)
  }
}
