extension Expression {
  /// Normalised, with comparisons decided that the options of their decisions decide: `s1.channels <= 64` where every
  /// option is at most 64.
  ///
  /// Wherever the expression has a value, this one has the same.
  package func simplified(decisions: [Decision]) -> Expression {
    deciding(decisions: decisions).normalised
  }

  private func deciding(decisions: [Decision]) -> Expression {
    switch self {
    case .constant, .decision: self
    case .unary(let op, let x): .unary(op, x.deciding(decisions: decisions))
    case .call(let function, let arguments): .call(function, arguments.map { $0.deciding(decisions: decisions) })
    case .binary(let op, let a, let b):
      outcome(of: op, a, b, decisions).map { .constant(.boolean($0)) }
        ?? .binary(op, a.deciding(decisions: decisions), b.deciding(decisions: decisions))
    }
  }

  /// What every member of the intervals of both sides says; nil where they differ, and for what is no comparison.
  private func outcome(of op: BinaryOperator, _ a: Expression, _ b: Expression, _ decisions: [Decision]) -> Bool? {
    switch op {
    case .or, .and, .add, .subtract, .multiply, .divide, .remainder: return nil
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: break
    }
    guard let left = a.bounds(decisions: decisions), let right = b.bounds(decisions: decisions) else { return nil }
    let (isBelow, isAbove) = (left.greatest < right.least, left.least > right.greatest)
    let (isAtMost, isAtLeast) = (left.greatest <= right.least, left.least >= right.greatest)
    switch op {
    case .equal: return isBelow || isAbove ? false : nil
    case .notEqual: return isBelow || isAbove ? true : nil
    case .less: return isBelow ? true : isAtLeast ? false : nil
    case .lessOrEqual: return isAtMost ? true : isAbove ? false : nil
    case .greater: return isAbove ? true : isAtMost ? false : nil
    case .greaterOrEqual: return isAtLeast ? true : isBelow ? false : nil
    case .or, .and, .add, .subtract, .multiply, .divide, .remainder: return nil
    }
  }
}
