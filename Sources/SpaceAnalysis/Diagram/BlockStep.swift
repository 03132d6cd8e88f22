import SpaceIR

/// A layer under construction, with the tables that its states share.
struct BlockStep {
  let scope: BlockScope
  private(set) var targets: [DiagramState] = []
  var layer = DiagramLayer()
  private var targetOf: [[Int]: Int] = [:]
  private var tableOf: [[Bool]: Int] = [:]
  private var projections: [ProjectionKey: BlockTuples.Projection] = [:]
  private var columns: [ColumnKey: AtomColumn] = [:]
  private var bindings: [ColumnKey: [ResidualID]] = [:]
  private var termCosts: [TermKey: TermCosts] = [:]

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

  /// What an expression is over the tuples of a table.
  mutating func column(
    of residual: ResidualID, as expression: Expression, table: Int, decisions: [Decision]
  ) -> AtomColumn {
    let key = ColumnKey(table: table, residual: residual)
    if let known = columns[key] { return known }
    let projection = projection(onto: positions(of: expression), table: table)
    let tuples = layer.tables[table]
    let outcomes = projection.representatives.map { tuple in
      Result { () throws(EvaluationError) in
        try expression.evaluate { tuples.value(of: $0, in: tuple, among: decisions) }
      }
    }
    let made = AtomColumn(projection: projection, outcomes: outcomes)
    columns[key] = made
    return made
  }

  /// What is left of an expression, by group of the tuples that it tells apart, once the block is decided.
  ///
  /// - Parameter number: Gives an expression its number.
  mutating func binding(
    of residual: ResidualID, as expression: Expression, table: Int, decisions: [Decision],
    number: (Expression) -> ResidualID
  ) -> (projection: BlockTuples.Projection, residuals: [ResidualID]) {
    let projection = projection(onto: positions(of: expression), table: table)
    let key = ColumnKey(table: table, residual: residual)
    if let known = bindings[key] { return (projection, known) }
    let tuples = layer.tables[table]
    let made = projection.representatives.map { tuple in
      number(expression.binding { tuples.value(of: $0, in: tuple, among: decisions) })
    }
    bindings[key] = made
    return (projection, made)
  }

  /// A term's costs, made where they are not known.
  mutating func costs(
    for key: TermKey, make: (inout BlockStep) throws(CostModelError) -> TermCosts
  ) throws(CostModelError) -> TermCosts {
    if let known = termCosts[key] { return known }
    let made = try make(&self)
    termCosts[key] = made
    return made
  }

  private func positions(of expression: Expression) -> [Int] {
    let block = scope.block.decisions
    return expression.support.compactMap { block.contains($0.index) ? $0.index - block.lowerBound : nil }
  }

  /// The next layer's state with this key, new or known.
  mutating func target(for key: [Int], state: DiagramState) -> Int {
    if let known = targetOf[key] { return known }
    targetOf[key] = targets.count
    targets.append(state)
    return targets.count - 1
  }
}

/// Where a tuple leads and at what cost, in the order of a layer's edges.
struct TupleEnd: Comparable {
  let target: Int
  let cost: Int
  /// Index in the layer's `sides`.
  let side: Int
  let tuple: Int

  static func < (a: TupleEnd, b: TupleEnd) -> Bool {
    if a.target != b.target { return a.target < b.target }
    if a.cost != b.cost { return a.cost < b.cost }
    return a.side != b.side ? a.side < b.side : a.tuple < b.tuple
  }

  func agrees(with other: TupleEnd) -> Bool { target == other.target && cost == other.cost && side == other.side }
}

extension DiagramLayer {
  /// Adds a state whose tuples come sorted; neighbours that agree in all but the tuple become one edge.
  mutating func append(_ ends: [TupleEnd], tableIndex: Int) {
    tableOf.append(tableIndex)
    var start = members.count
    for (position, end) in ends.enumerated() {
      members.append(Int32(end.tuple))
      if position + 1 < ends.count, ends[position + 1].agrees(with: end) { continue }
      edges.append(Edge(target: end.target, cost: end.cost, side: end.side, members: start..<members.count))
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
