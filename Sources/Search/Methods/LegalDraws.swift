package import Distributions
import SpaceAnalysis
package import SpaceIR
import SpacePlanner

/// Draws of a learnt distribution among the networks that a search may draw, and what its gradient needs: exact, and
/// nothing is drawn and thrown away.
///
/// The networks are those that meet the space's requirements and are within the recipe's band of multiply-adds. Given
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

  /// - Throws: `MemberSetError`, `MoveError`.
  init(_ space: Space, recipe: SearchRecipe, _ distribution: Distribution) throws {
    self.space = space
    members = try Self.members(of: space, recipe, bins: Self.bins)
    ways = try FactoredWays(space, members, factors: distribution.plan.shapes)
    networks = try WeightedNetworks(ways, distribution.weights(of: space))
    marginals = networks.marginals
    entropy = networks.entropy(marginals)
  }

  /// The networks that a recipe allows.
  ///
  /// - Parameter bins: As of `MemberSet`; more are taken where those cannot tell a network within the band.
  static func members(
    of space: Space, _ recipe: SearchRecipe, bins: Int? = nil
  ) throws(MemberSetError) -> MemberSet {
    do throws(MemberSetError) {
      return try MemberSet(space, budgets: recipe.budget.map { [$0] } ?? [], bins: bins)
    } catch .budgets(.band(_, .unresolved)) where bins != nil {
      return try members(of: space, recipe)
    }
  }

  /// After the distribution has moved.
  mutating func follow(_ distribution: Distribution) throws {
    networks = try WeightedNetworks(ways, distribution.weights(of: space))
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

  /// The band in multiply-adds.
  var budget: Budget? {
    guard let band, let target = targetMACs else { return nil }
    return Budget(
      .macs, least: Int((band.lowerBound * Double(target)).rounded(.up)),
      greatest: Int((band.upperBound * Double(target)).rounded(.down)))
  }
}

extension DistributionPlan {
  fileprivate var shapes: [FactoredWays.Shape] { factors.map { ($0.decisions, $0.combinations) } }
}

extension Distribution {
  fileprivate func weights(of space: Space) -> NetworkWeights {
    NetworkWeights(
      zip(plan.factors, logits).map { factor, logits in
        NetworkWeights.Factor(decisions: factor.decisions, combinations: factor.combinations, logits: logits)
      }, of: space)
  }
}

/// Of a draw from a distribution among the networks that meet the space's requirements, in nats.
///
/// - Throws: `MemberSetError`, `MoveError`, of a space with requirements only.
package func drawEntropy(of distribution: Distribution, in space: Space) throws -> Double {
  guard !space.requirements.isEmpty else { return distribution.entropy }
  let recipe = SearchRecipe(samples: .fixed(2), form: .joint, epochs: 1, warmUpEpochs: 0, targetMACs: nil)
  return try LegalDraws(space, recipe: recipe, distribution).entropy
}
