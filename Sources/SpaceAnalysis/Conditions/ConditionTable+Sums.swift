import SpaceIR

/// A sum being put together: summands in no order, and a constant.
struct LinearTerms {
  var terms: [(coefficient: Rational, node: ConditionID)] = []
  var constant = Rational(0)
}

extension ConditionTable {
  /// The number as a sum; nil where arithmetic leaves 64 bits.
  func terms(of id: ConditionID, scaledBy factor: Rational = Rational(1)) -> LinearTerms? {
    var result = LinearTerms()
    guard add(id, times: factor, to: &result) else { return nil }
    return result
  }

  /// False where arithmetic leaves 64 bits, or there is no number to add.
  func add(_ id: ConditionID, times factor: Rational, to sum: inout LinearTerms) -> Bool {
    switch kinds[id] {
    case .undefined: return false
    case .constant(let value):
      let number = value.boolean.map { Rational($0 ? 1 : 0) } ?? value.number
      guard let part = number?.multiplied(by: factor), let total = sum.constant.adding(part) else { return false }
      sum.constant = total
    case .sum(let list, let constant):
      guard let part = constant.multiplied(by: factor), let total = sum.constant.adding(part) else { return false }
      sum.constant = total
      return add(list: list, times: factor, to: &sum)
    default: sum.terms.append((factor, id))
    }
    return true
  }

  func add(list: TermListID, times factor: Rational, to sum: inout LinearTerms) -> Bool {
    var rest = list
    while rest != 0 {
      let cell = cells[rest]
      guard let coefficient = cell.coefficient.multiplied(by: factor) else { return false }
      sum.terms.append((coefficient, cell.node))
      rest = cell.tail
    }
    return true
  }

  /// Puts summands before those of a list that all come later or are merged; nil on overflow.
  mutating func list(_ terms: [(coefficient: Rational, node: ConditionID)], before tail: TermListID = 0) -> TermListID?
  {
    guard !terms.isEmpty else { return tail }
    var sorted = terms
    let latest = terms.map { facts[$0.node].first }.max() ?? 0
    var rest = tail
    while rest != 0, facts[cells[rest].node].first <= latest {
      sorted.append((cells[rest].coefficient, cells[rest].node))
      rest = cells[rest].tail
    }
    sorted.sort { (facts[$0.node].first, $0.node) < (facts[$1.node].first, $1.node) }
    var merged: [(coefficient: Rational, node: ConditionID)] = []
    for term in sorted {
      if let last = merged.last, last.node == term.node {
        guard let sum = last.coefficient.adding(term.coefficient) else { return nil }
        merged[merged.count - 1].coefficient = sum
      } else {
        merged.append(term)
      }
    }
    for term in merged.reversed() where term.coefficient.numerator != 0 {
      rest = number(of: TermCell(coefficient: term.coefficient, node: term.node, tail: rest))
    }
    return rest
  }

  mutating func scaled(_ list: TermListID, by factor: Rational) -> TermListID? {
    var sum = LinearTerms()
    guard add(list: list, times: factor, to: &sum) else { return nil }
    return self.list(sum.terms)
  }

  mutating func linear(_ terms: [(coefficient: Rational, node: ConditionID)], _ constant: Rational) -> ConditionID {
    guard let list = list(terms) else { return Self.undefined }
    return sum(list, constant)
  }

  mutating func sum(_ list: TermListID, _ constant: Rational) -> ConditionID {
    guard list != 0 else { return self.constant(Value(constant)) }
    let cell = cells[list]
    if cell.tail == 0, constant.numerator == 0, cell.coefficient == Rational(1), !isBoolean(cell.node) {
      return cell.node
    }
    var facts = listFacts[list]
    facts.range = facts.range.adding(ValueRange(constant))
    return number(of: .sum(list, constant), facts)
  }

  /// Whether the summands are at most the bound.
  mutating func atMost(_ list: TermListID, _ bound: Rational) -> ConditionID {
    let facts = listFacts[list]
    if let greatest = facts.range.greatest, greatest <= bound { return Self.yes }
    if let least = facts.range.least, least > bound { return Self.no }
    if let claim = claim(list, bound, isEquality: false) { return claim }
    let limit = facts.range.snapped(bound, strictly: false) ?? bound
    return normalised(.atMost(list, limit), Facts(first: facts.first, last: facts.last, range: .indicator))
  }

  /// Whether the summands are the number.
  mutating func equals(_ list: TermListID, _ number: Rational) -> ConditionID {
    let facts = listFacts[list]
    guard facts.range.admits(number) else { return Self.no }
    if facts.range.least == number, facts.range.greatest == number { return Self.yes }
    if let claim = claim(list, number, isEquality: true) { return claim }
    return normalised(.equals(list, number), Facts(first: facts.first, last: facts.last, range: .indicator))
  }

  /// A bound on one decision as the options that keep it; nil for any other.
  private mutating func claim(_ list: TermListID, _ bound: Rational, isEquality: Bool) -> ConditionID? {
    let cell = cells[list]
    guard cell.tail == 0, case .decision(let position) = kinds[cell.node],
      let limit = bound.divided(by: cell.coefficient)
    else { return nil }
    let isBelow = cell.coefficient.numerator > 0
    guard let values = ascending[position] else {
      let values = decisions[position].options.compactMap(\.number)
      let kept = values.indices.filter { index in
        isEquality ? values[index] == limit : isBelow ? values[index] <= limit : values[index] >= limit
      }
      return isOneOf(position, OptionMask(kept, count: values.count))
    }
    let (below, notAbove) = (values.partition { $0 < limit }, values.partition { $0 <= limit })
    let kept = isEquality ? below..<notAbove : isBelow ? 0..<notAbove : below..<values.count
    return isOneOf(position, OptionMask(kept, count: values.count))
  }

  /// `a` is at most, or is, `b`: the difference with whole coefficients without common divisor.
  mutating func compared(_ a: ConditionID, _ b: ConditionID, isEquality: Bool) -> ConditionID {
    var sum = LinearTerms()
    guard add(a, times: Rational(1), to: &sum), add(b, times: Rational(-1), to: &sum),
      let bound = sum.constant.negated, let raw = list(sum.terms)
    else { return Self.undefined }
    let scale = primitiveScale(raw, isEquality: isEquality)
    guard let list = scaled(raw, by: scale), let limit = bound.multiplied(by: scale) else { return Self.undefined }
    return isEquality ? equals(list, limit) : atMost(list, limit)
  }

  /// What makes the coefficients whole and coprime, and of an equality the first one positive.
  private func primitiveScale(_ list: TermListID, isEquality: Bool) -> Rational {
    var common = 0
    var denominator = 1
    var rest = list
    while rest != 0 {
      let coefficient = cells[rest].coefficient
      let divisor = greatestCommonDivisor(denominator, coefficient.denominator)
      let (product, overflow) = (denominator / divisor).multipliedReportingOverflow(by: coefficient.denominator)
      guard !overflow else { return Rational(1) }
      denominator = product
      common = greatestCommonDivisor(common, coefficient.numerator)
      rest = cells[rest].tail
    }
    guard common > 0 else { return Rational(1) }
    let isNegative = isEquality && cells[list].coefficient.numerator < 0
    return Rational(isNegative ? -denominator : denominator, common)
  }
}

extension [Rational] {
  /// How many there are at the start that the claim, which holds for a start and no other, holds for.
  fileprivate func partition(_ holds: (Rational) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
