package import SpaceIR

/// A probability distribution over the networks of a space: independent categoricals, each over the ways to decide some
/// decisions together, such as a search moves.
///
/// The probability of a network is the product over the factors that exist in it, of which some decision exists.
package struct NetworkWeights: Sendable {
  /// One categorical variable.
  package struct Factor: Sendable {
    package let decisions: [DecisionID]
    /// By combination, each once: the option of each of `decisions`; nil where it does not exist.
    package let combinations: [[Int?]]
    /// By combination: probabilities up to a factor.
    let weights: [WideDouble]

    /// - Parameter logits: By combination: log-probabilities up to a constant; -infinity: never.
    package init(decisions: [DecisionID], combinations: [[Int?]], logits: [Double]) {
      precondition(combinations.count == logits.count, "one logit for each combination")
      let greatest = logits.max() ?? -.infinity
      precondition(greatest > -.infinity, "some combination is possible")
      self.decisions = decisions
      self.combinations = combinations
      weights = logits.map { WideDouble.exponential($0 - greatest) }
    }

    /// - Parameter weights: By option: probabilities up to a factor.
    package init(decision: DecisionID, weights: [Double]) {
      precondition(weights.contains { $0 > 0 }, "some option is possible")
      decisions = [decision]
      combinations = weights.indices.map { [$0] }
      self.weights = weights.map { WideDouble($0) }
    }
  }

  /// Every decision is in exactly one.
  package let factors: [Factor]

  /// - Parameter factors: What they leave out is decided evenly.
  /// - Precondition: No decision is in two of them.
  package init(_ factors: [Factor], of space: Space) {
    let known = Set(factors.flatMap(\.decisions))
    precondition(known.count == factors.reduce(0) { $0 + $1.decisions.count }, "a decision is in one factor")
    let others = space.decisionIDs.filter { !known.contains($0) }.map { id in
      Factor(decision: id, weights: space[id].options.map { _ in 1 })
    }
    self.factors = factors + others
  }

  /// The factors without their weights.
  var shapes: [FactoredWays.Shape] { factors.map { ($0.decisions, $0.combinations) } }

  /// By factor, then combination: its probability.
  var probabilities: [[WideDouble]] {
    factors.map { factor in
      let total = factor.weights.reduce(.zero, +)
      return factor.weights.map { $0 / total }
    }
  }
}
