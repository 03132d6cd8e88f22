/// How tightly an expression binds, loosest first; comparisons do not chain.
enum Precedence: Int, Comparable {
  case or, and, not, comparison, sum, product, negation, primary

  static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }

  /// The level of this operator's right operand; its left operand may repeat the level, except in comparisons.
  var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }
}

extension BinaryOperator {
  var precedence: Precedence {
    switch self {
    case .or: .or
    case .and: .and
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: .comparison
    case .add, .subtract: .sum
    case .multiply, .divide, .remainder: .product
    }
  }
}

extension Expression {
  fileprivate var precedence: Precedence {
    switch self {
    case .constant, .decision, .call: .primary
    case .unary(.not, _): .not
    case .unary(.negate, _): .negation
    case .binary(let op, _, _): op.precedence
    }
  }
}

extension IRPrinter {
  /// With only the parentheses that precedence asks for.
  func text(of expression: Expression) -> String { text(of: expression, atLeast: .or) }

  private func text(of expression: Expression, atLeast level: Precedence) -> String {
    let inner = bare(expression)
    return expression.precedence < level ? "(\(inner))" : inner
  }

  private func bare(_ expression: Expression) -> String {
    switch expression {
    case .constant(let value): return text(value)
    case .decision(let id): return text(of: id)
    case .unary(.not, let x): return "not \(text(of: x, atLeast: .not))"
    // A minus before a number is the number's sign, so the negation of a number needs parentheses.
    case .unary(.negate, .constant(let value)): return "-(\(text(value)))"
    case .unary(.negate, let x): return "-\(text(of: x, atLeast: .negation))"
    case .binary(let op, let a, let b):
      let level = op.precedence
      let left = text(of: a, atLeast: level == .comparison ? level.tighter : level)
      return "\(left) \(op.rawValue) \(text(of: b, atLeast: level.tighter))"
    case .call(let function, let arguments):
      return "\(function.rawValue)(\(arguments.map { text(of: $0) }.joined(separator: ", ")))"
    }
  }
}
