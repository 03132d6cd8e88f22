/// Index of a decision in `Space.decisions`.
package struct DecisionID: Hashable, Sendable, Comparable {
  package let index: Int
  package init(index: Int) { self.index = index }
  package static func < (a: DecisionID, b: DecisionID) -> Bool { a.index < b.index }
}

/// One hole of a space: a name, a finite typed domain, and the condition under which it exists.
///
/// Invariants: at least two distinct options (one option is a constant, not a decision); a parent has a smaller index.
package struct Decision: Hashable, Sendable {
  /// The author's path, unique in the space: `s2.kernel`, or `s2[1].kernel` where every layer decides for itself.
  package let name: String
  /// The last part of the name, `kernel`; what hints refer to.
  package let parameter: String
  /// The thing that decides: `s2`, `s2[1]`, or the empty string for the network. Decisions of one owner form its tuple.
  package let owner: String
  package let options: [Value]
  /// Nil: exists in every network.
  package let existence: Existence?

  package init(name: String, parameter: String, owner: String, options: [Value], existence: Existence?) {
    precondition(options.count >= 2, "a decision has two options")
    self.name = name
    self.parameter = parameter
    self.owner = owner
    self.options = options
    self.existence = existence
  }
}

/// A decision exists only when each of these decisions exists and has one of the options beside it.
///
/// Most decisions hang on one parent, so that decisions form a forest; `others` are further conditions, each on a
/// decision before the parent. What the conditions of the parents already say is not repeated.
package struct Existence: Hashable, Sendable {
  package let parent: DecisionID
  /// Option indices of the parent, ascending, not all of them.
  package let options: [Int]
  /// Ascending by decision, all before `parent`.
  package let others: [Condition]

  /// One decision with the options under which something exists.
  package struct Condition: Hashable, Sendable {
    package let decision: DecisionID
    /// Option indices, ascending, not all of them.
    package let options: [Int]

    package init(decision: DecisionID, options: [Int]) {
      self.decision = decision
      self.options = options.sorted()
    }
  }

  package init(parent: DecisionID, options: [Int], others: [Condition] = []) {
    self.parent = parent
    self.options = options.sorted()
    self.others = others.sorted { $0.decision < $1.decision }
  }

  /// From conditions on distinct decisions; nil for none.
  package init?(_ conditions: [Condition]) {
    let ordered = conditions.sorted { $0.decision < $1.decision }
    guard let last = ordered.last else { return nil }
    self.init(parent: last.decision, options: last.options, others: ordered.dropLast())
  }

  /// All of them, ascending by decision.
  package var conditions: [Condition] { others + [Condition(decision: parent, options: options)] }

  package func holds(in architecture: Architecture) -> Bool {
    conditions.allSatisfy { condition in architecture[condition.decision].map(condition.options.contains) ?? false }
  }
}

/// One member of a space: an option index for every decision that exists, nil for those that do not.
package struct Architecture: Hashable, Sendable {
  package var choices: [Int?]
  package init(choices: [Int?]) { self.choices = choices }
  package subscript(decision: DecisionID) -> Int? {
    get { choices[decision.index] }
    set { choices[decision.index] = newValue }
  }
}
