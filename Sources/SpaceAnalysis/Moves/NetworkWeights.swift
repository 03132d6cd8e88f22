package import SpaceIR

/// A probability distribution over the networks of a space: independent categoricals, each over the ways to decide some
/// decisions together, such as a search moves.
///
/// The probability of a network is the product over the factors that exist in it, of which some decision exists.
package struct NetworkWeights: Sendable {
  /// One categorical variable.
  package struct Factor: Sendable {
    package let decisions: [DecisionID]
    /// By combination: the option of each of `decisions`; nil where it does not exist.
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

  /// The decisions of each factor, which a diagram has to decide together.
  package var groups: [[DecisionID]] { factors.map(\.decisions) }

  /// By layer of the ways, then row: its probability.
  ///
  /// - Precondition: Each factor is within a layer.
  func rows(of ways: NetworkWays) -> [[WideDouble]] {
    var tables = factors.map(Table.init)
    var factorOf = [Int](repeating: 0, count: ways.decisions.count)
    for (number, factor) in factors.enumerated() { for id in factor.decisions { factorOf[id.index] = number } }
    return ways.layers.map { layer in
      let numbers = Set(layer.decisions.map { factorOf[$0] }).sorted()
      for number in numbers { tables[number].find(in: layer.decisions) }
      return (0..<layer.rowCount).map { row in
        numbers.reduce(.one) { $0 * tables[$1].weight(layer.row(row)) }
      }
    }
  }

  /// A factor's probabilities by what a row says of its decisions.
  private struct Table {
    private let decisions: [Int]
    private var places: [Int] = []
    private var weights: [[Int32]: WideDouble] = [:]

    init(_ factor: Factor) {
      decisions = factor.decisions.map(\.index)
      let total = factor.weights.reduce(.zero, +)
      for (combination, part) in zip(factor.combinations, factor.weights) {
        weights[combination.map { Int32(($0 ?? -1) + 1) }, default: .zero] += part / total
      }
    }

    mutating func find(in layer: [Int]) { places = decisions.compactMap { layer.firstIndex(of: $0) } }

    func weight(_ row: ArraySlice<Int32>) -> WideDouble {
      let codes = places.map { row[row.startIndex + $0] }
      if codes.allSatisfy({ $0 == 0 }) { return .one }
      return weights[codes] ?? .zero
    }
  }
}
