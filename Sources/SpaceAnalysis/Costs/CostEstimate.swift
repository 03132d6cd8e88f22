package import SpaceIR

/// Costs of drawn members, in ascending order: an estimate of the distribution, never an exact answer.
package struct CostEstimate: Hashable, Sendable {
  package let sortedCosts: [Int]

  /// - Precondition: `draws` > 0.
  package init(
    _ measure: CostMeasure, of space: Space, draws: Int, over drawMeasure: DrawMeasure = .networks,
    using generator: inout some RandomNumberGenerator
  ) throws(CostError) {
    precondition(draws > 0, "an estimate needs a draw")
    let sampler = UniformSampler(space, measure: drawMeasure)
    var costs: [Int] = []
    for _ in 0..<draws { costs.append(try space.cost(of: sampler.draw(using: &generator), by: measure)) }
    sortedCosts = costs.sorted()
  }

  /// Uniform over the networks of a set, such as those that meet the space's requirements.
  ///
  /// - Precondition: `draws` > 0.
  package init(
    _ measure: CostMeasure, of space: Space, within members: MemberSet, draws: Int,
    using generator: inout some RandomNumberGenerator
  ) throws(CostError) {
    precondition(draws > 0, "an estimate needs a draw")
    var costs: [Int] = []
    for _ in 0..<draws { costs.append(try space.cost(of: members.draw(using: &generator), by: measure)) }
    sortedCosts = costs.sorted()
  }

  package var median: Int { quantile(0.5) }

  package var mean: Double { sortedCosts.reduce(0.0) { $0 + Double($1) } / Double(sortedCosts.count) }

  /// The smallest drawn cost that at least this share of the draws does not exceed.
  ///
  /// - Precondition: 0 <= share <= 1.
  package func quantile(_ share: Double) -> Int {
    precondition((0...1).contains(share), "a quantile is a share of the draws")
    let position = (share * Double(sortedCosts.count)).rounded(.up)
    return sortedCosts[max(0, min(sortedCosts.count, Int(position)) - 1)]
  }
}
