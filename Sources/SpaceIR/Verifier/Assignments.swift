/// The condition under which a region is computed: each selector has one of the values beside it, outermost first.
struct Liveness {
  typealias Condition = (selector: Expression, values: [Value])

  private(set) var conditions: [Condition] = []

  func adding(_ selector: Expression, in values: [Value]) -> Liveness {
    var result = self
    result.conditions.append((selector, values))
    return result
  }

  /// The decision's values that plain selectors leave; nil where none names it.
  func values(of id: DecisionID) -> [Value]? {
    var left: [Value]?
    for condition in conditions where condition.selector == .decision(id) {
      left = left.map { $0.filter(condition.values.contains) } ?? condition.values
    }
    return left
  }
}

/// Walks the decisions that some expressions depend on, in a region of a space.
///
/// - Precondition: parents come earlier, and every decision named is one of the space.
struct Assignments {
  /// Assignments looked at before a question counts as undecided.
  static let limit = 2048
  /// The same times the parts of the expressions, for large ones.
  static let effort = 400_000

  typealias Condition = Liveness.Condition

  let space: Space
  let liveness: Liveness

  /// The first assignment of a live region for which `holds` is false; nil when there is none, or none in the first
  /// `limit` (a sum over a whole network can depend on too many decisions to be asked here). Architectures that break a
  /// condition of the space are none.
  func counterexample(
    to expressions: [Expression], _ holds: (_ environment: (DecisionID) -> Value?) -> Bool
  ) -> [DecisionID: Value]? {
    // Most questions need no condition, and conditions bring decisions of their own.
    guard let found = counterexample(to: expressions, under: liveness.conditions, holds) else { return nil }
    let required = space.requirements.compactMap { requirement -> Condition? in
      guard case .condition(let condition) = requirement.claim else { return nil }
      return (condition, [.boolean(true)])
    }
    return required.isEmpty ? found : counterexample(to: expressions, under: liveness.conditions + required, holds)
  }

  private func counterexample(
    to expressions: [Expression], under conditions: [Condition],
    _ holds: (_ environment: (DecisionID) -> Value?) -> Bool
  ) -> [DecisionID: Value]? {
    let (ids, conditions) = closure(of: expressions, conditions)
    var values: [DecisionID: Value] = [:]
    let size = expressions.reduce(1) { $0 + $1.size } + conditions.reduce(0) { $0 + $1.selector.size }
    var remaining = min(Assignments.limit, Assignments.effort / size + 1)
    func visit(_ position: Int) -> Bool {
      guard remaining > 0 else { return true }
      guard position < ids.count else {
        remaining -= 1
        return !isLive(under: conditions) { values[$0] } || holds { values[$0] }
      }
      let id = ids[position]
      for value in options(of: id, under: values) {
        values[id] = value
        guard visit(position + 1) else { return false }
      }
      values[id] = nil
      return true
    }
    return visit(0) ? nil : values
  }

  /// Nil alone where the decision does not exist.
  private func options(of id: DecisionID, under values: [DecisionID: Value]) -> [Value?] {
    let decision = space[id]
    for condition in decision.existence?.conditions ?? [] {
      let legal = condition.options.map { space[condition.decision].options[$0] }
      guard let value = values[condition.decision], legal.contains(value) else { return [nil] }
    }
    guard let left = liveness.values(of: id) else { return decision.options }
    return decision.options.filter(left.contains)
  }

  /// A selector without a value makes the region dead; the choice itself is checked where it stands.
  private func isLive(under conditions: [Condition], _ environment: (DecisionID) -> Value?) -> Bool {
    conditions.allSatisfy { condition in
      guard case .success(let value) = result(of: condition.selector, environment) else { return false }
      return condition.values.contains(value)
    }
  }

  /// The decisions named, their ancestors, and those of every condition that shares one with them, ascending; and these
  /// conditions. The others say nothing about the expressions.
  private func closure(of expressions: [Expression], _ conditions: [Condition]) -> ([DecisionID], [Condition]) {
    var found: Set<DecisionID> = []
    for expression in expressions { expression.collectSupport(into: &found) }
    addAncestors(to: &found)
    var pending = conditions.map { condition in
      var support = Set(condition.selector.support)
      addAncestors(to: &support)
      return (condition: condition, support: support)
    }
    var related: [Condition] = []
    while let next = pending.firstIndex(where: { !$0.support.isDisjoint(with: found) }) {
      let (condition, support) = pending.remove(at: next)
      found.formUnion(support)
      related.append(condition)
    }
    return (found.sorted(), related)
  }

  private func addAncestors(to found: inout Set<DecisionID>) {
    var open = Array(found)
    while let child = open.popLast() {
      for condition in space[child].existence?.conditions ?? [] where found.insert(condition.decision).inserted {
        open.append(condition.decision)
      }
    }
  }
}

/// The value or the reason why there is none, as one value.
func result(
  of expression: Expression, _ environment: (DecisionID) -> Value?
) -> Result<Value, EvaluationError> {
  Result { () throws(EvaluationError) in try expression.evaluate(environment) }
}
