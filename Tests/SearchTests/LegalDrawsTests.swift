import Distributions
import Foundation
import SpaceAnalysis
import SpaceIR
import SpacePlanner
import Testing

@testable import Search

/// Draws conditional on a band of multiply-adds and on requirements, on the digits.
@Suite struct LegalDrawsTests {
  private static let target = 110_000
  private static let band = 99_000...110_000

  private static func recipe(
    form: SearchRecipe.Form = .mixed(theta: 2), epochs: Double = 4, warmUp: Double = 1
  ) -> SearchRecipe {
    var recipe = TestSearch.recipe(.fixed(6), form: form, epochs: epochs, warmUp: warmUp, target: target)
    recipe.band = 0.9...1
    recipe.jointRate = 0.3
    recipe.factorisedRate = 0.3
    return recipe
  }

  @Test func `every draw and the answer are within the band`() throws {
    var search = try TestSearch.make(Self.recipe())
    let start = search.distribution
    let records = try search.records()
    for record in records {
      #expect(record.draws.allSatisfy { Self.band.contains($0.macs) })
      // Of a set of networks that is smaller than the space.
      #expect(record.entropy < 20.35 && record.entropy > 0)
    }
    #expect(Set(records.flatMap(\.draws).map(\.choices)).count > 10)
    #expect(search.isJoint && search.distribution.plan != start.plan)
    let choice = try search.choice()
    #expect(Self.band.contains(try cost(of: choice.architecture, in: search.space).macs))
    #expect(choice.rank == 0 && choice.architecture == search.mode)
  }

  @Test func `the change of form keeps the entropy of the draws`() throws {
    var search = try TestSearch.make(Self.recipe(epochs: 5))
    while search.epoch < 2 { _ = try search.advance() }
    let factorised = search.entropy
    #expect(abs(try search.advance().entropy - factorised) < 1e-9)
  }

  /// Central differences of log P(A | B) on every logit of two layers' decisions.
  @Test func `the gradient is that of the conditional log-likelihood`() throws {
    let space = try TestSearch.space()
    var random = SplitRandom(seed: 5, stream: 1)
    let plan = DistributionPlan.factorised(for: space)
    let logits = plan.zeros.map { $0.map { _ in Double.random(in: -1...1, using: &random) } }
    let distribution = Distribution(plan: plan, logits: logits)
    let legal = try LegalDraws(space, within: Self.recipe().budget, distribution)
    let draw = legal.networks.draw(using: &random)
    var gradient = plan.zeros
    legal.addGradient(of: [draw], weights: [1], plan: plan, into: &gradient)
    func logProbability(_ logits: [[Double]]) throws -> Double {
      var moved = legal
      try moved.follow(Distribution(plan: plan, logits: logits))
      return log(moved.networks.probability(of: draw))
    }
    let step = 1e-4
    for factor in 0..<8 {
      for combination in logits[factor].indices {
        var (above, below) = (logits, logits)
        above[factor][combination] += step
        below[factor][combination] -= step
        let difference = (try logProbability(above) - logProbability(below)) / (2 * step)
        // The error of a central difference is a third derivative, below 1, times the step squared.
        #expect(abs(difference - gradient[factor][combination]) < 1e-7)
      }
    }
  }

  @Test func `a search taken up again draws what the undisturbed one draws`() throws {
    var whole = try TestSearch.make(Self.recipe())
    var records: [StepRecord] = []
    while whole.step < 5 { records.append(try whole.advance()) }
    let state = try whole.state()
    var again = try TestSearch.make(Self.recipe())
    try again.restore(state)
    while !whole.isFinished { #expect(try whole.advance() == again.advance()) }
    #expect(try whole.choice().architecture == again.choice().architecture)
  }

  @Test func `a band is a part of a target`() {
    var recipe = TestSearch.recipe(target: nil)
    recipe.band = 0.5...1
    #expect(recipe.complaint == "a band is a part of a target, and there is no target")
    recipe = TestSearch.recipe()
    recipe.band = -1...1
    #expect(recipe.complaint?.hasPrefix("a band goes from at least 0") == true)
  }
}
