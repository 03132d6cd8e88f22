import SpaceIR

/// A layer under construction, with the tables that its states share.
struct BlockStep {
  let scope: BlockScope
  private(set) var targets: [DiagramState] = []
  var layer = DiagramLayer()
  private var targetOf: [[Int]: Int] = [:]
  private var tableOf: [[Bool]: Int] = [:]
  private var projections: [ProjectionKey: BlockTuples.Projection] = [:]

  private struct ProjectionKey: Hashable {
    let table: Int
    let positions: [Int]
  }

  init(scope: BlockScope) { self.scope = scope }

  /// The tuples that a state allows, as an index of `layer.tables`.
  mutating func table(for state: DiagramState, of decisions: [Decision]) -> Int {
    let alive = Array(state.alive[scope.block.decisions])
    if let known = tableOf[alive] { return known }
    tableOf[alive] = layer.tables.count
    layer.tables.append(BlockTuples(scope.block, of: decisions, alive: alive))
    return layer.tables.count - 1
  }

  mutating func projection(onto positions: [Int], table: Int) -> BlockTuples.Projection {
    let key = ProjectionKey(table: table, positions: positions)
    if let known = projections[key] { return known }
    let made = layer.tables[table].projection(onto: positions)
    projections[key] = made
    return made
  }

  /// The next layer's state with this key, new or known.
  mutating func target(for key: [Int], state: DiagramState) -> Int {
    if let known = targetOf[key] { return known }
    targetOf[key] = targets.count
    targets.append(state)
    return targets.count - 1
  }
}

extension DiagramLayer {
  /// Adds a state whose tuples come sorted by target and costs; neighbours that agree in all become one edge.
  mutating func append(_ order: [Int], tableIndex: Int, leadingTo: (Int) -> (target: Int, cost: Int, side: Int)) {
    tableOf.append(tableIndex)
    var start = members.count
    for (position, tuple) in order.enumerated() {
      members.append(Int32(tuple))
      let (target, cost, side) = leadingTo(tuple)
      if position + 1 < order.count, leadingTo(order[position + 1]) == (target, cost, side) { continue }
      edges.append(Edge(target: target, cost: cost, side: side, members: start..<members.count))
      start = members.count
    }
    edgeStarts.append(edges.count)
  }

  /// The layer without the states from which nothing leads on, and the number that each state has then.
  ///
  /// - Parameter targets: The numbers of the next layer's states; nil for those that are left out.
  func trimmed(targets: [Int?]) -> (layer: DiagramLayer, numbers: [Int?]) {
    if targets.enumerated().allSatisfy({ $0 == $1 }), (0..<stateCount).allSatisfy({ !edges(of: $0).isEmpty }) {
      return (self, Array(0..<stateCount))
    }
    var result = DiagramLayer()
    (result.tables, result.members, result.sides) = (tables, members, sides)
    var numbers: [Int?] = []
    for state in 0..<stateCount {
      let kept = edges(of: state).compactMap { edge in
        targets[edge.target].map { Edge(target: $0, cost: edge.cost, side: edge.side, members: edge.members) }
      }
      numbers.append(kept.isEmpty ? nil : result.stateCount)
      guard !kept.isEmpty else { continue }
      result.tableOf.append(tableOf[state])
      result.edges += kept
      result.edgeStarts.append(result.edges.count)
    }
    return (result, numbers)
  }
}
