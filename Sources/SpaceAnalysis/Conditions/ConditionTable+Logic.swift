import SpaceIR

extension ConditionTable {
  func constant(_ value: Bool) -> ConditionID { value ? Self.yes : Self.no }

  /// The value of the decision at a position; of a boolean one, whether it is true.
  mutating func decision(_ position: Int) -> ConditionID {
    let options = decisions[position].options
    if decisions[position].optionType == .boolean {
      return isOneOf(
        position, OptionMask(options.indices.filter { options[$0] == .boolean(true) }, count: options.count))
    }
    let facts = Facts(
      first: position, last: position, type: decisions[position].optionType ?? .word,
      range: ValueRange(options: options))
    return number(of: .decision(position), facts)
  }

  mutating func constant(_ value: Value) -> ConditionID {
    if case .boolean(let holds) = value { return constant(holds) }
    var facts = Facts(type: value.type)
    if let exact = value.number { facts.range = ValueRange(exact) }
    return number(of: .constant(value), facts)
  }

  /// All options say nothing but that the decision exists, which whoever asks about it has made sure of.
  mutating func isOneOf(_ position: Int, _ mask: OptionMask) -> ConditionID {
    if mask.isEmpty { return Self.no }
    if mask.size == decisions[position].options.count { return Self.yes }
    return number(of: .isOneOf(position, mask), Facts(first: position, last: position, range: .indicator))
  }

  mutating func not(_ id: ConditionID) -> ConditionID {
    switch kinds[id] {
    case .constant: return constant(id == Self.no)
    case .undefined: return id
    case .not(let inner): return inner
    case .isOneOf(let position, let mask):
      return isOneOf(position, mask.complement(count: decisions[position].options.count))
    case .all(let parts):
      let opposites = parts.map { not($0) }
      return any(opposites)
    case .any(let parts):
      let opposites = parts.map { not($0) }
      return all(opposites)
    case .atMost(let list, let bound):
      // Not at most b is at least the next value, where there is a lattice of values.
      let (opposite, range) = (scaled(list, by: Rational(-1)), listFacts[list].range.scaled(by: Rational(-1)))
      if let opposite, range.step != nil, let limit = bound.negated.flatMap({ range.snapped($0, strictly: true) }) {
        return atMost(opposite, limit)
      }
      let facts = facts[id]
      return number(of: .not(id), facts)
    case .decision, .equals, .sum, .select, .apply:
      let facts = facts[id]
      return number(of: .not(id), facts)
    }
  }

  mutating func all(_ parts: [ConditionID]) -> ConditionID { joined(parts, isAll: true) }

  mutating func any(_ parts: [ConditionID]) -> ConditionID { joined(parts, isAll: false) }

  /// Flat, sorted, without repetition; claims about one decision are one claim, and what another part implies is left out.
  private mutating func joined(_ parts: [ConditionID], isAll: Bool) -> ConditionID {
    let (neutral, absorbing) = isAll ? (Self.yes, Self.no) : (Self.no, Self.yes)
    var flat: [ConditionID] = []
    var masks: [Int: OptionMask] = [:]
    func add(_ part: ConditionID) -> Bool {
      if part == neutral { return true }
      if part == absorbing { return false }
      switch kinds[part] {
      case .all(let inner) where isAll: return inner.allSatisfy(add)
      case .any(let inner) where !isAll: return inner.allSatisfy(add)
      case .isOneOf(let position, let mask):
        masks[position] = masks[position].map { isAll ? $0.intersection(mask) : $0.union(mask) } ?? mask
      default: flat.append(part)
      }
      return true
    }
    guard parts.allSatisfy(add) else { return absorbing }
    for position in masks.keys.sorted() {
      guard let mask = masks[position] else { continue }
      let claim = isOneOf(position, mask)
      if claim == absorbing { return absorbing }
      flat.append(claim)
    }
    flat.sort()
    var distinct: [ConditionID] = []
    for part in flat where distinct.last != part { distinct.append(part) }
    distinct = withoutAbsorbed(distinct, isAll: isAll)
    if distinct.count < 2 { return distinct.first ?? neutral }
    return normalised(isAll ? .all(distinct) : .any(distinct), joined(distinct, range: .indicator))
  }

  /// `a or (a and b)` is a, and the other way round.
  private func withoutAbsorbed(_ parts: [ConditionID], isAll: Bool) -> [ConditionID] {
    // Sets of parts; beyond this many the comparisons cost more than they save.
    guard parts.count <= 64 else { return parts }
    let inner = parts.map { part -> [ConditionID] in
      switch (kinds[part], isAll) {
      case (.any(let parts), true), (.all(let parts), false): parts
      default: [part]
      }
    }
    return parts.indices.filter { index in
      guard inner[index].count > 1 else { return true }
      return !parts.indices.contains { other in
        other != index && inner[other].count < inner[index].count
          && inner[other].allSatisfy { inner[index].contains($0) }
      }
    }.map { parts[$0] }
  }

  mutating func select(_ condition: ConditionID, _ a: ConditionID, _ b: ConditionID) -> ConditionID {
    if let value = constant(condition)?.boolean { return value ? a : b }
    if condition == Self.undefined { return condition }
    if a == b { return a }
    if isBoolean(a), isBoolean(b) { return any([all([condition, a]), all([not(condition), b])]) }
    if let x = constant(a)?.number, let y = constant(b)?.number, let difference = y.negated.flatMap(x.adding) {
      return linear([(difference, condition)], y)
    }
    let range = facts[a].range.hull(facts[b].range)
    let type: ValueType = facts[a].type == facts[b].type ? facts[a].type : .rational
    let facts = joined([condition, a, b], type: type, range: range)
    return number(of: .select(condition, a, b), facts)
  }

  /// The formula, or, where it is a claim about one decision with few options, the options that satisfy it.
  mutating func normalised(_ kind: Kind, _ facts: Facts) -> ConditionID {
    let id = number(of: kind, facts)
    guard facts.type == .boolean, facts.first == facts.last else { return id }
    let count = decisions[facts.first].options.count
    guard count <= Self.enumerated else { return id }
    let values = cofactors(of: id).dropLast()
    guard values.allSatisfy({ constant($0) != nil }) else { return id }
    return isOneOf(facts.first, OptionMask(values.indices.filter { values[$0] == Self.yes }, count: count))
  }

  /// The largest domain over which claims are tried option by option to find their normal form.
  private static var enumerated: Int { 64 }
}
