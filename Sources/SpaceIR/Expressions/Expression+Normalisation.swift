extension Expression {
  /// The folded expression in a form that more expressions share: constants beside one another are one, comparisons have
  /// their constant on the right, and negations are inside.
  ///
  /// For conditions, where merging states matters more than the author's form. Wherever the expression has a value, this
  /// one has the same: only constants that meet directly are joined, so that no sum is made that the original does not
  /// make. Extents are not rewritten, since the text of a space and its hash show them.
  package var normalised: Expression {
    switch self {
    case .constant, .decision: return self
    case .unary(let op, let x):
      let inner = x.normalised
      return op == .not ? Expression.negation(of: inner) : Expression.unary(op, inner).folded
    case .binary(let op, let a, let b): return Expression.normalised(op, a.normalised, b.normalised)
    case .call(let function, let arguments):
      let inner = arguments.map(\.normalised)
      switch function {
      case .minimum, .maximum: return Expression.extreme(function, inner)
      case .implies:
        let folded = Expression.call(function, inner).foldedOnce
        if case .unary(.not, let premise) = folded { return Expression.negation(of: premise) }
        return folded
      case .roundTo, .makeDivisible, .floor, .ceiling, .select, .divides, .power, .absolute:
        return Expression.call(function, inner).foldedOnce
      }
    }
  }

  /// Folded at the root only; the parts are in their form already.
  fileprivate var foldedOnce: Expression { folded }

  private static func negation(of x: Expression) -> Expression {
    switch x {
    case .unary(.not, let inner): return inner
    case .binary(let op, let a, let b):
      guard let opposite = op.opposite else { return .unary(.not, x) }
      return .binary(opposite, a, b)
    case .constant, .decision, .unary, .call: return Expression.unary(.not, x).foldedOnce
    }
  }

  private static func normalised(_ op: BinaryOperator, _ a: Expression, _ b: Expression) -> Expression {
    switch op {
    case .add, .subtract: return sum(op, a, b)
    case .multiply: return product(a, b)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: return comparison(op, a, b)
    case .or, .and, .divide, .remainder: return Expression.binary(op, a, b).foldedOnce
    }
  }

  // MARK: Sums and products

  /// `x + c` as x and c; any other expression as itself and 0.
  private var shifted: (rest: Expression, constant: Rational) {
    guard case .binary(.add, let rest, .constant(let value)) = self, let constant = value.number else {
      return (self, Rational(0))
    }
    return (rest, constant)
  }

  /// A constant stands on the right, and a difference with one is a sum.
  private static func sum(_ op: BinaryOperator, _ a: Expression, _ b: Expression) -> Expression {
    let plain = Expression.binary(op, a, b).foldedOnce
    guard plain.constant == nil else { return plain }
    if let right = b.constant?.number, let added = op == .add ? right : right.negated {
      return adding(added, to: a) ?? plain
    }
    if op == .add, let left = a.constant?.number { return adding(left, to: b) ?? plain }
    return plain
  }

  private static func adding(_ constant: Rational, to x: Expression) -> Expression? {
    let (rest, own) = x.shifted
    guard let total = own.adding(constant) else { return nil }
    return total == Rational(0) ? rest : .binary(.add, rest, .constant(Value(total)))
  }

  /// A constant factor stands on the right; a factor of 0 or 1 is left to folding.
  private static func product(_ a: Expression, _ b: Expression) -> Expression {
    let plain = Expression.binary(.multiply, a, b).foldedOnce
    guard plain.constant == nil else { return plain }
    guard let factor = a.constant?.number ?? b.constant?.number else { return plain }
    if factor == Rational(0) { return .integer(0) }
    if factor == Rational(1) { return plain }
    let x = a.constant == nil ? a : b
    guard case .binary(.multiply, let rest, .constant(let value)) = x, let own = value.number,
      let total = own.multiplied(by: factor)
    else { return .binary(.multiply, x, .constant(Value(factor))) }
    return total == Rational(1) ? rest : .binary(.multiply, rest, .constant(Value(total)))
  }

  /// Extremes of extremes are one, with at most one constant.
  private static func extreme(_ function: Function, _ arguments: [Expression]) -> Expression {
    var constants: [Value] = []
    var others: [Expression] = []
    for argument in arguments {
      var parts = [argument]
      if case .call(function, let inner) = argument { parts = inner }
      for part in parts {
        if let value = part.constant {
          constants.append(value)
        } else if !others.contains(part) {
          others.append(part)
        }
      }
    }
    guard others.count < function.arity.upperBound else { return Expression.call(function, arguments).foldedOnce }
    var merged: [Expression] = []
    if !constants.isEmpty {
      guard let value = try? function.apply(constants) else { return Expression.call(function, arguments).foldedOnce }
      merged.append(.constant(value))
    }
    merged += others
    return merged.count == 1 ? merged[0] : .call(function, merged)
  }

  // MARK: Comparisons

  private static func comparison(_ op: BinaryOperator, _ a: Expression, _ b: Expression) -> Expression {
    let plain = Expression.binary(op, a, b).foldedOnce
    guard plain.constant == nil else { return plain }
    if a.constant != nil { return comparison(op.mirrored, b, a) }
    let (left, leftShift) = a.shifted
    let (right, rightShift) = b.shifted
    if let bound = b.constant?.number {
      guard let shift = leftShift.negated, let moved = bound.adding(shift) else { return plain }
      return Expression.scaled(op, left, moved).foldedOnce
    }
    guard rightShift != Rational(0), let shift = rightShift.negated, let total = leftShift.adding(shift) else {
      return plain
    }
    let moved = total == Rational(0) ? left : .binary(.add, left, .constant(Value(total)))
    return Expression.binary(op, moved, right).foldedOnce
  }

  /// `x * c <= d` as `x <= d / c`.
  private static func scaled(_ op: BinaryOperator, _ x: Expression, _ bound: Rational) -> Expression {
    guard case .binary(.multiply, let rest, .constant(let value)) = x, let factor = value.number,
      factor != Rational(0), let moved = bound.divided(by: factor)
    else { return .binary(op, x, .constant(Value(bound))) }
    return .binary(factor > Rational(0) ? op : op.mirrored, rest, .constant(Value(moved)))
  }
}

extension BinaryOperator {
  /// The comparison that holds where this one does not; nil for what compares nothing.
  fileprivate var opposite: BinaryOperator? {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    case .or, .and, .add, .subtract, .multiply, .divide, .remainder: nil
    }
  }

  /// The operator that means the same with its sides exchanged; only comparisons are asked.
  fileprivate var mirrored: BinaryOperator {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    case .equal, .notEqual, .or, .and, .add, .subtract, .multiply, .divide, .remainder: self
    }
  }
}
