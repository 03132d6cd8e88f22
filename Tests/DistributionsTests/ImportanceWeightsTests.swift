import Distributions
import SpaceIR
import SpacePlanner
import Testing

/// F1 of `fp-nas.md`, P1 and P4 of `parsec.md`.
struct ImportanceWeightsTests {
  static let logLikelihoods = [-120, -118.5, -119.2, -125]
  static let costs = [0.2, 0, 0.6, 0.2]

  @Test func `the fixture of shares`() {
    #expect(distance(likelihoodShares(Self.logLikelihoods), [0.129635, 0.580984, 0.288508, 0.000873]) < 1e-6)
    #expect(distance(costShares(Self.costs), [0.2, 0, 0.6, 0.2]) < 1e-15)
    let shares = architectureShares(logLikelihoods: Self.logLikelihoods, costs: Self.costs, beta: 0.5)
    #expect(distance(shares, [0.029635, 0.580984, -0.011492, -0.099127]) < 1e-6)
    #expect(abs(shares.reduce(0, +) - 0.5) < 1e-15)
  }

  @Test(arguments: [-1e6, -1e3, 1, 1e3, 1e6])
  func `a constant added to every log-likelihood changes nothing`(constant: Double) {
    let shares = likelihoodShares(Self.logLikelihoods)
    #expect(distance(likelihoodShares(Self.logLikelihoods.map { $0 + constant }), shares) < 1e-9)
  }

  @Test func `extreme and failed draws`() {
    #expect(likelihoodShares([-1e6, -1e6 - 1e5, -2e6]) == [1, 0, 0])
    #expect(likelihoodShares([-.infinity, -3]) == [0, 1])
    #expect(likelihoodShares([-.infinity, -.infinity]) == [0.5, 0.5])
    #expect(likelihoodShares([-7]) == [1])
    #expect(likelihoodShares([]) == [])
  }

  @Test func `one draw without excess has share one`() {
    #expect(architectureShares(logLikelihoods: [-7], costs: [0], beta: 0.5) == [1])
  }

  @Test func `without excess the cost has no share`() {
    #expect(costShares([0, 0, 0]) == [0, 0, 0])
    let shares = architectureShares(logLikelihoods: Self.logLikelihoods, costs: [0, 0, 0, 0], beta: 0.5)
    #expect(shares == likelihoodShares(Self.logLikelihoods))
  }

  @Test(arguments: [[0.2, 0, 0.6, 0.2], [0, 0, 0, 0]])
  func `with the uniform baseline the shares cancel`(costs: [Double]) {
    let plain = architectureShares(logLikelihoods: Self.logLikelihoods, costs: costs, beta: 0.5)
    let shares = architectureShares(logLikelihoods: Self.logLikelihoods, costs: costs, beta: 0.5, baseline: .uniform)
    #expect(abs(shares.reduce(0, +)) < 1e-15)
    let shift = plain[0] - shares[0]
    #expect(distance(shares.map { $0 + shift }, plain) < 1e-15)
  }

  @Test func `the hinge is the relative excess`() {
    #expect(hingeCost(150, target: 100) == 0.5)
    #expect(hingeCost(100, target: 100) == 0)
    #expect(hingeCost(20, target: 100) == 0)
  }

  @Test func `the log-likelihood is that of the whole batch`() {
    #expect(logLikelihood(meanCrossEntropy: 2, images: 64) == -128)
    #expect(logLikelihood(meanCrossEntropy: 2, images: 64, scale: 0.5) == -64)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the online softmax equals the two passes`(seed: UInt64) throws {
    var random = SplitRandom(seed: seed, stream: 5)
    let draws = (0..<7).map { _ in (-1000 + 3 * random.normal(), (0..<5).map { _ in random.normal() }) }
    var online = OnlineSoftmax(count: 5)
    #expect(online.mean == nil)
    online.add(logLikelihood: -.infinity, gradient: [1, 1, 1, 1, 1])
    #expect(online.mean == nil)
    for (logLikelihood, gradient) in draws { online.add(logLikelihood: logLikelihood, gradient: gradient) }
    var expected = [Double](repeating: 0, count: 5)
    for (share, draw) in zip(likelihoodShares(draws.map(\.0)), draws) {
      for index in expected.indices { expected[index] += share * draw.1[index] }
    }
    #expect(distance(try #require(online.mean), expected) < 1e-13)
  }
}
