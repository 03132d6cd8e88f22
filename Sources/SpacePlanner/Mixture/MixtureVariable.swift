package import SpaceIR

/// Index of a variable in `Mixture.variables`.
package struct VariableID: Hashable, Sendable {
  package let index: Int
  package init(index: Int) { self.index = index }
}

/// Something about a network that follows from its decisions, as a random variable: each decision takes option i with
/// its weight gᵢ, independently of the others.
///
/// P(outcome) = Σ over the outcome's rows of Π over the row's picks of P(pick), so every probability is multilinear
/// in the weights of decisions. Variables are made from decisions and from variables before them which share no decision.
/// Without the intermediate ones a width after layers that may be left out would have as many rows as those layers have
/// combinations.
package struct MixtureVariable: Hashable, Sendable {
  package enum Source: Hashable, Sendable {
    case decision(DecisionID)
    case variable(VariableID)
  }
  package struct Pick: Hashable, Sendable {
    package let source: Source
    /// An option index, or the number of an outcome.
    package let outcome: Int
  }
  package struct Row: Hashable, Sendable {
    package let picks: [Pick]
    package let outcome: Int
  }
  package let outcomes: Int
  /// Outcomes that nothing asks for need not have rows.
  package let rows: [Row]
}

extension [MixtureVariable] {
  /// P(outcome) of each variable, [variable][outcome].
  ///
  /// - Parameter weights: Of each decision, [decision][option].
  package func probabilities(_ weights: [[Double]]) -> [[Double]] {
    var result: [[Double]] = []
    result.reserveCapacity(count)
    for variable in self {
      var own = [Double](repeating: 0, count: variable.outcomes)
      for row in variable.rows {
        var product = 1.0
        for pick in row.picks { product *= pick.probability(weights, result) }
        own[row.outcome] += product
      }
      result.append(own)
    }
    return result
  }

  /// The gradient with respect to the weights of decisions, from that with respect to the probabilities of variables.
  ///
  /// - Parameters:
  ///   - slopes: [variable][outcome].
  ///   - probabilities: Those of these weights.
  package func gradient(_ slopes: [[Double]], weights: [[Double]], probabilities: [[Double]]) -> [[Double]] {
    var slopes = slopes
    var result = weights.map { [Double](repeating: 0, count: $0.count) }
    for index in indices.reversed() {
      for row in self[index].rows {
        let slope = slopes[index][row.outcome]
        guard slope != 0 else { continue }
        for place in row.picks.indices {
          var product = slope
          for other in row.picks.indices where other != place {
            product *= row.picks[other].probability(weights, probabilities)
          }
          switch row.picks[place].source {
          case .decision(let id): result[id.index][row.picks[place].outcome] += product
          case .variable(let id): slopes[id.index][row.picks[place].outcome] += product
          }
        }
      }
    }
    return result
  }
}

extension MixtureVariable.Pick {
  fileprivate func probability(_ weights: [[Double]], _ probabilities: [[Double]]) -> Double {
    switch source {
    case .decision(let id): weights[id.index][outcome]
    case .variable(let id): probabilities[id.index][outcome]
    }
  }
}
