package import Distributions
package import SpaceAnalysis
package import SpaceIR
import SpacePlanner

/// Draws of a learnt distribution among the networks that a search may draw, and what its gradient needs: exact, and
/// nothing is drawn and thrown away.
///
/// The networks are those that meet the space's requirements and are within the recipe's band of costs. Given
/// that set B, a search draws from P(A | B) = P(A) / Z with Z the mass of B, so that
/// grad log P(A | B) = onehot(A) - E[onehot | B]: marginals in B stand where a search without conditions has
/// probabilities. Not in the papers, which know costs as a penalty alone.
struct LegalDraws: Sendable {
  /// Costs are told apart in at most so many bins; every step walks all of them. Networks in a bin across an end of the
  /// band are not drawn.
  private static let bins = 1024

  private let space: Space
  private let members: MemberSet
  private var ways: FactoredWays
  private(set) var networks: WeightedNetworks
  /// By factor, then combination.
  private(set) var marginals: [[Double]]
  /// Of a draw, nats.
  private(set) var entropy: Double

  /// - Parameter band: Costs; nil: any.
  /// - Throws: `MemberSetError`, `MoveError`.
  init(_ space: Space, within band: Budget?, _ distribution: Distribution) throws {
    self.space = space
    members = try Self.members(of: space, within: band, bins: Self.bins)
    ways = try FactoredWays(space, members, factors: distribution.plan.shapes)
    networks = try WeightedNetworks(ways, NetworkWeights(distribution, of: space))
    marginals = networks.marginals
    entropy = networks.entropy(marginals)
  }

  /// The networks that meet the requirements of a space and are within a band.
  ///
  /// - Parameter bins: As of `MemberSet`; more are taken where those cannot tell a network within the band.
  static func members(
    of space: Space, within band: Budget?, bins: Int? = nil
  ) throws(MemberSetError) -> MemberSet {
    do throws(MemberSetError) {
      return try MemberSet(space, budgets: band.map { [$0] } ?? [], bins: bins)
    } catch .budgets(.band(_, .unresolved)) where bins != nil {
      return try members(of: space, within: band)
    }
  }

  /// After the distribution has moved.
  mutating func follow(_ distribution: Distribution) throws {
    networks = try WeightedNetworks(ways, NetworkWeights(distribution, of: space))
    marginals = networks.marginals
    entropy = networks.entropy(marginals)
  }

  /// After the distribution has got another form.
  mutating func regroup(_ distribution: Distribution) throws {
    ways = try FactoredWays(space, members, factors: distribution.plan.shapes)
    try follow(distribution)
  }

  /// Adds Σ weightₖ x the gradient of log P(Aₖ | B) with respect to the logits.
  func addGradient(
    of architectures: [Architecture], weights: [Double], plan: DistributionPlan, into gradient: inout [[Double]]
  ) {
    let total = weights.reduce(0, +)
    for (index, factor) in plan.factors.enumerated() {
      for (architecture, weight) in zip(architectures, weights) where factor.exists(in: architecture) {
        guard let combination = factor.combination(in: architecture) else { continue }
        gradient[index][combination] += weight
      }
      for combination in marginals[index].indices {
        gradient[index][combination] -= total * marginals[index][combination]
      }
    }
  }
}

extension SearchRecipe {
  /// Whether draws have to meet something beside the distribution.
  func limitsDraws(of space: Space) -> Bool { budget != nil || !space.requirements.isEmpty }

  /// The band as costs.
  package var budget: Budget? {
    guard let band, let target else { return nil }
    return Budget(measure, shares: band, of: target)
  }

  /// The band, and where there is none all that is within the target.
  package var limit: Budget? { budget ?? target.map { Budget(measure, shares: 0...1, of: $0) } }
}

extension Budget {
  /// Costs between two shares of a target.
  package init(_ measure: CostMeasure, shares: ClosedRange<Double>, of target: Int) {
    self.init(
      measure.searched,
      least: Int((shares.lowerBound * Double(target)).rounded(.up)),
      greatest: Int((shares.upperBound * Double(target)).rounded(.down)))
  }
}

extension DistributionPlan {
  fileprivate var shapes: [FactoredWays.Shape] { factors.map { ($0.decisions, $0.combinations) } }
}

extension NetworkWeights {
  /// The weights that a distribution gives to the networks of its space.
  package init(_ distribution: Distribution, of space: Space) {
    self.init(
      zip(distribution.plan.factors, distribution.logits).map { factor, logits in
        Factor(decisions: factor.decisions, combinations: factor.combinations, logits: logits)
      }, of: space)
  }
}

/// Of a draw from a distribution among the networks that meet the space's requirements and are within a band, in nats.
///
/// - Throws: `MemberSetError`, `MoveError`, of a space with requirements or with a band.
package func drawEntropy(of distribution: Distribution, in space: Space, within band: Budget? = nil) throws -> Double {
  guard band != nil || !space.requirements.isEmpty else { return distribution.entropy }
  return try LegalDraws(space, within: band, distribution).entropy
}
