package import SpaceIR

/// The cheapest and the dearest member of a space; both are members, so the bounds are reached.
package struct CostRange: Hashable, Sendable {
  package struct Extreme: Hashable, Sendable {
    package let cost: Int
    package let architecture: Architecture
  }
  package let least: Extreme
  package let greatest: Extreme
}

extension CostModel {
  /// The exact range of the cost over all members.
  ///
  /// Of members of equal cost, the one with the first combination at the earliest block where they differ.
  ///
  /// - Complexity: O(edges).
  package func range() -> CostRange {
    CostRange(least: extreme(toGo(.least), .least), greatest: extreme(toGo(.greatest), .greatest))
  }

  /// The costs of the cheapest and of the dearest member, without the members.
  package var leastAndGreatest: (least: Int, greatest: Int) {
    (constant + toGo(.least)[0][0], constant + toGo(.greatest)[0][0])
  }

  enum Direction: Sendable {
    case least
    case greatest

    func prefers(_ a: Int, to b: Int) -> Bool { self == .least ? a < b : a > b }
  }

  /// By layer, then state, one layer more than blocks: the extreme cost of what is left to decide, `constant` excluded.
  /// Sums cannot overflow: building the diagram has refused spaces whose largest edges together leave 64 bits.
  ///
  /// - Parameter side: Index in `sideMeasures`; nil: the cost that the edges are sorted by.
  func toGo(_ direction: Direction, side: Int? = nil) -> [[Int]] {
    var result = [[Int]](repeating: [0], count: layers.count + 1)
    for (index, layer) in layers.enumerated().reversed() {
      result[index] = (0..<layer.stateCount).map { state in
        var best: Int?
        for edge in layer.edges(of: state) {
          let cost = layer.cost(of: edge, side: side) + result[index + 1][edge.target]
          if best.map({ direction.prefers(cost, to: $0) }) ?? true { best = cost }
        }
        guard let best else { preconditionFailure("every state of a diagram has an edge") }
        return best
      }
    }
    return result
  }

  private func extreme(_ toGo: [[Int]], _ direction: Direction) -> CostRange.Extreme {
    var path: [DiagramPath.Step] = []
    var state = 0
    for (index, layer) in layers.enumerated() {
      let best = layer.edges(of: state).filter { $0.cost + toGo[index + 1][$0.target] == toGo[index][state] }
      guard let edge = best.min(by: { layer.members[$0.members.lowerBound] < layer.members[$1.members.lowerBound] })
      else { preconditionFailure("an extreme is reached by an edge") }
      path.append(DiagramPath.Step(state: state, tuple: Int(layer.members[edge.members.lowerBound])))
      state = edge.target
    }
    return CostRange.Extreme(
      cost: constant + toGo[0][0], architecture: DiagramPath(steps: path).architecture(in: self))
  }
}

/// A way through a diagram: a tuple at the state met in each layer.
struct DiagramPath {
  struct Step {
    let state: Int
    let tuple: Int
  }
  var steps: [Step]

  func architecture(in model: CostModel) -> Architecture {
    var choices = [Int?](repeating: nil, count: model.decisionCount)
    for (layer, step) in zip(model.layers, steps) {
      let tuples = layer.tables[layer.tableOf[step.state]]
      for (position, index) in tuples.block.original.enumerated() {
        let code = tuples.code(of: position, in: step.tuple)
        choices[index] = code == 0 ? nil : code - 1
      }
    }
    return Architecture(choices: choices)
  }
}
