/// A typed expression over decisions: an extent, an attribute, or a selector.
///
/// Numbers are exact. Evaluation is total on checked spaces: the checker has refused overflow and division by zero.
package indirect enum Expression: Hashable, Sendable {
  case constant(Value)
  case decision(DecisionID)
  case unary(UnaryOperator, Expression)
  case binary(BinaryOperator, Expression, Expression)
  case call(Function, [Expression])

  package static func integer(_ value: Int) -> Expression { .constant(.integer(value)) }
  package static func word(_ value: String) -> Expression { .constant(.word(value)) }
}

package enum UnaryOperator: String, Hashable, Sendable, CaseIterable {
  case negate = "-"
  case not
}

package enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
}

package enum Function: String, Hashable, Sendable, CaseIterable {
  /// `round_to(x, m)`: the multiple of m nearest to x, halves up, at least m.
  case roundTo = "round_to"
  /// `make_divisible(x, m)` or `make_divisible(x, m, share)`: `round_to(x, m)`, one m more where that is below
  /// share * x; share is 0.9 unless given (MobileNet's rule; FBNet's release uses 0.95).
  case makeDivisible = "make_divisible"
  case minimum = "min"
  case maximum = "max"
  case floor
  case ceiling = "ceil"
  /// `select(condition, a, b)`.
  case select
  /// `implies(a, b)`: b where a holds, else true; b is not evaluated then.
  case implies
  /// `divides(a, b)`: whether a divides b without a rest; no value where a is 0.
  case divides
  /// `pow(a, n)`: exact; n is whole and 0 or more, and the zeroth power is 1.
  case power = "pow"
  case absolute = "abs"
}

extension Expression {
  package var constant: Value? {
    if case .constant(let value) = self { value } else { nil }
  }

  /// Constants, decisions, operators and calls in it.
  package var size: Int {
    switch self {
    case .constant, .decision: 1
    case .unary(_, let x): 1 + x.size
    case .binary(_, let a, let b): 1 + a.size + b.size
    case .call(_, let arguments): arguments.reduce(1) { $0 + $1.size }
    }
  }

  /// The decisions that the value can depend on, ascending.
  package var support: [DecisionID] {
    var found: Set<DecisionID> = []
    collectSupport(into: &found)
    return found.sorted()
  }

  package func collectSupport(into found: inout Set<DecisionID>) {
    switch self {
    case .constant: break
    case .decision(let id): found.insert(id)
    case .unary(_, let x): x.collectSupport(into: &found)
    case .binary(_, let a, let b):
      a.collectSupport(into: &found)
      b.collectSupport(into: &found)
    case .call(_, let arguments):
      for argument in arguments { argument.collectSupport(into: &found) }
    }
  }
}
