package import SpaceIR

/// What becomes of a network where each of its decisions changes with some probability, given that the result is another
/// network of the set.
///
/// A decision that parent and child have changes with the probability p to each of its other options alike, and a
/// decision that only the child has is decided evenly. Of this law (a child with d of n common decisions changed has
/// the probability p^d (1 - p)^(n - d) times 1 / (options - 1) for each change and 1 / options for each new decision)
/// the part within the set and without the parent is drawn from: nothing is drawn and thrown away.
package struct Mutations: Sendable {
  /// The probability that a mutation without conditions is another network of the set.
  package let acceptance: Double
  private let sums: WaySums
  /// The ways to leave the parent: that of no change but the last, by layer, edge and row; nil: the parent is outside
  /// the set, and every way leaves it.
  private let departures: [Departure]?

  private struct Departure: Sendable {
    let layer: Int
    let row: Int32
    let target: WaySums.Place
    let weight: WideDouble
  }

  private let parent: Architecture

  init(_ ways: NetworkWays, of parent: Architecture, rate: Double, memoryLimit: Int) throws(MoveError) {
    precondition((0...1).contains(rate), "a rate is a probability")
    let counts = ways.decisions.map { Double($0.options.count) }
    let weights = ways.rows { decisions, codes in
      zip(decisions, codes).reduce(WideDouble.one) { product, choice in
        guard choice.1 > 0 else { return product }
        let own = parent.code(of: choice.0)
        if own == 0 { return product * WideDouble(1 / counts[choice.0]) }
        return product * WideDouble(own == choice.1 ? 1 - rate : rate / (counts[choice.0] - 1))
      }
    }
    try self.init(ways, of: parent, weights, memoryLimit: memoryLimit)
  }

  /// - Parameter weights: By layer, then row: what the law without conditions gives each way as a product.
  init(
    _ ways: NetworkWays, of parent: Architecture, _ weights: [[WideDouble]], memoryLimit: Int
  ) throws(MoveError) {
    let sums = try WaySums(ways, weights, memoryLimit: memoryLimit)
    self.sums = sums
    self.parent = parent
    departures = Self.departures(of: parent, sums)
    let total = departures?.reduce(.zero) { $0 + $1.weight } ?? sums.total
    guard !total.isZero else { throw .nowhereToGo }
    acceptance = total.value
  }

  /// Nil where the parent has no way to the end.
  private static func departures(of parent: Architecture, _ sums: WaySums) -> [Departure]? {
    var result: [Departure] = []
    var (place, weight) = (WaySums.Place(), WideDouble.one)
    for (number, layer) in sums.ways.layers.enumerated() {
      guard let step = sums.step(of: parent, from: place.state, in: number) else { return nil }
      for edge in layer.edges[layer.edges(of: place.state)] {
        let target = sums.place(place, along: edge)
        let rest = sums.sum(target, before: number + 1)
        guard !rest.isZero else { continue }
        for row in layer.members[edge.members] where row != step.row {
          let through = weight * sums.weights[number][Int(row)] * rest
          if !through.isZero { result.append(Departure(layer: number, row: row, target: target, weight: through)) }
        }
      }
      place = sums.place(place, along: step.edge)
      weight = weight * sums.weights[number][Int(step.row)]
    }
    return sums.ways.allowed.contains(place.bin) ? result : nil
  }

  /// A network of the set, never the parent.
  ///
  /// - Complexity: O(edges of the states on the way); a word of the generator or two for each layer.
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    guard let departures else { return sums.ways.architecture(sums.draw(using: &generator)) }
    let departure = departures[generator.index(departures.map(\.weight))]
    let rest = sums.draw(from: departure.target, before: departure.layer + 1, using: &generator)
    let ways = sums.ways
    var child = parent
    for (number, layer) in ways.layers.enumerated() where number >= departure.layer {
      let row = number == departure.layer ? departure.row : rest[number - departure.layer - 1]
      for (decision, code) in zip(layer.decisions, layer.row(Int(row))) {
        child.choices[decision] = code > 0 ? Int(code) - 1 : nil
      }
    }
    return child
  }
}
