import SpaceIR

extension Expander {
  /// The condition under which decisions are made here.
  struct Circumstances: Sendable {
    /// On distinct decisions, ascending; what a decision's own existence says is not repeated.
    var conditions: [Existence.Condition] = []
    /// Whether some enclosing condition is none on single decisions, so that a decision made here has no existence.
    var isTangled = false
    /// Whether the enclosing conditions contradict each other, so that no network comes here.
    var isDead = false
  }

  /// Restricts the decisions made from here on to members where the selector has one of the values.
  mutating func require(_ selector: Expression, _ values: [Value]) {
    switch selector {
    case .constant(let value): if !values.contains(value) { circumstances.isDead = true }
    case .decision(let id):
      let domain = decisions[id.index].options
      add(Existence.Condition(decision: id, options: domain.indices.filter { values.contains(domain[$0]) }))
    case .unary, .binary, .call:
      guard values == [.boolean(true)] || values == [.boolean(false)] else {
        circumstances.isTangled = true
        return
      }
      require(values == [.boolean(true)] ? selector : .unary(.not, selector))
    }
  }

  /// Restricts them to members where a condition holds: a conjunction of claims about single decisions.
  private mutating func require(_ condition: Expression) {
    if case .binary(.and, let a, let b) = condition {
      require(a)
      require(b)
      return
    }
    if let constant = condition.constant?.boolean {
      if !constant { circumstances.isDead = true }
      return
    }
    let support = condition.support
    guard support.count == 1, let id = support.first else {
      circumstances.isTangled = true
      return
    }
    let domain = decisions[id.index].options
    let options = domain.indices.filter { index in
      (try? condition.evaluate { $0 == id ? domain[index] : nil }) == .boolean(true)
    }
    add(Existence.Condition(decision: id, options: options))
  }

  private mutating func add(_ condition: Existence.Condition) { add(condition, to: &circumstances) }

  func add(_ condition: Existence.Condition, to circumstances: inout Circumstances) {
    var condition = condition
    if let known = circumstances.conditions.first(where: { $0.decision == condition.decision }) {
      condition = Existence.Condition(
        decision: known.decision, options: known.options.filter(condition.options.contains))
      circumstances.conditions.removeAll { $0.decision == known.decision }
    }
    guard !condition.options.isEmpty else {
      circumstances.isDead = true
      return
    }
    guard condition.options.count < decisions[condition.decision.index].options.count else {
      // Every option: that the decision exists is what it says.
      for own in decisions[condition.decision.index].existence?.conditions ?? [] { add(own, to: &circumstances) }
      return
    }
    circumstances.conditions.append(condition)
    circumstances.conditions = circumstances.conditions.filter { older in
      older.decision == condition.decision || !implies(condition, older)
    }
    let isKnown = circumstances.conditions.contains { $0.decision != condition.decision && implies($0, condition) }
    if isKnown { circumstances.conditions.removeAll { $0.decision == condition.decision } }
    circumstances.conditions.sort { $0.decision < $1.decision }
  }

  /// Whether that a decision exists implies another condition, through the conditions of its own existence.
  private func implies(_ condition: Existence.Condition, _ other: Existence.Condition) -> Bool {
    var open = decisions[condition.decision.index].existence?.conditions ?? []
    while let next = open.popLast() {
      if next.decision == other.decision { return next.options.allSatisfy(other.options.contains) }
      open += decisions[next.decision.index].existence?.conditions ?? []
    }
    return false
  }

  /// A condition that has a value in every network: false where a decision that it mentions does not exist.
  func guarded(_ condition: Expression) -> Expression {
    var needed: [Existence.Condition] = []
    var open = condition.support
    while let id = open.popLast() {
      for own in decisions[id.index].existence?.conditions ?? [] where !needed.contains(own) {
        needed.append(own)
        open.append(own.decision)
      }
    }
    // Parents are asked first, so that no decision is asked that does not exist.
    let ordered = needed.sorted { $0.decision > $1.decision }
    return ordered.reduce(condition) { .binary(.and, claim($1), $0) }.folded
  }

  /// That a decision has one of some options.
  func claim(_ condition: Existence.Condition) -> Expression {
    isOneOf(
      condition.options.map { decisions[condition.decision.index].options[$0] }, .decision(condition.decision))
  }

  /// Whether the decision exists wherever the circumstances hold.
  func isMade(_ id: DecisionID, in circumstances: Circumstances) -> Bool {
    (decisions[id.index].existence?.conditions ?? []).allSatisfy { needed in
      circumstances.conditions.contains { given in
        given.decision == needed.decision && given.options.allSatisfy(needed.options.contains) || implies(given, needed)
      }
    }
  }
}
