import SpaceIR

extension ConditionTable {
  /// What remains of a formula when its first decision is decided: by option, and last where that does not exist.
  ///
  /// - Precondition: The formula depends on a decision.
  mutating func cofactors(of id: ConditionID) -> [ConditionID] {
    if let known = cofactorMemo[id] { return known }
    let result = makeCofactors(of: id)
    // A claim about one decision is asked once or twice, and as large as its domain.
    if case .isOneOf = kinds[id] { return result }
    cofactorMemo[id] = result
    return result
  }

  /// The cofactors by the decision at a position, or the formula itself where it does not depend on it.
  mutating func cofactors(of id: ConditionID, at position: Int) -> [ConditionID]? {
    facts[id].first == position ? cofactors(of: id) : nil
  }

  private mutating func makeCofactors(of id: ConditionID) -> [ConditionID] {
    let position = facts[id].first
    let options = decisions[position].options
    switch kinds[id] {
    case .constant, .undefined: preconditionFailure("a constant depends on no decision")
    case .decision: return options.map { constant($0) } + [Self.undefined]
    case .isOneOf(_, let mask): return options.indices.map { constant(mask.contains($0)) } + [Self.no]
    case .not(let inner): return cofactors(of: inner).map { not($0) }
    case .all(let parts): return combined(parts, at: position) { $0.all($1) }
    case .any(let parts): return combined(parts, at: position) { $0.any($1) }
    case .sum(let list, let constant):
      return remainders(of: list, at: position).map { rest in
        rest.flatMap { rest in rest.constant.adding(constant).map { sum(rest.list, $0) } } ?? Self.undefined
      }
    case .atMost(let list, let bound):
      return remainders(of: list, at: position).map { rest in
        guard let rest, let limit = rest.constant.negated.flatMap(bound.adding) else { return Self.undefined }
        return atMost(rest.list, limit)
      }
    case .equals(let list, let number):
      return remainders(of: list, at: position).map { rest in
        guard let rest, let limit = rest.constant.negated.flatMap(number.adding) else { return Self.undefined }
        return equals(rest.list, limit)
      }
    case .select(let condition, let a, let b):
      return combined([condition, a, b], at: position) { $0.select($1[0], $1[1], $1[2]) }
    case .apply(let operation, let arguments, let type):
      return combined(arguments, at: position) { $0.apply(operation, $1, type: type) }
    }
  }

  /// Puts each option into the parts that depend on the decision, and the parts together again.
  private mutating func combined(
    _ parts: [ConditionID], at position: Int, _ join: (inout ConditionTable, [ConditionID]) -> ConditionID
  ) -> [ConditionID] {
    let inner = parts.map { cofactors(of: $0, at: position) }
    var known: [[ConditionID]: ConditionID] = [:]
    return (0...decisions[position].options.count).map { option in
      let bound = parts.indices.map { inner[$0]?[option] ?? parts[$0] }
      if let result = known[bound] { return result }
      let result = join(&self, bound)
      known[bound] = result
      return result
    }
  }

  /// By option and last for absence: the summands that are left and what the decided ones add up to; nil where there is
  /// no such number.
  private mutating func remainders(
    of list: TermListID, at position: Int
  ) -> [(list: TermListID, constant: Rational)?] {
    var touched: [(coefficient: Rational, cofactors: [ConditionID])] = []
    var tail = list
    while tail != 0, facts[cells[tail].node].first == position {
      touched.append((cells[tail].coefficient, cofactors(of: cells[tail].node)))
      tail = cells[tail].tail
    }
    return (0...decisions[position].options.count).map { option in
      var sum = LinearTerms()
      for term in touched where !add(term.cofactors[option], times: term.coefficient, to: &sum) { return nil }
      return self.list(sum.terms, before: tail).map { ($0, sum.constant) }
    }
  }
}
