package import SpaceIR

/// The networks of a set, each with the probability that a distribution gives it among them: draws without rejection.
///
/// Probabilities are sums and products of `WideDouble`, so that a budget that one draw in 10^400 meets is drawn from as
/// well as any other. A draw takes fixed words of the generator and is equal on every machine.
package struct WeightedNetworks: Sendable {
  /// The probability that a draw of the distribution is in the set, 0 where a `Double` cannot hold it.
  package var mass: Double { sums.total.value }

  private let sums: WaySums

  /// - Throws: `MoveError`.
  package init(
    _ space: Space, _ members: MemberSet, weights: NetworkWeights, memoryLimit: Int = 1 << 31
  ) throws(MoveError) {
    let ways = try NetworkWays(space, members, together: weights.groups)
    sums = try WaySums(ways, weights.rows(of: ways), memoryLimit: memoryLimit)
    guard !sums.total.isZero else { throw .noWeight }
  }

  /// A network of the set.
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    sums.ways.architecture(sums.draw(using: &generator))
  }

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
}
