import SpaceIR

/// Makes the diagram of a group of decisions layer by layer, from the root on.
struct ConditionDiagramBuilder {
  private let space: Space
  private let group: ConditionGroup
  private let limits: MemberLimits
  private let order: [Int]
  private var table: ConditionTable
  /// By position: the formulas whose first decision it is.
  private var starting: [[ConditionID]]
  /// By position: when the decision exists, as a formula over earlier positions.
  private let existence: [ConditionID]
  /// By position: later decisions whose existence has been asked about by then.
  private let frontiers: [[Int]]
  /// Work counter: ways along edges.
  private(set) var waysMade = 0
  private var isContradiction = false
  private var isUndefined = false

  /// - Parameter keepingOrder: Whether decisions are decided in the order of the space, and not in the best one.
  init(_ group: ConditionGroup, in space: Space, limits: MemberLimits, keepingOrder: Bool = false) {
    self.group = group
    self.space = space
    self.limits = limits
    order = keepingOrder ? group.decisions : DecisionOrder(group, in: space).best()
    var positions: [Int: Int] = [:]
    for (position, decision) in order.enumerated() { positions[decision] = position }
    func position(_ id: DecisionID) -> Int {
      guard let position = positions[id.index] else { preconditionFailure("a group holds what its conditions name") }
      return position
    }
    var table = ConditionTable(order.map { space.decisions[$0] })
    starting = [[ConditionID]](repeating: [], count: order.count)
    for conjunct in group.conjuncts {
      let formula = table.formula(conjunct.expression, in: space, position: position)
      if formula == ConditionTable.no { isContradiction = true }
      if formula == ConditionTable.undefined { isUndefined = true }
      let first = table.facts[formula].first
      if first < order.count { starting[first].append(formula) }
    }
    existence = order.map { decision in
      let conditions = space.decisions[decision].existence?.conditions ?? []
      return table.all(
        conditions.map { condition in
          let count = space[condition.decision].options.count
          return table.isOneOf(position(condition.decision), OptionMask(condition.options, count: count))
        })
    }
    var frontiers = [[Int]](repeating: [], count: order.count)
    for (position, formula) in existence.enumerated() where table.facts[formula].first < position {
      for earlier in table.facts[formula].first..<position { frontiers[earlier].append(position) }
    }
    self.frontiers = frontiers
    self.table = table
  }

  /// - Throws: `MemberError`.
  mutating func diagram() throws(MemberError) -> ConditionDiagram {
    guard !isUndefined else { throw .noValue(requirements: group.requirements) }
    var states: [[ConditionID]] = isContradiction ? [] : [[ConditionTable.yes]]
    var layers: [ConditionDiagram.Layer] = []
    var edgeCount = 0
    for position in order.indices {
      var step = Step(decision: order[position], after: position == 0 ? [] : frontiers[position - 1])
      for state in states {
        AnalysisProgress.tell(.conditions, position, of: order.count)
        try extend(&step, from: state, at: position)
        let size = edgeCount + step.layer.edges.count + step.layer.members.count / 8
        guard step.targets.count <= limits.states, size <= limits.edges, table.size <= limits.formulas else {
          throw .tangled(requirements: group.requirements, decisions: group.decisions, states: step.targets.count)
        }
      }
      edgeCount += step.layer.edges.count + step.layer.members.count / 8
      waysMade += step.layer.members.count
      layers.append(step.layer)
      states = step.targets
      table.cofactorMemo.removeAll(keepingCapacity: true)
    }
    return ConditionDiagram(states.isEmpty ? layers.map { ConditionDiagram.Layer(decision: $0.decision) } : layers)
  }

  private struct Step {
    var layer: ConditionDiagram.Layer
    var targets: [[ConditionID]] = []
    /// By position: where a state keeps what remains of its existence.
    let places: [Int: Int]
    private var targetOf: [[ConditionID]: Int] = [:]

    init(decision: Int, after frontier: [Int]) {
      layer = ConditionDiagram.Layer(decision: decision)
      places = Dictionary(uniqueKeysWithValues: frontier.enumerated().map { ($1, $0 + 1) })
    }

    mutating func target(_ key: [ConditionID]) -> Int {
      if let known = targetOf[key] { return known }
      targetOf[key] = targets.count
      targets.append(key)
      return targets.count - 1
    }
  }

  /// Adds the edges of one state: what remains of the conditions, then by decision of the last frontier what remains of
  /// its existence.
  private mutating func extend(
    _ step: inout Step, from state: [ConditionID], at position: Int
  ) throws(MemberError) {
    let formula = table.all([state[0]] + starting[position])
    guard formula != ConditionTable.no else { return step.layer.append([]) }
    func existence(of later: Int) -> ConditionID { step.places[later].map { state[$0] } ?? self.existence[later] }
    let parts = [formula] + frontiers[position].map(existence)
    let cofactors = parts.map { table.cofactors(of: $0, at: position) }
    let count = space.decisions[order[position]].options.count
    let options = existence(of: position) == ConditionTable.yes ? Array(0..<count) : [-1]
    let touched = parts.indices.filter { cofactors[$0] != nil }
    let isLast = position == order.count - 1
    var ways: [(target: Int, option: Int)] = []
    ways.reserveCapacity(options.count)
    var key = parts
    var known: [ConditionID: Int] = [:]
    for option in options {
      let column = option < 0 ? count : option
      for part in touched { key[part] = cofactors[part]?[column] ?? key[part] }
      if key[0] == ConditionTable.no { continue }
      if isLast, key[0] != ConditionTable.yes { throw .noValue(requirements: group.requirements) }
      // Where one part changes, or none, its number is enough of a key among this state's successors.
      let short = touched.count < 2 ? key[touched.first ?? 0] : nil
      let target = short.flatMap { known[$0] } ?? step.target(key)
      if let short { known[short] = target }
      ways.append((target, option))
    }
    step.layer.append(ways)
  }
}

extension ConditionDiagram.Layer {
  fileprivate mutating func append(_ unsorted: [(target: Int, option: Int)]) {
    let isSorted = zip(unsorted, unsorted.dropFirst()).allSatisfy { $0.target <= $1.target }
    let ways = isSorted ? unsorted : unsorted.sorted { ($0.target, $0.option) < ($1.target, $1.option) }
    var start = members.count
    for (index, way) in ways.enumerated() {
      members.append(Int32(way.option))
      if index + 1 < ways.count, ways[index + 1].target == way.target { continue }
      edges.append(ConditionDiagram.Edge(target: way.target, members: start..<members.count))
      start = members.count
    }
    edgeStarts.append(edges.count)
  }
}
