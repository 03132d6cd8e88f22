package import SpaceIR

extension CostModel {
  /// Builds the diagram of a space's members under one measure.
  ///
  /// Budgets among the space's requirements are left to `BudgetedMembers`.
  ///
  /// - Parameter sides: Further measures whose costs the edges carry.
  /// - Throws: `CostModelError.cost` where a cost leaves 64 bits, `tooManyStates` or `tooManyEdges` where
  ///   a limit is passed, `noMembers` where the conditions leave none.
  /// - Complexity: O(states × combinations × terms) over the blocks; states are bounded by the distinct widths (or
  ///   whatever else one block passes to later ones), not by the members. Where layers pass a width on by bypasses,
  ///   every later width is an expression over all of them and the time grows with the third power of their number.
  package init(
    _ space: Space, measure: CostMeasure = .macs, sides: [CostMeasure] = [], limits: CostModelLimits = CostModelLimits()
  ) throws(CostModelError) {
    var builder = try DiagramBuilder(space, measures: [measure] + sides, limits: limits)
    self.measure = measure
    sideMeasures = sides
    decisionCount = space.decisions.count
    let constants = try builder.constants()
    constant = constants[0]
    sideConstants = Array(constants.dropFirst())
    layers = try builder.buildLayers()
    steps = builder.steps
  }
}

/// Number of an expression in an `ExpressionTable`.
typealias ResidualID = Int

/// Numbers expressions so that equal ones are equal integers.
struct ExpressionTable {
  private(set) var expressions: [Expression] = []
  private var numbers: [Expression: ResidualID] = [:]

  mutating func number(of expression: Expression) -> ResidualID {
    if let known = numbers[expression] { return known }
    numbers[expression] = expressions.count
    expressions.append(expression)
    return expressions.count - 1
  }

  subscript(id: ResidualID) -> Expression { expressions[id] }
}

/// What the members that share a state have in common.
struct DiagramState {
  /// By atom: its expression with the decided values put in. Meaningless for atoms of terms that are over.
  var residuals: [ResidualID]
  /// By decision: false where it is known not to exist.
  var alive: [Bool]
  /// What remains of the conditions met so far.
  var condition: ConditionID
}

/// What a block's step needs to know about terms and decisions; the same for all its states.
struct BlockScope {
  let block: DecisionBlock
  /// The terms whose last decision is in the block, by what they read of it.
  let completed: [CompletedTerms]
  /// The terms whose last decision is in a later block.
  let pending: [Int]
  /// Atoms of pending terms, without repetition, and those of them that the block's decisions touch.
  let pendingAtoms: [Int]
  let touchedAtoms: [Int]
  /// Later decisions whose parent is in this block or an earlier one.
  let frontier: [Int]
  /// Positions in the block of the decisions that matter later.
  let interface: [Int]

  struct CompletedTerms {
    /// Positions in the block of the decisions that the terms mention.
    let positions: [Int]
    var terms: [Int]
  }

  init(_ block: DecisionBlock, space: Space, terms: CostTerms, conditions: DiagramConditions) {
    let range = block.decisions
    func positions(_ support: some Sequence<DecisionID>) -> [Int] {
      support.compactMap { range.contains($0.index) ? $0.index - range.lowerBound : nil }
    }
    self.block = block
    var completed: [CompletedTerms] = []
    var groupOf: [[Int]: Int] = [:]
    for (index, term) in terms.terms.enumerated() {
      guard let last = term.support.last, range.contains(last.index) else { continue }
      let read = positions(term.support)
      if let group = groupOf[read] {
        completed[group].terms.append(index)
      } else {
        groupOf[read] = completed.count
        completed.append(CompletedTerms(positions: read, terms: [index]))
      }
    }
    self.completed = completed
    pending = terms.terms.indices.filter { (terms.terms[$0].support.last?.index ?? -1) >= range.upperBound }
    pendingAtoms = Set(pending.flatMap { terms.terms[$0].atoms }).sorted()
    touchedAtoms = pendingAtoms.filter { !positions(terms.atomSupports[$0]).isEmpty }
    frontier = (range.upperBound..<space.decisions.count).filter {
      space.decisions[$0].existence?.conditions.contains { $0.decision.index < range.upperBound } ?? false
    }
    let needed = touchedAtoms.flatMap { positions(terms.atomSupports[$0]) }
    let parents = positions(frontier.flatMap { space.decisions[$0].existence?.conditions.map(\.decision) ?? [] })
    let conditioned = range.filter { conditions.isMentioned[$0] }.map { $0 - range.lowerBound }
    interface = Set(needed + parents + conditioned).sorted()
  }
}
