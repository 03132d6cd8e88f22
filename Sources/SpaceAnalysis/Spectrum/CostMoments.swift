package import BigInt
import Foundation
package import SpaceIR

/// Mean and spread of a cost over all members of a diagram, each equally likely; exact.
package struct CostMoments: Hashable, Sendable {
  package let count: BigUInt
  /// Sum of the members' costs, and of their squares.
  package let sum: BigUInt
  package let squares: BigUInt

  /// In the unit of the cost, rounded once.
  package var mean: Double { ratio(sum, count) }

  /// Standard deviation, in the unit of the cost; the difference of squares is taken before anything is rounded.
  package var deviation: Double { ratio(count * squares - sum * sum, count * count).squareRoot() }

  private func ratio(_ a: BigUInt, _ b: BigUInt) -> Double {
    // 64 bits more than a Double holds, so that the quotient is rounded once.
    let shift = max(0, b.bitWidth - a.bitWidth + 128)
    let quotient = (a << shift) / b
    let excess = max(0, quotient.bitWidth - 64)
    return Double(sign: .plus, exponent: excess - shift, significand: Double(UInt64(quotient >> excess)))
  }
}

/// Mean and spread of a cost over a distribution's draws.
package struct ExpectedCost: Hashable, Sendable {
  /// In the unit of the cost.
  package let mean: Double
  /// In the unit of the cost, squared.
  package let variance: Double
  /// The probability that a draw meets the conditions; mean and variance are of such draws.
  package let mass: Double
}

extension CostModel {
  /// Sums over all members: nothing is drawn and nothing is rounded.
  ///
  /// - Complexity: O(edges) long multiplications.
  package func moments() -> CostMoments {
    var next: [(count: BigUInt, sum: BigUInt, squares: BigUInt)] = [(1, 0, 0)]
    for layer in layers.reversed() {
      next = (0..<layer.stateCount).map { state in
        layer.edges(of: state).reduce((0, 0, 0)) { total, edge in
          let (ways, cost, rest) = (BigUInt(edge.members.count), BigUInt(edge.cost), next[edge.target])
          let sum = rest.sum + cost * rest.count
          let squares = rest.squares + cost * (2 * rest.sum + cost * rest.count)
          return (total.0 + ways * rest.count, total.1 + ways * sum, total.2 + ways * squares)
        }
      }
    }
    let (root, fixed) = (next[0], BigUInt(constant))
    return CostMoments(
      count: root.count, sum: root.sum + fixed * root.count,
      squares: root.squares + fixed * (2 * root.sum + fixed * root.count))
  }

  /// The expected cost, and its variance, of a network whose decisions are drawn independently, given that it meets the
  /// space's conditions: the cost that a search pays on average, without drawing.
  ///
  /// - Parameter probabilities: By decision, then option: the probability where the decision exists. Shape [decisions,
  ///   options]; each row sums to 1.
  /// - Returns: Nil where no member has a probability above 0.
  /// - Complexity: O(tuples of all edges × decisions of a block).
  package func expectedCost(_ probabilities: [[Double]]) -> ExpectedCost? {
    expectedCost { block, options in
      zip(block, options).reduce(1) { product, choice in
        product * (choice.1.map { probabilities[choice.0][$0] } ?? 1)
      }
    }
  }

  /// As above, of a distribution over the tuples of owners, or any other whose groups do not cross a block.
  ///
  /// - Parameter weight: The probability of a block's options, by the range of its decisions; nil for decisions that do
  ///   not exist.
  package func expectedCost(weight: (Range<Int>, [Int?]) -> Double) -> ExpectedCost? {
    // Of the ways from each state on: probability, mean, and mean squared distance from it.
    var next: [(mass: Double, mean: Double, spread: Double)] = [(1, Double(constant), 0)]
    for layer in layers.reversed() {
      let weights = layer.tables.map { $0.weights(weight) }
      next = (0..<layer.stateCount).map { state in
        let weights = weights[layer.tableOf[state]]
        var total = (mass: 0.0, mean: 0.0, spread: 0.0)
        for edge in layer.edges(of: state) {
          let rest = next[edge.target]
          let mass = rest.mass * layer.members[edge.members].reduce(0) { $0 + weights[Int($1)] }
          guard mass > 0 else { continue }
          // Chan, Golub and LeVeque 1979: sums of squares of two parts without cancellation.
          let distance = rest.mean + Double(edge.cost) - total.mean
          let share = mass / (total.mass + mass)
          total.mean += distance * share
          total.spread += share * (rest.spread - total.spread + distance * distance * (1 - share))
          total.mass += mass
        }
        return total
      }
    }
    guard next[0].mass > 0 else { return nil }
    return ExpectedCost(mean: next[0].mean, variance: next[0].spread, mass: next[0].mass)
  }

  /// By decision, then option: the members that have it; nothing is rounded.
  ///
  /// - Complexity: O(tuples of all edges) long additions.
  package func optionCounts(of decisions: [Decision]) -> [[BigUInt]] {
    var toGo: [[BigUInt]] = [[1]]
    for layer in layers.reversed() {
      let next = toGo[toGo.count - 1]
      toGo.append(
        (0..<layer.stateCount).map { state in
          layer.edges(of: state).reduce(0) { $0 + BigUInt($1.members.count) * next[$1.target] }
        })
    }
    var result = decisions.map { [BigUInt](repeating: 0, count: $0.options.count) }
    var reaching: [BigUInt] = [1]
    for (layer, next) in zip(layers, toGo.dropLast().reversed()) {
      var following = [BigUInt](repeating: 0, count: next.count)
      // By table, then tuple: the members that make the choice.
      var through = layer.tables.map { [BigUInt](repeating: 0, count: $0.count) }
      for state in 0..<layer.stateCount {
        for edge in layer.edges(of: state) {
          let members = reaching[state] * next[edge.target]
          for tuple in layer.members[edge.members] { through[layer.tableOf[state]][Int(tuple)] += members }
          following[edge.target] += reaching[state] * BigUInt(edge.members.count)
        }
      }
      for (table, members) in zip(layer.tables, through) {
        for (position, decision) in table.block.original.enumerated() {
          for tuple in 0..<table.count where table.code(of: position, in: tuple) > 0 {
            result[decision][table.code(of: position, in: tuple) - 1] += members[tuple]
          }
        }
      }
      reaching = following
    }
    return result
  }
}

extension BlockTuples {
  /// By tuple, what a function makes of its options.
  fileprivate func weights(_ weight: (Range<Int>, [Int?]) -> Double) -> [Double] {
    (0..<count).map { tuple in
      weight(block.original, block.decisions.map { option(of: DecisionID(index: $0), in: tuple) })
    }
  }
}
