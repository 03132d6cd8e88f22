import SpaceIR

/// The decisions of a cell, made before its nodes are built: a width may depend on what later nodes read.
struct CellPlan {
  /// What a node reads, input or earlier node, by its place among them.
  struct Edge {
    let source: Int
    /// Nil: in every network.
    let presence: Expression?
    /// Which of the edge's operations; nil where there is one.
    let operation: Expression?
  }

  /// An independent pick.
  struct Slot {
    /// A word: the name of the source.
    let from: Expression
    let operation: Expression?
  }

  struct Node {
    let edges: [Edge]
    let slots: [Slot]
    let operation: Expression?
  }

  /// Inputs, then nodes.
  let sources: [String]
  let inputCount: Int
  var nodes: [Node] = []
  /// Of the output, where it picks what it reads.
  var output: [Edge] = []
  /// By node: its channels, where the cell says how nodes share a width. None is wider than a node that it reads.
  var widths: [Expression]?

  /// Whether a node or the output (`nodes.count`) reads a source.
  func reads(_ reader: Int, _ source: Int) -> Expression {
    if reader == nodes.count { return presence(output.first { $0.source == source }) }
    let node = nodes[reader]
    let picks = node.slots.map { Expression.binary(.equal, $0.from, .word(sources[source])).folded }
    return any(picks + [presence(node.edges.first { $0.source == source })])
  }

  private func presence(_ edge: Edge?) -> Expression {
    guard let edge else { return .constant(.boolean(false)) }
    return edge.presence ?? .constant(.boolean(true))
  }

  /// Whether a node gets anything from the cell's inputs.
  func isReached(_ node: Int) -> Expression {
    any(
      (0..<inputCount + node).map { source in
        let edge = reads(node, source)
        return source < inputCount ? edge : both(edge, isReached(source - inputCount))
      })
  }

  /// Whether the output, which picks what it reads, depends on a node.
  func isUsed(_ node: Int) -> Expression {
    let source = inputCount + node
    let later = (node + 1..<max(node + 1, nodes.count)).map { both(reads($0, source), isUsed($0)) }
    return any(later + [reads(nodes.count, source)])
  }

  func isLive(_ node: Int) -> Expression { both(isReached(node), isUsed(node)) }

  /// Whether no later node reads a node.
  func isLoose(_ node: Int) -> Expression {
    let readers = (node + 1..<max(node + 1, nodes.count)).map { reads($0, inputCount + node) }
    return Expression.unary(.not, any(readers)).folded
  }

  /// The channels of each node by the rule of NAS-Bench-101 (Ying et al. 2019, arXiv 1902.09635, `model_builder.py`,
  /// compute_vertex_channels): the nodes that feed the output share its width, the first of them the remainder; others
  /// are as wide as the widest node that they feed.
  ///
  /// Shares differ by one at most, so a node's width is the common share, and one more where it or a node that it leads
  /// to without feeding the output itself takes part in the remainder.
  ///
  /// No node is wider than one that it reads. Where the earlier one feeds the output, it takes part in the remainder if
  /// a later one does, since fewer come before it; where it does not, it is as wide as the widest that it feeds.
  func splitWidths(_ width: Expression) -> [Expression] {
    let feeds = nodes.indices.map { both(reads(nodes.count, inputCount + $0), isReached($0)) }
    let ones = feeds.map { Expression.call(.select, [$0, .integer(1), .integer(0)]) }
    let count = Expression.call(.maximum, [sum(ones[...]), .integer(1)])
    let share = Expression.call(.maximum, [.call(.floor, [.binary(.divide, width, count)]), .integer(1)])
    let rest = Expression.binary(.remainder, width, count)
    var isWider = [Expression](repeating: .constant(.boolean(false)), count: nodes.count)
    for node in nodes.indices.reversed() {
      let later = (node + 1..<max(node + 1, nodes.count)).map { reader in
        both(both(reads(reader, inputCount + node), isUsed(reader)), isWider[reader])
      }
      let own = Expression.binary(.less, sum(ones[..<node]), rest)
      isWider[node] = Expression.call(.select, [feeds[node], own, any(later)]).folded
    }
    return isWider.map {
      Expression.binary(.add, share, .call(.select, [$0, .integer(1), .integer(0)])).folded
    }
  }

  private func sum(_ parts: ArraySlice<Expression>) -> Expression {
    guard let first = parts.first else { return .integer(0) }
    return parts.dropFirst().reduce(first) { .binary(.add, $0, $1) }
  }

  private func any(_ claims: [Expression]) -> Expression {
    guard let first = claims.first else { return .constant(.boolean(false)) }
    return claims.dropFirst().reduce(first) { .binary(.or, $0, $1) }.folded
  }

  private func both(_ a: Expression, _ b: Expression) -> Expression { Expression.binary(.and, a, b).folded }
}

/// Unordered sets of so many of the first numbers, in lexicographic order.
func combinations(of count: Int, among total: Int) -> [[Int]] {
  guard count <= total else { return [Array(0..<total)] }
  guard count > 0 else { return [[]] }
  return (0..<total).flatMap { first in
    combinations(of: count - 1, among: total - first - 1).map { rest in [first] + rest.map { $0 + first + 1 } }
      .filter { $0.count == count }
  }
}
