/// The least and greatest value a numeric expression can take. Exact where every decision occurs once and every function is
/// monotone, otherwise an enclosure.
package struct Bounds: Hashable, Sendable {
  package let least: Rational
  package let greatest: Rational
  package init(least: Rational, greatest: Rational) {
    self.least = least
    self.greatest = greatest
  }
}

extension Space {
  package func bounds(of expression: Expression) -> Bounds? { expression.bounds(decisions: decisions) }
}

extension Expression {
  /// Interval arithmetic over the options of the decisions; nil for words, booleans, and where a bound overflows or a
  /// divisor can be zero.
  package func bounds(decisions: [Decision]) -> Bounds? {
    switch self {
    case .constant(let value): return value.number.map { Bounds(least: $0, greatest: $0) }
    case .decision(let id):
      let numbers = decisions[id.index].options.compactMap(\.number)
      guard numbers.count == decisions[id.index].options.count, let least = numbers.min(), let greatest = numbers.max()
      else { return nil }
      return Bounds(least: least, greatest: greatest)
    case .unary(.not, _): return nil
    case .unary(.negate, let x):
      guard let inner = x.bounds(decisions: decisions), let least = inner.greatest.negated,
        let greatest = inner.least.negated
      else { return nil }
      return Bounds(least: least, greatest: greatest)
    case .binary(let op, let a, let b):
      guard let left = a.bounds(decisions: decisions), let right = b.bounds(decisions: decisions) else { return nil }
      return corners(op, left, right)
    case .call(.select, let arguments):
      guard arguments.count == 3, let a = arguments[1].bounds(decisions: decisions),
        let b = arguments[2].bounds(decisions: decisions)
      else { return nil }
      return Bounds(least: min(a.least, b.least), greatest: max(a.greatest, b.greatest))
    case .call(.power, let arguments):
      guard arguments.count == 2, let base = arguments[0].bounds(decisions: decisions),
        let exponent = arguments[1].constant
      else { return nil }
      return powers(of: base, exponent)
    case .call(.absolute, let arguments):
      guard arguments.count == 1, let inner = arguments[0].bounds(decisions: decisions) else { return nil }
      return magnitudes(of: inner)
    case .call(.implies, _), .call(.divides, _): return nil
    case .call(let function, let arguments):
      let inner = arguments.compactMap { $0.bounds(decisions: decisions) }
      guard inner.count == arguments.count else { return nil }
      return monotone(function, inner)
    }
  }
}

private func corners(_ op: BinaryOperator, _ a: Bounds, _ b: Bounds) -> Bounds? {
  if op == .remainder {
    guard b.least.numerator > 0, a.least.numerator >= 0 else { return nil }
    return Bounds(least: Rational(0), greatest: min(a.greatest, b.greatest))
  }
  if op == .divide, b.least.numerator <= 0, b.greatest.numerator >= 0 { return nil }
  guard [.add, .subtract, .multiply, .divide].contains(op) else { return nil }
  var values: [Rational] = []
  for x in [a.least, a.greatest] {
    for y in [b.least, b.greatest] {
      guard let value = try? op.apply(Value(x), Value(y)).number else { return nil }
      values.append(value)
    }
  }
  guard let least = values.min(), let greatest = values.max() else { return nil }
  return Bounds(least: least, greatest: greatest)
}

/// Powers with an odd exponent rise with their base; those with an even one rise with its distance from zero.
private func powers(of base: Bounds, _ exponent: Value) -> Bounds? {
  guard let number = exponent.integer else { return nil }
  let source = number % 2 == 0 ? magnitudes(of: base) : base
  guard let source, let low = try? Function.power.apply([Value(source.least), exponent]).number,
    let high = try? Function.power.apply([Value(source.greatest), exponent]).number
  else { return nil }
  return Bounds(least: low, greatest: high)
}

private func magnitudes(of bounds: Bounds) -> Bounds? {
  guard let mirroredLeast = bounds.greatest.negated, let mirroredGreatest = bounds.least.negated else { return nil }
  if bounds.least >= Rational(0) { return bounds }
  if bounds.greatest <= Rational(0) { return Bounds(least: mirroredLeast, greatest: mirroredGreatest) }
  return Bounds(least: Rational(0), greatest: max(bounds.greatest, mirroredGreatest))
}

/// `min` and `max` never fall as an argument grows; the rounding functions never fall as their first argument grows, and
/// their multiples are constants here.
private func monotone(_ function: Function, _ arguments: [Bounds]) -> Bounds? {
  switch function {
  case .roundTo, .makeDivisible: guard arguments.dropFirst().allSatisfy({ $0.least == $0.greatest }) else { return nil }
  case .minimum, .maximum, .floor, .ceiling: break
  case .select, .implies, .divides, .power, .absolute: return nil
  }
  guard let low = try? function.apply(arguments.map { Value($0.least) }).number,
    let high = try? function.apply(arguments.map { Value($0.greatest) }).number
  else { return nil }
  return Bounds(least: low, greatest: high)
}
