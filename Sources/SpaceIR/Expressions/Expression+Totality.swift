extension Expression {
  /// Whether the intervals of the decisions show that the expression has a value wherever they have one. False where
  /// they do not show it, which says nothing.
  package func isTotal(decisions: [Decision]) -> Bool {
    switch self {
    case .constant, .decision: return true
    case .unary(.not, let x): return x.isTotal(decisions: decisions)
    case .unary(.negate, let x): return x.isTotal(decisions: decisions) && bounds(decisions: decisions) != nil
    case .binary(let op, let a, let b):
      guard a.isTotal(decisions: decisions), b.isTotal(decisions: decisions) else { return false }
      switch op {
      case .or, .and, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: return true
      case .add, .subtract, .multiply, .divide, .remainder:
        // The corners of a box fit where their parts do, and fractions inside it may need larger parts.
        return isWhole(decisions) && bounds(decisions: decisions) != nil
      }
    case .call(let function, let arguments):
      guard arguments.allSatisfy({ $0.isTotal(decisions: decisions) }) else { return false }
      switch function {
      case .select, .implies, .minimum, .maximum: return true
      case .divides:
        guard let divisor = arguments.first?.bounds(decisions: decisions) else { return false }
        return divisor.least > Rational(0) || divisor.greatest < Rational(0)
      case .roundTo, .makeDivisible, .floor, .ceiling, .power, .absolute:
        return isWhole(decisions) && bounds(decisions: decisions) != nil
      }
    }
  }

  /// Whether every number in the expression is whole, quotients excluded.
  private func isWhole(_ decisions: [Decision]) -> Bool {
    switch self {
    case .constant(let value): value.integer != nil
    case .decision(let id): decisions[id.index].options.allSatisfy { $0.integer != nil }
    case .unary(.negate, let x): x.isWhole(decisions)
    case .binary(.add, let a, let b), .binary(.subtract, let a, let b), .binary(.multiply, let a, let b),
      .binary(.remainder, let a, let b):
      a.isWhole(decisions) && b.isWhole(decisions)
    case .call(.select, let arguments): arguments.dropFirst().allSatisfy { $0.isWhole(decisions) }
    case .call(let function, let arguments):
      function != .implies && function != .divides && arguments.allSatisfy { $0.isWhole(decisions) }
    case .unary(.not, _), .binary: false
    }
  }
}
