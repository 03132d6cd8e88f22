package import SpaceIR
package import SpacePlanner

extension Distribution {
  /// The same distribution over a coarser grouping: P, its entropy and so the number of samples do not change.
  ///
  /// Equation (7) of `fp-nas.md` section 4: a combination's logit is the sum of the log-softmax of its parts. Parts that
  /// do not exist in a combination add nothing. An optimiser of the old logits has moments of another shape: make a new
  /// one.
  ///
  /// - Parameter coarser: A plan of the same space in which every factor of this plan lies inside one factor; the joint
  ///   plan for a factorised distribution.
  /// - Complexity: O(decisions x logits of `coarser`), a logarithm of the parts' sizes more for the look-up.
  package func joined(for space: Space, into coarser: DistributionPlan) -> Distribution {
    var parts = coarser.factors.map { _ in [Int]() }
    for (index, part) in plan.factors.enumerated() {
      guard let home = coarser.factors.firstIndex(where: { Set(part.decisions).isSubset(of: $0.decisions) }) else {
        preconditionFailure("factor '\(part.name)' of space '\(space.name)' is divided by the coarser plan")
      }
      parts[home].append(index)
    }
    let logProbabilities = logits.map(logSoftmax)
    let joined = zip(coarser.factors, parts).map { factor, parts in
      factor.combinations.indices.map { combination in
        var architecture = plan.undecided
        factor.write(combination, into: &architecture)
        return parts.reduce(0.0) { sum, part in
          guard plan.factors[part].isInside(factor, architecture) else { return sum }
          return sum + logProbabilities[part][plan.factors[part].requiredCombination(in: architecture)]
        }
      }
    }
    return Distribution(plan: coarser, logits: joined)
  }
}

extension Factor {
  /// Whether this part exists when the coarser factor that holds it does and only that one's decisions are known.
  fileprivate func isInside(_ coarser: Factor, _ architecture: Architecture) -> Bool {
    guard let existence, coarser.decisions.contains(existence.parent) else { return true }
    return exists(in: architecture)
  }
}
