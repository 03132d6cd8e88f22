import SpaceIR

/// Makes a diagram's layers block by block, from the root on.
struct DiagramBuilder {
  /// With its decisions in the order in which they are decided, and the graph as it was.
  private let space: Space
  /// By position, the index of the decision in the space that was given.
  private let order: [Int]
  private let measures: [CostMeasure]
  private let limits: CostModelLimits
  private let terms: CostTerms
  /// By device.
  private let tables: [String: LatencyTable]
  private var conditions: DiagramConditions
  private var table = ExpressionTable()
  private var edgeCount = 0
  private var lack: Lack
  private(set) var steps = 0

  /// What becomes of a kernel that a device's table has not.
  enum Lack {
    case fails
    /// It counts as no time, and is listed; each kernel once.
    case listed([KernelShape: MissingRow])
  }

  /// The kernels that were listed, in the order of the graph.
  var missingRows: [MissingRow] {
    guard case .listed(let rows) = lack else { return [] }
    return rows.values.sorted { ($0.node, $0.kernel.description) < ($1.node, $1.kernel.description) }
  }

  /// - Parameter measures: The one that edges are sorted by, then further ones.
  /// - Throws: `CostModelError.noMembers` or `noValue` where that needs no diagram to tell.
  init(
    _ space: Space, measures: [CostMeasure], limits: CostModelLimits, lack: Lack = .fails
  ) throws(CostModelError) {
    self.lack = lack
    order = space.orderOfUse
    var positions = order
    for (position, index) in order.enumerated() { positions[index] = position }
    let space = space.renumbered(order, positions: positions)
    self.space = space
    self.measures = measures
    self.limits = limits
    do throws(CostError) {
      let devices = measures.compactMap { measure in
        if case .latency(let device) = measure { device } else { nil }
      }
      tables = Dictionary(try space.latencyTables(of: devices).map { ($0.device, $0) }) { first, _ in first }
    } catch {
      throw .cost(error)
    }
    terms = CostTerms(space, measures: measures, positions: positions)
    conditions = try DiagramConditions(space)
  }

  /// By measure, the sum of the terms without decisions; a latency begins with what its table adds to every network.
  mutating func constants() throws(CostModelError) -> [Int] {
    var totals = measures.map { measure in
      if case .latency(let device) = measure { tables[device]?.constant ?? 0 } else { 0 }
    }
    for term in terms.terms where term.support.isEmpty {
      let part = try part(of: term) { position throws(EvaluationError) in
        try terms.atoms[term.guards[position].selector].evaluate { _ in nil }
      } argument: { position throws(EvaluationError) in
        try terms.atoms[term.arguments[position]].evaluate { _ in nil }
      }
      for (index, measure) in measures.enumerated() where !term.formula.isFree(under: measure) {
        let cost: Int
        switch part {
        case .graph(let parts): cost = parts[measure]
        case .latency(let time): cost = time
        case .missing(let row):
          try note([row])
          cost = 0
        }
        totals[index] = try add(totals[index], cost, at: term)
      }
    }
    return totals
  }

  /// Costs are not negative, so the sum of each layer's dearest edge bounds every partial sum of a path.
  mutating func buildLayers() throws(CostModelError) -> [DiagramLayer] {
    var bounds = try constants()
    let blocks = DecisionBlock.partition(space.decisions, order: order, limit: limits.combinations)
    var states = [
      DiagramState(
        residuals: terms.atoms.map { table.number(of: $0) },
        alive: [Bool](repeating: true, count: space.decisions.count), condition: ConditionTable.yes)
    ]
    var layers: [DiagramLayer] = []
    for (number, block) in blocks.enumerated() {
      let scope = BlockScope(block, space: space, terms: terms, conditions: conditions)
      var step = BlockStep(scope: scope)
      for state in states {
        AnalysisProgress.tell(.costs, number, of: blocks.count)
        try extend(&step, from: state)
      }
      for index in measures.indices {
        let dearest = step.layer.edges.reduce(0) { dearest, edge in
          max(dearest, index == 0 ? edge.cost : step.layer.sides[edge.side][index - 1])
        }
        let (sum, overflow) = bounds[index].addingReportingOverflow(dearest)
        guard !overflow else { throw .cost(.overflow(at: space.body.result)) }
        bounds[index] = sum
      }
      layers.append(step.layer)
      states = step.targets
      conditions.endBlock()
    }
    try conditions.checkEnd(states.map(\.condition))
    return try trimmed(layers, states: states.count)
  }

  /// Leaves out states without a way to the end, of which conditions make some.
  private func trimmed(_ complete: [DiagramLayer], states: Int) throws(CostModelError) -> [DiagramLayer] {
    var layers = complete
    var numbers: [Int?] = Array(0..<states)
    for index in layers.indices.reversed() { (layers[index], numbers) = layers[index].trimmed(targets: numbers) }
    guard numbers.first == .some(0) else { throw .noMembers }
    return layers
  }

