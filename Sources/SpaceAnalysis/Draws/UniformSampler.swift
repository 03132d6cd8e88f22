import BigInt
package import SpaceIR

/// What a draw is uniform over (language page, principle 10).
package enum DrawMeasure: String, Hashable, Sendable, CaseIterable {
  /// Every encoding has the same probability: an option is as likely as it has completions.
  case networks
  /// Every decision that comes into being is uniform over its options.
  case decisions
}

/// Draws members of a space without requirements, in which decisions form a forest: each draw is one pass over the
/// decisions, without rejection. `MemberDiagram` draws from every space.
package struct UniformSampler: Sendable {
  package let measure: DrawMeasure
  private let decisions: [Decision]
  private let forest: DecisionForest
  /// By decision: whether its options are equally likely, which needs no long arithmetic.
  private let isEven: [Bool]

  /// - Precondition: No requirements, and a forest.
  package init(_ space: Space, measure: DrawMeasure = .networks) {
    precondition(space.requirements.isEmpty && space.isForest, "a uniform sampler knows no conditions")
    self.measure = measure
    decisions = space.decisions
    let forest = DecisionForest(space)
    self.forest = forest
    isEven = space.decisions.indices.map { index in
      measure == .decisions || forest.completions[index].allSatisfy { $0 == forest.completions[index][0] }
    }
  }

  /// - Complexity: O(decisions) long additions; three words of the generator for each small draw.
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    var architecture = Architecture(choices: [Int?](repeating: nil, count: decisions.count))
    for (index, decision) in decisions.enumerated() {
      if let existence = decision.existence, !existence.holds(in: architecture) { continue }
      architecture.choices[index] =
        isEven[index]
        ? generator.below(decision.options.count)
        : weightedOption(forest.completions[index], using: &generator)
    }
    return architecture
  }

  private func weightedOption(_ weights: [BigUInt], using generator: inout some RandomNumberGenerator) -> Int {
    var remaining = generator.below(weights.reduce(0, +))
    for (option, weight) in weights.enumerated() {
      if remaining < weight { return option }
      remaining -= weight
    }
    preconditionFailure("a draw below the sum of weights is below one of the partial sums")
  }
}
