import Distributions
import SpaceIR
import SpacePlanner
import Testing

/// Both groupings of small conditional spaces against the enumeration of all members.
struct DistributionTests {
  static func distributions(seed: UInt64) throws -> (Space, [Distribution]) {
    let space = Space.random(seed: seed, decisions: 6)
    return (space, [.random(.factorised(for: space), seed: seed), .random(try .joint(for: space), seed: seed)])
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `probabilities sum to one and the entropy is that of the enumeration`(seed: UInt64) throws {
    let (space, distributions) = try Self.distributions(seed: seed)
    for distribution in distributions {
      let logarithms = space.members.map(distribution.logProbability)
      #expect(abs(logarithms.reduce(0) { $0 + exponential($1) } - 1) < 1e-12)
      #expect(abs(logarithms.reduce(0) { $0 - exponential($1) * $1 } - distribution.entropy) < 1e-11)
    }
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `marginals are those of the enumeration`(seed: UInt64) throws {
    let (space, distributions) = try Self.distributions(seed: seed)
    for distribution in distributions {
      for id in space.decisionIDs {
        var expected = space[id].options.map { _ in 0.0 }
        for member in space.members {
          if let option = member[id] { expected[option] += exponential(distribution.logProbability(of: member)) }
        }
        #expect(distance(distribution.marginals(of: id), expected) < 1e-12)
      }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the gradient of the log-probability is its finite difference`(seed: UInt64) throws {
    let (space, distributions) = try Self.distributions(seed: seed)
    let member = space.members[Int(seed) % space.members.count]
    for distribution in distributions {
      var gradient = distribution.plan.zeros
      distribution.addGradient(of: member, weight: 1.5, into: &gradient)
      let expected = distribution.differences { 1.5 * $0.logProbability(of: member) }
      #expect(distance(gradient.flatMap(\.self), expected.flatMap(\.self)) < 1e-8)
      for (factor, row) in zip(distribution.plan.factors, gradient) where !factor.exists(in: member) {
        #expect(row.allSatisfy { $0 == 0 })
      }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the mode is the most probable member where nothing has a condition`(seed: UInt64) throws {
    let space = Space(owners: [[3, 2], [4], [2, 2, 2]])
    for plan in [DistributionPlan.factorised(for: space), try .joint(for: space)] {
      let distribution = Distribution.random(plan, seed: seed)
      let best = space.members.max { distribution.logProbability(of: $0) < distribution.logProbability(of: $1) }
      #expect(distribution.mode() == best)
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `modes and draws are members of the space`(seed: UInt64) throws {
    let (space, distributions) = try Self.distributions(seed: seed)
    var random = SplitRandom(seed: seed, stream: 3)
    for distribution in distributions {
      #expect(space.contains(distribution.mode()))
      for _ in 0..<10 { #expect(space.contains(distribution.draw(using: &random))) }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `many draws and their gradient are those of one at a time`(seed: UInt64) throws {
    for distribution in try Self.distributions(seed: seed).1 {
      let together = distribution.draws(5) { SplitRandom(seed: seed, stream: UInt64($0)) }
      let single = (0..<5).map { number -> Architecture in
        var random = SplitRandom(seed: seed, stream: UInt64(number))
        return distribution.draw(using: &random)
      }
      #expect(together == single)
      let weights = [0.5, -0.2, 0.1, 0.3, 0]
      var (sum, parts) = (distribution.plan.zeros, distribution.plan.zeros)
      distribution.addGradient(of: together, weights: weights, into: &sum)
      for (draw, weight) in zip(single, weights) { distribution.addGradient(of: draw, weight: weight, into: &parts) }
      #expect(distance(sum.flatMap(\.self), parts.flatMap(\.self)) < 1e-15)
    }
  }

  @Test func `ties go to the lowest index`() {
    let space = Space(owners: [[3, 2]])
    #expect(Distribution(uniform: .factorised(for: space)).mode() == Architecture(choices: [0, 0]))
  }

  @Test func `an impossible combination is never drawn and costs no entropy`() throws {
    let space = Space(owners: [[3]])
    let distribution = Distribution(plan: .factorised(for: space), logits: [[0, -.infinity, 0]])
    var random = SplitRandom(seed: 0, stream: 0)
    #expect(abs(distribution.entropy - 0.6931471805599453) < 1e-15)
    #expect((0..<500).allSatisfy { _ in distribution.draw(using: &random).choices != [1] })
    #expect(distribution.logProbability(of: Architecture(choices: [1])) == -.infinity)
    var (gradient, logits) = (distribution.plan.zeros, distribution.logits)
    distribution.addGradient(of: Architecture(choices: [0]), weight: 1, into: &gradient)
    #expect(gradient == [[0.5, 0, -0.5]])
    var adam = Adam(for: distribution.plan, learningRate: 0.1)
    adam.ascend(&logits, along: gradient)
    #expect(logits[0][1] == -.infinity)
  }

  @Test func `fixture P2: probabilities, entropy and gradient of one categorical`() {
    let space = Space(owners: [[3]])
    let distribution = Distribution(plan: .factorised(for: space), logits: [[0.5, 0, -0.5]])
    #expect(distance(distribution.probabilities[0], [0.506480, 0.307196, 0.186324]) < 1e-6)
    #expect(abs(distribution.entropy - 1.020191) < 1e-6)
    var gradient = distribution.plan.zeros
    for (option, share) in zip([0, 2, 1, 0], [0.029635, 0.580984, -0.011492, -0.099127]) {
      distribution.addGradient(of: Architecture(choices: [option]), weight: -share, into: &gradient)
    }
    #expect(distance(gradient[0], [0.322732, 0.165090, -0.487822]) < 1e-6)
  }
}