  /// Adds the edges of one state.
  private mutating func extend(_ step: inout BlockStep, from state: DiagramState) throws(CostModelError) {
    let tableIndex = step.table(for: state, of: space.decisions)
    let tuples = step.layer.tables[tableIndex]
    let (costs, missing) = try tupleCosts(&step, from: state, tableIndex: tableIndex)
    let interface = step.projection(onto: step.scope.interface, table: tableIndex)
    let sides = sideIndices(of: costs, in: &step.layer)
    // Nil for tuples that the conditions rule out.
    var targetOf: [Int?] = []
    for tuple in interface.representatives {
      guard let next = successor(of: state, deciding: tuple, tableIndex: tableIndex, &step) else {
        targetOf.append(nil)
        continue
      }
      let key = self.key(of: next, scope: step.scope)
      targetOf.append(step.target(for: key, state: next))
    }
    let ends = (0..<tuples.count).compactMap { tuple -> TupleEnd? in
      guard let target = targetOf[interface.groupOf[tuple]] else { return nil }
      return TupleEnd(target: target, cost: costs[0][tuple], side: sides?[tuple] ?? 0, tuple: tuple)
    }
    if !missing.isEmpty { for end in ends { try note(missing[end.tuple] ?? []) } }
    step.layer.append(ends.sorted(), tableIndex: tableIndex)
    edgeCount += step.layer.edges(of: step.layer.stateCount - 1).count
    let owner = space.decisions[step.scope.block.decisions.lowerBound].owner
    guard step.targets.count <= limits.states else { throw .tooManyStates(owner: owner, limit: limits.states) }
    guard edgeCount <= limits.edges else { throw .tooManyEdges(owner: owner, limit: limits.edges) }
    steps += tuples.count + interface.representatives.count * (1 + step.scope.touchedAtoms.count)
    steps += step.scope.pending.count * interface.representatives.count
    guard steps <= limits.steps else { throw .tooManySteps(owner: owner, limit: limits.steps) }
  }

  private mutating func note(_ missing: [MissingRow]) throws(CostModelError) {
    for row in missing {
      guard case .listed(var rows) = lack else { throw .cost(.noRow(row)) }
      if rows[row.kernel].map({ row.node < $0.node }) ?? true {
        rows[row.kernel] = row
        lack = .listed(rows)
      }
    }
  }

  /// By tuple, the number of its further costs in the layer's table; nil where there are none.
  private func sideIndices(of costs: [[Int]], in layer: inout DiagramLayer) -> [Int]? {
    guard costs.count > 1 else { return nil }
    if layer.sides == [[]] { layer.sides = [] }
    var numbers = Dictionary(uniqueKeysWithValues: layer.sides.enumerated().map { ($1, $0) })
    return costs[0].indices.map { tuple in
      let side = costs.dropFirst().map { $0[tuple] }
      if let known = numbers[side] { return known }
      numbers[side] = layer.sides.count
      layer.sides.append(side)
      return layer.sides.count - 1
    }
  }

  /// By measure, the cost of each tuple: the sum of the terms that the block completes; and by tuple the kernels that
  /// it has and a device's table has not.
  private func tupleCosts(
    _ step: inout BlockStep, from state: DiagramState, tableIndex: Int
  ) throws(CostModelError) -> (costs: [[Int]], missing: [Int: [MissingRow]]) {
    let count = step.layer.tables[tableIndex].count
    var costs = measures.map { _ in [Int](repeating: 0, count: count) }
    var missing: [Int: [MissingRow]] = [:]
    for group in step.scope.completed {
      let projection = step.projection(onto: group.positions, table: tableIndex)
      var sums = measures.map { _ in [Int](repeating: 0, count: projection.representatives.count) }
      for index in group.terms {
        let term = terms.terms[index]
        let key = TermKey(table: tableIndex, term: index, residuals: term.atoms.map { state.residuals[$0] })
        let parts = try step.costs(for: key) { (step: inout BlockStep) throws(CostModelError) in
          try termCosts(term, from: state, over: projection.representatives, tableIndex: tableIndex, &step)
        }
        for (measure, costs) in parts.measures {
          for (position, cost) in costs.enumerated() {
            sums[measure][position] = try add(sums[measure][position], cost, at: term)
          }
        }
        if !parts.missing.isEmpty {
          for tuple in 0..<count {
            if let row = parts.missing[projection.groupOf[tuple]] { missing[tuple, default: []].append(row) }
          }
        }
      }
      guard let last = group.terms.last.map({ terms.terms[$0] }) else { continue }
      for measure in measures.indices {
        for tuple in 0..<count {
          costs[measure][tuple] = try add(costs[measure][tuple], sums[measure][projection.groupOf[tuple]], at: last)
        }
      }
    }
    return (costs, missing)
  }

