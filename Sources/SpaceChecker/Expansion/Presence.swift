import SpaceIR

/// Under which decisions something exists: each of them has one of the options beside it.
///
/// Invariant: ascending by decision; with a decision come those that it hangs on itself, so that the conditions in their
/// order, joined by `and`, have a value in every member.
struct Presence: Hashable, Sendable {
  private(set) var conditions: [Existence.Condition] = []

  /// In every member.
  static let always = Presence()

  /// - Parameter decisions: All of the space.
  init(of id: DecisionID, in decisions: [Decision]) {
    var open = [id]
    while let next = open.popLast() {
      for condition in decisions[next.index].existence?.conditions ?? [] {
        add(condition)
        open.append(condition.decision)
      }
    }
  }

  init() {}

  /// Conditions with all that they hang on themselves.
  init(_ conditions: [Existence.Condition], in decisions: [Decision]) {
    for condition in conditions {
      add(condition)
      formUnion(Presence(of: condition.decision, in: decisions))
    }
  }

  /// Adds a condition on a decision; what that one hangs on is added by the caller.
  mutating func add(_ condition: Existence.Condition) {
    guard let index = conditions.firstIndex(where: { $0.decision >= condition.decision }) else {
      return conditions.append(condition)
    }
    guard conditions[index].decision == condition.decision else { return conditions.insert(condition, at: index) }
    conditions[index] = Existence.Condition(
      decision: condition.decision, options: conditions[index].options.filter(condition.options.contains))
  }

  mutating func formUnion(_ other: Presence) {
    for condition in other.conditions { add(condition) }
  }

  /// Whether what has this presence exists only where the other does.
  func implies(_ other: Presence) -> Bool {
    other.conditions.allSatisfy { wanted in
      conditions.contains { $0.decision == wanted.decision && $0.options.allSatisfy(wanted.options.contains) }
    }
  }

  /// Nil for what always exists.
  func expression(_ decisions: [Decision]) -> Expression? {
    let tests = conditions.map { test($0, decisions[$0.decision.index]) }
    return tests.dropFirst().reduce(tests.first) { result, test in result.map { .binary(.and, $0, test) } }
  }

  /// `s1.layers >= 3`, `s1.op == conv`.
  private func test(_ condition: Existence.Condition, _ decision: Decision) -> Expression {
    let selector = Expression.decision(condition.decision)
    let inside = condition.options.map { decision.options[$0] }
    if inside == [.boolean(true)] { return selector }
    if let bound = upperBound(inside, decision) {
      return .binary(.greaterOrEqual, selector, .constant(bound))
    }
    let tests = inside.map { Expression.binary(.equal, selector, .constant($0)) }
    return tests.dropFirst().reduce(tests.first ?? .constant(.boolean(false))) { .binary(.or, $0, $1) }
  }

  /// The least of several numbers that are all options from there on.
  private func upperBound(_ inside: [Value], _ decision: Decision) -> Value? {
    let numbers = inside.compactMap(\.number)
    guard inside.count > 1, numbers.count == inside.count, let least = numbers.min(),
      decision.options.allSatisfy({ ($0.number ?? least) < least || inside.contains($0) })
    else { return nil }
    return Value(least)
  }
}

/// What has to hold for an expression to have a value.
struct Guard: Hashable, Sendable {
  var presence = Presence.always
  /// Further conditions, which have a value where the presence holds.
  var others: [Expression] = []

  static let none = Guard()

  mutating func formUnion(_ other: Guard) {
    presence.formUnion(other.presence)
    for condition in other.others where !others.contains(condition) { others.append(condition) }
  }

  func union(_ other: Guard) -> Guard {
    var result = self
    result.formUnion(other)
    return result
  }

  /// Whether this one never holds without the other.
  func implies(_ other: Guard) -> Bool {
    presence.implies(other.presence) && other.others.allSatisfy(others.contains)
  }

  /// Nil where nothing has to hold.
  func expression(_ decisions: [Decision]) -> Expression? {
    let parts = [presence.expression(decisions)].compactMap { $0 } + others
    return parts.dropFirst().reduce(parts.first) { result, part in result.map { .binary(.and, $0, part) } }
  }
}

extension Guard {
  /// What an expression needs of its decisions: of `select` only what the side taken needs.
  init(for expression: Expression, in decisions: [Decision]) {
    self.init()
    switch expression {
    case .constant: break
    case .decision(let id): presence = Presence(of: id, in: decisions)
    case .unary(_, let x): self = Guard(for: x, in: decisions)
    case .binary(_, let a, let b): self = Guard(for: a, in: decisions).union(Guard(for: b, in: decisions))
    case .call(.select, let arguments) where arguments.count == 3:
      self = Guard(for: arguments[0], in: decisions)
      let sides = arguments.dropFirst().map { side -> Expression in
        let needed = Guard(for: side, in: decisions)
        return implies(needed) ? .constant(.boolean(true)) : needed.expression(decisions) ?? .constant(.boolean(true))
      }
      let condition = Expression.call(.select, [arguments[0]] + sides).folded
      if condition != .constant(.boolean(true)), sides != [arguments[0], .constant(.boolean(true))] {
        others.append(condition)
      }
    case .call(_, let arguments):
      for argument in arguments { formUnion(Guard(for: argument, in: decisions)) }
    }
  }
}
