package import SpaceIR
import SpacePlanner

extension Distribution {
  /// The entropy of P in nats, exactly and without draws: Σ P(factor exists) x H(factor).
  ///
  /// Equation (6) of `fp-nas.md` section 3; the chain rule of entropy adds the probability that a factor is asked at
  /// all, which is 1 where the space has no conditions.
  package var entropy: Double {
    zip(logits, existenceProbabilities(probabilities)).reduce(0) { sum, factor in
      sum + factor.1 * categoricalEntropy(ofLogits: factor.0)
    }
  }

  /// P(decision exists and has option i), for each option; what is missing to 1 is the probability that it does not
  /// exist.
  package func marginals(of decision: DecisionID) -> [Double] {
    guard let index = plan.factors.firstIndex(where: { $0.decisions.contains(decision) }) else {
      preconditionFailure("decision \(decision.index) is in no factor of the plan")
    }
    let probabilities = probabilities
    return plan.factors[index].marginals(
      of: decision, probabilities: probabilities[index], existence: existenceProbabilities(probabilities)[index])
  }

  /// `marginals(of:)` of every decision, in the order of the space.
  ///
  /// - Complexity: O(logits x the decisions of their factor).
  package var marginals: [[Double]] {
    let probabilities = probabilities
    let existence = existenceProbabilities(probabilities)
    var result = [[Double]](repeating: [], count: plan.factors.reduce(0) { $0 + $1.decisions.count })
    for (index, factor) in plan.factors.enumerated() {
      for decision in factor.decisions {
        result[decision.index] = factor.marginals(
          of: decision, probabilities: probabilities[index], existence: existence[index])
      }
    }
    return result
  }

  /// P(factor exists) for each factor. A factor comes after the one that holds its parent, so one walk is enough.
  private func existenceProbabilities(_ probabilities: [[Double]]) -> [Double] {
    var factorOfDecision: [DecisionID: Int] = [:]
    var result: [Double] = []
    for (index, factor) in plan.factors.enumerated() {
      for decision in factor.decisions { factorOfDecision[decision] = index }
      guard let condition = factor.existence else {
        result.append(1)
        continue
      }
      guard let parent = factorOfDecision[condition.parent] else {
        preconditionFailure("the condition of factor '\(factor.name)' refers to no earlier factor")
      }
      let marginals = plan.factors[parent].marginals(
        of: condition.parent, probabilities: probabilities[parent], existence: result[parent])
      result.append(condition.options.reduce(0) { $0 + marginals[$1] })
    }
    return result
  }
}

extension Factor {
  /// Sums the combinations by the option they give a decision of this factor, times P(factor exists).
  fileprivate func marginals(of decision: DecisionID, probabilities: [Double], existence: Double) -> [Double] {
    guard let place = place(of: decision) else { return [] }
    let options = combinations.reduce(0) { max($0, ($1[place] ?? -1) + 1) }
    var result = [Double](repeating: 0, count: options)
    for (combination, probability) in zip(combinations, probabilities) {
      if let option = combination[place] { result[option] += existence * probability }
    }
    return result
  }
}