  /// What a term costs in some tuples that stand for all.
  private func termCosts(
    _ term: CostTerm, from state: DiagramState, over tuples: [Int], tableIndex: Int, _ step: inout BlockStep
  ) throws(CostModelError) -> TermCosts {
    func column(_ atom: Int) -> AtomColumn {
      let residual = state.residuals[atom]
      return step.column(of: residual, as: table[residual], table: tableIndex, decisions: space.decisions)
    }
    let guards = term.guards.map { column($0.selector) }
    let arguments = term.arguments.map { column($0) }
    let counted = measures.indices.filter { !term.formula.isFree(under: measures[$0]) }
    var parts = counted.map { (index: $0, costs: [Int](repeating: 0, count: tuples.count)) }
    var missing: [Int: MissingRow] = [:]
    for (position, tuple) in tuples.enumerated() {
      let found = try part(of: term) { index throws(EvaluationError) in
        try guards[index].value(in: tuple)
      } argument: { index throws(EvaluationError) in
        try arguments[index].value(in: tuple)
      }
      switch found {
      case .graph(let cost):
        for (part, measure) in counted.enumerated() { parts[part].costs[position] = cost[measures[measure]] }
      case .latency(let time): for part in parts.indices { parts[part].costs[position] = time }
      case .missing(let row): missing[position] = row
      }
    }
    return TermCosts(measures: parts, missing: missing)
  }

  /// What remains after a tuple, nil where the conditions rule it out; equal tuples up to the interface leave the same.
  private mutating func successor(
    of state: DiagramState, deciding tuple: Int, tableIndex: Int, _ step: inout BlockStep
  ) -> DiagramState? {
    var next = state
    let (scope, tuples) = (step.scope, step.layer.tables[tableIndex])
    let block = scope.block.decisions
    next.condition = conditions.remainder(of: state.condition, deciding: block) { tuples.code(of: $0, in: tuple) - 1 }
    guard next.condition != ConditionTable.no else { return nil }
    for atom in scope.touchedAtoms {
      let residual = state.residuals[atom]
      let (projection, left) = step.binding(
        of: residual, as: table[residual], table: tableIndex, decisions: space.decisions
      ) { table.number(of: $0) }
      next.residuals[atom] = left[projection.groupOf[tuple]]
    }
    for index in scope.frontier {
      for condition in space.decisions[index].existence?.conditions ?? []
      where scope.block.decisions.contains(condition.decision.index) {
        let holds = tuples.option(of: condition.decision, in: tuple).map(condition.options.contains) ?? false
        next.alive[index] = next.alive[index] && holds
      }
    }
    return next
  }

  /// Equal keys leave the same costs and the same decisions for the rest: residuals of the atoms of terms that can
  /// still count, and the existence of later decisions that is already settled.
  private func key(of state: DiagramState, scope: BlockScope) -> [Int] {
    var needed: Set<Int> = []
    for index in scope.pending where !isOver(terms.terms[index], in: state) {
      needed.formUnion(terms.terms[index].atoms)
    }
    return scope.pendingAtoms.map { needed.contains($0) ? state.residuals[$0] : -1 }
      + scope.frontier.map { state.alive[$0] ? 1 : 0 } + [state.condition]
  }

  /// Whether a guard already fails, so that the term adds nothing whatever follows.
  private func isOver(_ term: CostTerm, in state: DiagramState) -> Bool {
    term.guards.contains { condition in
      guard let value = table[state.residuals[condition.selector]].constant else { return false }
      return !condition.values.contains(value)
    }
  }

  /// What a term adds to the costs of a network.
  private enum Part {
    case graph(NetworkCost)
    /// Nanoseconds on the device of the term's kernel.
    case latency(Int)
    case missing(MissingRow)
  }

  /// - Parameters:
  ///   - selector: Of a guard, by its position. Arguments are not asked for where a guard fails.
  ///   - argument: The value of an argument, by its position.
  private func part(
    of term: CostTerm, selector: (Int) throws(EvaluationError) -> Value,
    argument: (Int) throws(EvaluationError) -> Value
  ) throws(CostModelError) -> Part {
    do throws(EvaluationError) {
      for (position, condition) in term.guards.enumerated() {
        guard condition.values.contains(try selector(position)) else {
          return term.formula.isKernel ? .latency(0) : .graph(NetworkCost())
        }
      }
      if case .kernel(let form, let device) = term.formula {
        var values: [Value] = []
        values.reserveCapacity(term.arguments.count)
        for position in term.arguments.indices { values.append(try argument(position)) }
        let kernel = KernelShape(form, values)
        guard let time = tables[device]?[kernel] else {
          return .missing(MissingRow(device: device, kernel: kernel, node: term.node))
        }
        return .latency(time)
      }
      var arguments: [Int] = []
      arguments.reserveCapacity(term.arguments.count)
      for position in term.arguments.indices {
        guard let value = try argument(position).integer else { throw .wrongType }
        arguments.append(value)
      }
      guard let cost = term.formula.cost(arguments) else { throw .overflow }
      return .graph(cost)
    } catch {
      throw .cost(error == .overflow ? .overflow(at: term.node) : .malformed(term.node))
    }
  }

  private func add(_ a: Int, _ b: Int, at term: CostTerm) throws(CostModelError) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    guard !overflow else { throw .cost(.overflow(at: term.node)) }
    return sum
  }
}
