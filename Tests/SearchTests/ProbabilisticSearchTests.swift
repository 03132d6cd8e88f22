import Distributions
import Engine
import Search
import SpaceIR
import SpacePlanner
import Testing

/// The loop of fp-nas.md, section 7, on the digits.
@Suite struct ProbabilisticSearchTests {
  @Test func `one seed gives one run, whatever the number of threads`() throws {
    let recipe = TestSearch.recipe()
    let first = try TestSearch.run(recipe)
    #expect(first.count == 8)
    #expect(try TestSearch.run(recipe) == first)
    #expect(try TestSearch.run(recipe, threads: 2) == first)
    #expect(try TestSearch.run(recipe, seed: 2) != first)
  }

  @Test func `the number of draws follows the entropy`() throws {
    var recipe = TestSearch.recipe(.adaptive(lambda: 0.5), form: .joint, epochs: 12)
    recipe.jointRate = 0.5
    var search = try TestSearch.make(recipe)
    let records = try search.records()
    let moving = records.filter { !$0.isWarmUp }
    for record in moving { #expect(record.draws.count == max(2, Int((0.5 * record.entropy).rounded()))) }
    #expect(moving.first?.draws.count == 10)
    #expect(Set(moving.map(\.draws.count)).count > 2, "a search that learns draws less and less")
    #expect(search.samples == records.reduce(0) { $0 + $1.draws.count })
  }

  @Test func `PARSEC draws a fixed number`() throws {
    let recipe = SearchMethod.parsec.recipe(epochs: 3, target: nil, initialEntropy: 20.35)
    #expect(recipe.samples == .fixed(5))
    #expect(recipe.form == .joint)
    var small = recipe
    small.batch = 32
    for record in try TestSearch.run(small) where !record.isWarmUp { #expect(record.draws.count == 5) }
  }

  @Test func `the warm-up trains weights and leaves the distribution alone`() throws {
    var search = try TestSearch.make(TestSearch.recipe(epochs: 4, warmUp: 2))
    let start = search.distribution
    while search.epoch < 2 {
      let record = try search.advance()
      #expect(record.isWarmUp)
      #expect(record.draws.count == 2)
      #expect(record.draws.allSatisfy { $0.share == nil && $0.validationLoss == nil })
      #expect(record.gradientNorm > 0)
    }
    #expect(search.distribution == start)
    let record = try search.advance()
    #expect(!record.isWarmUp)
    #expect(search.distribution != start)
  }

  /// Equation (7) of fp-nas.md, on a distribution that a search has moved.
  @Test func `the change from factorised to joint keeps every probability`() throws {
    var search = try TestSearch.make(TestSearch.recipe(epochs: 5, warmUp: 1))
    while search.epoch < 2 { _ = try search.advance() }
    let factorised = search.distribution
    #expect(factorised.plan == DistributionPlan.factorised(for: search.space))
    let record = try search.advance()
    let plan = try DistributionPlan.joint(for: search.space)
    #expect(search.distribution.plan == plan)
    // Sums of 56 and of 648 terms of size 1.
    #expect(abs(record.entropy - factorised.entropy) < 1e-12 * 648)
    let joint = factorised.joined(for: search.space, into: plan)
    for architecture in factorised.draws(100, generator: { SplitRandom(seed: 4, stream: UInt64($0)) }) {
      let difference = joint.logProbability(of: architecture) - factorised.logProbability(of: architecture)
      #expect(abs(difference) < 1e-10)
    }
  }

  @Test func `a change at epoch 0 is joint from the first step`() throws {
    let mixed = try TestSearch.run(TestSearch.recipe(form: .mixed(theta: 0), epochs: 2, warmUp: 0))
    let joint = try TestSearch.run(TestSearch.recipe(form: .joint, epochs: 2, warmUp: 0))
    #expect(mixed.map { $0.draws.map(\.choices) } == joint.map { $0.draws.map(\.choices) })
    #expect(zip(mixed, joint).allSatisfy { abs($0.entropy - $1.entropy) < 1e-9 })
  }

  @Test func `weights and shares are those of the definition`() throws {
    var recipe = TestSearch.recipe(.fixed(6), form: .joint, epochs: 3, warmUp: 0, target: 90_000)
    recipe.beta = 0.4
    var penalised = 0
    for record in try TestSearch.run(recipe) {
      let weights = record.draws.map(\.weight)
      #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
      let expected = likelihoodShares(
        record.draws.compactMap(\.trainingLoss).map { logLikelihood(meanCrossEntropy: $0, images: recipe.batch) })
      // The loss is a Float64 sum of float32 logits on both sides, so only the exponential rounds.
      for (a, b) in zip(weights, expected) { #expect(abs(a - b) < 1e-12) }
      let costs = record.draws.map { hingeCost(Double($0.macs), target: 90_000) }
      let isOver = costs.contains { $0 > 0 }
      penalised += isOver ? 1 : 0
      let shares = try record.draws.map { try #require($0.share) }
      #expect(abs(shares.reduce(0, +) - (isOver ? 0.6 : 1)) < 1e-12)
      let validation = try record.draws.map {
        logLikelihood(meanCrossEntropy: try #require($0.validationLoss), images: recipe.batch)
      }
      #expect(shares == architectureShares(logLikelihoods: validation, costs: costs, beta: 0.4))
    }
    #expect(penalised > 0)
  }

  @Test func `uniform weighting gives each draw the same weight`() throws {
    var recipe = TestSearch.recipe(.fixed(4), form: .joint, epochs: 1, warmUp: 0)
    recipe.weightGradient = .uniform
    for draw in try TestSearch.run(recipe).flatMap(\.draws) { #expect(draw.weight == 0.25) }
  }

  /// Fixed seed. Uniform draws average about 130 k multiply-adds; the smallest member has 26 k.
  @Test func `the hinge lowers the cost above its target only`() throws {
    func recipe(_ target: Int?) -> SearchRecipe {
      var recipe = TestSearch.recipe(.fixed(8), form: .factorised, epochs: 20, warmUp: 0, target: target)
      recipe.beta = 0.9
      recipe.factorisedRate = 0.15
      return recipe
    }
    let free = try TestSearch.run(recipe(nil))
    #expect(try TestSearch.run(recipe(1_000_000_000)) == free)
    let bound = try TestSearch.run(recipe(40_000))
    let (before, after) = (meanMACs(bound.prefix(5)), meanMACs(bound.suffix(5)))
    print("mean multiply-adds: \(before) to \(after) with a target of 40000, \(meanMACs(free.suffix(5))) without")
    #expect(after < 0.8 * before)
    #expect(after < meanMACs(free.suffix(5)))
  }

  private func meanMACs(_ records: ArraySlice<StepRecord>) -> Double {
    let draws = records.flatMap(\.draws)
    return draws.reduce(0) { $0 + Double($1.macs) } / Double(draws.count)
  }
}
