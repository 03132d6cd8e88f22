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
