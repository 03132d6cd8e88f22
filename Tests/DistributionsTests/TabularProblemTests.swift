import Distributions
import SpaceIR
import SpacePlanner
import Testing

/// F10 of `fp-nas.md`, P6 of `parsec.md`: the search loop on a table of scores instead of networks.
///
/// Eight layers, each with four variables of 3, 2, 2 and 4 options. A layer's value is the sum of an effect for each
/// option and one for each pair of options of two variables, all N(0, 1); the log-likelihood of an architecture is the
/// sum over layers, with N(0, 1) of noise each time it is asked for.
struct TabularProblem {
  static let sizes = [3, 2, 2, 4]
  let space = Space(owners: [[Int]](repeating: sizes, count: 8))
  /// The value of every combination, [layer][combination in the order of the joint plan].
  let values: [[Double]]
  let joint: DistributionPlan
  let seed: UInt64

  init(seed: UInt64, pairEffect: Double = 1) throws {
    self.seed = seed
    joint = try .joint(for: space)
    var random = SplitRandom(seed: seed, stream: 10)
    values = joint.factors.map { factor in
      let main = Self.sizes.map { size in (0..<size).map { _ in random.normal() } }
      var pairs: [[[Double]]] = []
      for first in Self.sizes.indices {
        for second in Self.sizes.indices where second > first {
          pairs.append(
            (0..<Self.sizes[first]).map { _ in (0..<Self.sizes[second]).map { _ in pairEffect * random.normal() } })
        }
      }
      return factor.combinations.map { choices in
        let options = choices.map { $0! }
        var (value, pair) = (0.0, 0)
        for first in options.indices {
          value += main[first][options[first]]
          for second in options.indices where second > first {
            value += pairs[pair][options[first]][options[second]]
            pair += 1
          }
        }
        return value
      }
    }
  }

  func value(of architecture: Architecture) -> Double {
    zip(joint.factors, values).reduce(0) { $0 + $1.1[$1.0.combination(in: architecture)!] }
  }

  /// Value of the mode over that of the optimum, and the number of architectures asked for.
  struct Result {
    let score: Double
    let samples: Int
  }

  /// FP-NAS in miniature: 500 steps of Adam at 0.05 from the uniform start.
  ///
  /// - Parameter joinedAt: The step before which the distribution is factorised; 0 is joint from the start.
  func search(_ schedule: SampleSchedule, likelihoodScale: Double = 1, joinedAt: Int = 0) -> Result {
    var distribution = Distribution(uniform: joinedAt == 0 ? joint : .factorised(for: space))
    var adam = Adam(for: distribution.plan, learningRate: 0.05)
    var noise = SplitRandom(seed: seed, stream: 11)
    var samples = 0
    for step in 0..<500 {
      if step > 0 && step == joinedAt {
        distribution = distribution.joined(for: space, into: joint)
        adam = Adam(for: joint, learningRate: 0.05)
      }
      let draws = distribution.draws(schedule.draws(entropy: distribution.entropy)) { sample in
        SplitRandom(seed: seed, stream: 12, UInt64(step), UInt64(sample))
      }
      samples += draws.count
      let shares = architectureShares(
        logLikelihoods: draws.map { likelihoodScale * (value(of: $0) + noise.normal()) }, costs: draws.map { _ in 0 },
        beta: 0)
      var gradient = distribution.plan.zeros
      distribution.addGradient(of: draws, weights: shares, into: &gradient)
      adam.ascend(&distribution.logits, along: gradient)
    }
    let optimum = values.reduce(0) { $0 + $1.max()! }
    return Result(score: value(of: distribution.mode()) / optimum, samples: samples)
  }
}

struct TabularProblemTests {
  static func means(_ results: [TabularProblem.Result]) -> (score: Double, samples: Double) {
    let count = Double(results.count)
    return (results.reduce(0) { $0 + $1.score } / count, results.reduce(0) { $0 + Double($1.samples) } / count)
  }

  @Test func `adaptive draws find good modes with few samples, unless the likelihood is a mean`() throws {
    let problems = try (0..<8).map { try TabularProblem(seed: $0) }
    let adaptive = Self.means(problems.map { $0.search(.adaptive(lambda: 0.25)) })
    let scaled = Self.means(problems.prefix(4).map { $0.search(.adaptive(lambda: 0.25), likelihoodScale: 0.02) })
    #expect((1500...2500).contains(adaptive.samples))
    #expect(adaptive.score > 0.8)
    #expect(scaled.score < adaptive.score - 0.15)
  }

  @Test func `starting factorised needs fewer samples than joint draws throughout`() throws {
    let problems = try (0..<4).map { try TabularProblem(seed: $0, pairEffect: 2) }
    let joint = Self.means(problems.map { $0.search(.adaptive(lambda: 0.25)) })
    let mixed = Self.means(problems.map { $0.search(.adaptive(lambda: 0.25), joinedAt: 170) })
    #expect(mixed.samples < joint.samples)
    #expect(mixed.score > 0.85)
  }
}
