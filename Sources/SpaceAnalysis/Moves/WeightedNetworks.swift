package import SpaceIR

/// The networks of a set, each with the probability that a distribution gives it among them: draws without rejection.
///
/// Probabilities are sums and products of `WideDouble`, so that a budget that one draw in 10^400 meets is drawn from as
/// well as any other. A draw takes fixed words of the generator and is equal on every machine.
package struct WeightedNetworks: Sendable {
  /// The probability that a draw of the distribution is in the set, 0 where a `Double` cannot hold it.
  package var mass: Double { sums.total.value }

  private let factored: FactoredWays
  /// By factor, then combination.
  private let probabilities: [[WideDouble]]
  private let sums: WaySums

  /// - Throws: `MoveError`.
  package init(
    _ space: Space, _ members: MemberSet, weights: NetworkWeights, memoryLimit: Int = 1 << 31
  ) throws(MoveError) {
    try self.init(try FactoredWays(space, members, factors: weights.shapes), weights, memoryLimit: memoryLimit)
  }

  /// - Parameter weights: Of the factors that the ways were made with.
  /// - Throws: `MoveError.tooLarge`, `noWeight`.
  /// - Complexity: O(edges of the ways x bins).
  package init(
    _ factored: FactoredWays, _ weights: NetworkWeights, memoryLimit: Int = 1 << 31
  ) throws(MoveError) {
    self.factored = factored
    probabilities = weights.probabilities
    sums = try WaySums(factored.ways, factored.rows(probabilities), memoryLimit: memoryLimit)
    guard !sums.total.isZero else { throw .noWeight }
  }

  /// A network of the set.
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    sums.ways.architecture(sums.draw(using: &generator))
  }

  /// The most probable network of the set; of equally probable ones the first in the order of the ways.
  package var mode: Architecture { sums.ways.architecture(sums.mostProbable()) }

  /// The probability of a network among those of the set, 0 for any other.
  package func probability(of network: Architecture) -> Double {
    var (place, weight) = (WaySums.Place(), WideDouble.one)
    for number in sums.ways.layers.indices {
      guard let step = sums.step(of: network, from: place.state, in: number) else { return 0 }
      place = sums.place(place, along: step.edge)
      weight = weight * sums.weights[number][Int(step.row)]
    }
    return sums.ways.allowed.contains(place.bin) ? (weight / sums.total).value : 0
  }

  /// By factor, then combination: the probability that a draw has it; what is missing to 1 is the probability that the
  /// factor does not exist.
  ///
  /// - Complexity: As of the initialiser.
  package var marginals: [[Double]] { factored.totals(sums.rowProbabilities()) }

  /// Of a draw from the set, in nats: log Z - Σ E[1(combination)] log p(combination), with Z the mass of the set.
  ///
  /// - Parameter marginals: Those of this set.
  package func entropy(_ marginals: [[Double]]) -> Double {
    zip(marginals, probabilities).reduce(sums.total.logarithm) { entropy, factor in
      zip(factor.0, factor.1).reduce(entropy) { $1.0 > 0 ? $0 - $1.0 * $1.1.logarithm : $0 }
    }
  }
}
