import SpaceIR

/// Makes a diagram's layers block by block, from the root on.
struct DiagramBuilder {
  private let space: Space
  private let measure: CostMeasure
  private let limits: CostModelLimits
  private let terms: CostTerms
  private var table = ExpressionTable()
  private var edgeCount = 0

  init(_ space: Space, measure: CostMeasure, limits: CostModelLimits) {
    self.space = space
    self.measure = measure
    self.limits = limits
    terms = CostTerms(space, measure: measure)
  }

  /// The sum of the terms without decisions.
  func constant() throws(CostModelError) -> Int {
    var total = 0
    for term in terms.terms where term.support.isEmpty {
      let part = try value(of: term, residual: { terms.atoms[$0] }, environment: { _ in nil })
      total = try add(total, part, at: term)
    }
    return total
  }

  /// Costs are not negative, so the sum of each layer's dearest edge bounds every partial sum of a path.
  mutating func buildLayers() throws(CostModelError) -> [DiagramLayer] {
    var bound = try constant()
    let blocks = DecisionBlock.partition(space.decisions, limit: limits.combinations)
    var states = [
      DiagramState(
        residuals: terms.atoms.map { table.number(of: $0) },
        alive: [Bool](repeating: true, count: space.decisions.count))
    ]
    var layers: [DiagramLayer] = []
    for block in blocks {
      let scope = BlockScope(block, space: space, terms: terms)
      var step = BlockStep(scope: scope)
      for state in states { try extend(&step, from: state) }
      let dearest = step.layer.edges.reduce(0) { max($0, $1.cost) }
      guard !bound.addingReportingOverflow(dearest).overflow else {
        throw .cost(.overflow(at: space.body.result))
      }
      bound += dearest
      layers.append(step.layer)
      states = step.targets
    }
    return layers
  }

  /// Adds the edges of one state.
  private mutating func extend(_ step: inout BlockStep, from state: DiagramState) throws(CostModelError) {
    let tableIndex = step.table(for: state, of: space.decisions)
    let tuples = step.layer.tables[tableIndex]
    let costs = try tupleCosts(&step, from: state, tableIndex: tableIndex)
    let interface = step.projection(onto: step.scope.interface, table: tableIndex)
    var targetOf: [Int] = []
    for tuple in interface.representatives {
      let next = successor(of: state, deciding: tuple, of: tuples, scope: step.scope)
      let key = self.key(of: next, scope: step.scope)
      targetOf.append(step.target(for: key, state: next))
    }
    let order = (0..<tuples.count).sorted {
      let (a, b) = (targetOf[interface.groupOf[$0]], targetOf[interface.groupOf[$1]])
      return (a, costs[$0], $0) < (b, costs[$1], $1)
    }
    step.layer.append(order, tableIndex: tableIndex) { (targetOf[interface.groupOf[$0]], costs[$0]) }
    edgeCount += step.layer.edges(of: step.layer.stateCount - 1).count
    let owner = space.decisions[step.scope.block.decisions.lowerBound].owner
    guard step.targets.count <= limits.states else { throw .tooManyStates(owner: owner, limit: limits.states) }
    guard edgeCount <= limits.edges else { throw .tooManyEdges(owner: owner, limit: limits.edges) }
  }

  /// The cost of each tuple: the sum of the terms that the block completes.
  private func tupleCosts(
    _ step: inout BlockStep, from state: DiagramState, tableIndex: Int
  ) throws(CostModelError) -> [Int] {
    let tuples = step.layer.tables[tableIndex]
    var costs = [Int](repeating: 0, count: tuples.count)
    for completed in step.scope.completed {
      let term = terms.terms[completed.term]
      let projection = step.projection(onto: completed.positions, table: tableIndex)
      var values: [Int] = []
      for tuple in projection.representatives {
        values.append(
          try value(of: term, residual: { table[state.residuals[$0]] }) { id in
            tuples.option(of: id, in: tuple).map { space.decisions[id.index].options[$0] }
          })
      }
      for tuple in 0..<tuples.count {
        costs[tuple] = try add(costs[tuple], values[projection.groupOf[tuple]], at: term)
      }
    }
    return costs
  }

  /// What remains after a tuple; equal tuples up to the interface leave the same.
  private mutating func successor(
    of state: DiagramState, deciding tuple: Int, of tuples: BlockTuples, scope: BlockScope
  ) -> DiagramState {
    var next = state
    for atom in scope.touchedAtoms {
      let bound = table[state.residuals[atom]].binding { id in
        tuples.option(of: id, in: tuple).map { space.decisions[id.index].options[$0] }
      }
      next.residuals[atom] = table.number(of: bound)
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
      + scope.frontier.map { state.alive[$0] ? 1 : 0 }
  }

  /// Whether a guard already fails, so that the term adds nothing whatever follows.
  private func isOver(_ term: CostTerm, in state: DiagramState) -> Bool {
    term.guards.contains { condition in
      guard let value = table[state.residuals[condition.selector]].constant else { return false }
      return !condition.values.contains(value)
    }
  }

  private func value(
    of term: CostTerm, residual: (Int) -> Expression, environment: (DecisionID) -> Value?
  ) throws(CostModelError) -> Int {
    do throws(EvaluationError) {
      for condition in term.guards {
        guard condition.values.contains(try residual(condition.selector).evaluate(environment)) else { return 0 }
      }
      var arguments: [Int] = []
      for atom in term.arguments {
        guard let value = try residual(atom).evaluate(environment).integer else { throw .wrongType }
        arguments.append(value)
      }
      guard let cost = term.formula.cost(arguments) else { throw .overflow }
      return cost[measure]
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
