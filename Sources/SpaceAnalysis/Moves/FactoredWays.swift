package import SpaceIR

/// The networks of a set as ways on which every row knows the combination that it has of each factor of a distribution.
///
/// What a search asks of a distribution at every step (draws, marginals, entropy, mode) are sums over these ways with
/// other weights. The ways stay the same, so they are made once.
package struct FactoredWays: Sendable {
  /// What a layer decides of a factor: by row, an index of the factor's combinations, `absent` or `impossible`.
  private struct Part {
    let factor: Int
    let combinations: [Int32]
  }

  /// No decision of the factor exists.
  private static let absent: Int32 = -1
  /// The factor has no such combination.
  private static let impossible: Int32 = -2

  let ways: NetworkWays
  private let parts: [[Part]]
  /// How many combinations each factor has.
  private let counts: [Int]

  /// The decisions of a factor with what can become of them: by combination, each once, the option of each decision;
  /// nil where it does not exist.
  package typealias Shape = (decisions: [DecisionID], combinations: [[Int?]])

  /// - Parameter factors: Every decision is in exactly one.
  /// - Throws: `MoveError`.
  package init(_ space: Space, _ members: MemberSet, factors: [Shape]) throws(MoveError) {
    self.init(try NetworkWays(space, members, together: factors.map(\.decisions)), factors: factors)
  }

  /// - Precondition: Each factor is within a layer of the ways.
  init(_ ways: NetworkWays, factors: [Shape]) {
    self.ways = ways
    counts = factors.map(\.combinations.count)
    var factorOf = [Int](repeating: 0, count: ways.decisions.count)
    for (number, factor) in factors.enumerated() { for id in factor.decisions { factorOf[id.index] = number } }
    parts = ways.layers.map { layer in
      Set(layer.decisions.map { factorOf[$0] }).sorted().map { number in
        Part(factor: number, combinations: Self.combinations(factors[number], in: layer))
      }
    }
  }

  private static func combinations(_ factor: Shape, in layer: NetworkWays.Layer) -> [Int32] {
    let places = factor.decisions.compactMap { layer.decisions.firstIndex(of: $0.index) }
    var known: [[Int32]: Int32] = [:]
    for (index, combination) in factor.combinations.enumerated() {
      known[combination.map { Int32(($0 ?? -1) + 1) }] = Int32(index)
    }
    return (0..<layer.rowCount).map { number in
      let row = layer.row(number)
      let codes = places.map { row[row.startIndex + $0] }
      return codes.allSatisfy { $0 == 0 } ? absent : known[codes] ?? impossible
    }
  }

  /// By layer, then row: the product of what its combinations weigh.
  func rows(_ weights: [[WideDouble]]) -> [[WideDouble]] {
    zip(ways.layers, parts).map { layer, parts in
      var rows = [WideDouble](repeating: .one, count: layer.rowCount)
      for part in parts {
        let own = weights[part.factor]
        for (row, combination) in part.combinations.enumerated() where combination != Self.absent {
          rows[row] = combination == Self.impossible ? .zero : rows[row] * own[Int(combination)]
        }
      }
      return rows
    }
  }

  /// By factor, then combination, the sum of the rows that have it; rows without the factor count nowhere.
  ///
  /// - Parameter rows: By layer, then row.
  func totals(_ rows: [[Double]]) -> [[Double]] {
    var totals = counts.map { [Double](repeating: 0, count: $0) }
    for (values, parts) in zip(rows, parts) {
      for part in parts {
        for (value, combination) in zip(values, part.combinations) where combination >= 0 {
          totals[part.factor][Int(combination)] += value
        }
      }
    }
    return totals
  }
}
