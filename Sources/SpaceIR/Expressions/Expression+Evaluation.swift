/// Why an expression has no value.
package enum EvaluationError: Error, Hashable, Sendable {
  case divisionByZero
  case overflow
  /// A decision that does not exist in this architecture was asked for.
  case missing(DecisionID)
  /// Operand types do not fit; the checker refuses such expressions, so a checked space never throws it.
  case wrongType
}

extension Expression {
  /// The value under an environment that knows the value of each decision, or nil where the decision does not exist.
  package func evaluate(_ environment: (DecisionID) -> Value?) throws(EvaluationError) -> Value {
    switch self {
    case .constant(let value): return value
    case .decision(let id):
      guard let value = environment(id) else { throw .missing(id) }
      return value
    case .unary(let op, let x): return try op.apply(x.evaluate(environment))
    case .binary(let op, let a, let b):
      let left = try a.evaluate(environment)
      switch (op, left) {
      case (.or, .boolean(true)), (.and, .boolean(false)): return left
      default: return try op.apply(left, b.evaluate(environment))
      }
    case .call(.select, let arguments):
      guard arguments.count == 3, case .boolean(let condition) = try arguments[0].evaluate(environment) else {
        throw .wrongType
      }
      return try arguments[condition ? 1 : 2].evaluate(environment)
    case .call(.implies, let arguments):
      guard arguments.count == 2, case .boolean(let premise) = try arguments[0].evaluate(environment) else {
        throw .wrongType
      }
      return premise ? try arguments[1].evaluate(environment) : .boolean(true)
    case .call(let function, let arguments):
      var values: [Value] = []
      values.reserveCapacity(arguments.count)
      for argument in arguments { values.append(try argument.evaluate(environment)) }
      return try function.apply(values)
    }
  }

  /// The same expression with constant parts computed. Parts without a value are left as they are.
  ///
  /// Wherever the expression has a value, the folded one has the same; it may have one where the original has none
  /// (`x == x` for a decision that does not exist).
  package var folded: Expression {
    switch self {
    case .constant, .decision: return self
    case .unary(let op, let x):
      let inner = x.folded
      if let value = inner.constant, let result = try? op.apply(value) { return .constant(result) }
      return .unary(op, inner)
    case .binary(let op, let a, let b): return Expression.fold(op, a.folded, b.folded)
    case .call(let function, let arguments):
      let inner = arguments.map(\.folded)
      if function == .select, inner.count == 3 {
        if let condition = inner[0].constant?.boolean { return inner[condition ? 1 : 2] }
        if inner[1] == inner[2] { return inner[1] }
      }
      if function == .implies, inner.count == 2 { return Expression.foldImplication(inner[0], inner[1]) }
      let values = inner.compactMap(\.constant)
      if values.count == inner.count, function != .select, let result = try? function.apply(values) {
        return .constant(result)
      }
      return .call(function, inner)
    }
  }

  private static func foldImplication(_ premise: Expression, _ conclusion: Expression) -> Expression {
    switch (premise.constant, conclusion.constant) {
    case (.boolean(false), _), (_, .boolean(true)): return .constant(.boolean(true))
    case (.boolean(true), _): return conclusion
    case (_, .boolean(false)): return .unary(.not, premise)
    default: return premise == conclusion ? .constant(.boolean(true)) : .call(.implies, [premise, conclusion])
    }
  }

  private static func fold(_ op: BinaryOperator, _ a: Expression, _ b: Expression) -> Expression {
    if let left = a.constant, let right = b.constant, let result = try? op.apply(left, right) {
      return .constant(result)
    }
    switch (op, a.constant, b.constant) {
    case (.and, .boolean(true), _), (.or, .boolean(false), _), (.multiply, .integer(1), _): return b
    case (.and, _, .boolean(true)), (.or, _, .boolean(false)): return a
    case (.multiply, _, .integer(1)), (.divide, _, .integer(1)): return a
    case (.and, .boolean(false), _), (.or, .boolean(true), _): return a
    case (.and, _, .boolean(false)), (.or, _, .boolean(true)): return b
    default: break
    }
    if a == b {
      switch op {
      case .equal, .lessOrEqual, .greaterOrEqual: return .constant(.boolean(true))
      case .notEqual, .less, .greater: return .constant(.boolean(false))
      case .or, .and: return a
      case .add, .subtract, .multiply, .divide, .remainder: break
      }
    }
    return .binary(op, a, b)
  }

  /// The expression with decisions replaced where `replacement` gives a value, folded.
  package func binding(_ replacement: (DecisionID) -> Value?) -> Expression {
    func replaced(_ expression: Expression) -> Expression {
      switch expression {
      case .constant: expression
      case .decision(let id): replacement(id).map(Expression.constant) ?? expression
      case .unary(let op, let x): .unary(op, replaced(x))
      case .binary(let op, let a, let b): .binary(op, replaced(a), replaced(b))
      case .call(let function, let arguments): .call(function, arguments.map(replaced))
      }
    }
    return replaced(self).folded
  }
}

extension UnaryOperator {
  package func apply(_ x: Value) throws(EvaluationError) -> Value {
    switch (self, x) {
    case (.not, .boolean(let value)): return .boolean(!value)
    case (.negate, _):
      guard let number = x.number else { throw .wrongType }
      guard let result = number.negated else { throw .overflow }
      return Value(result)
    case (.not, _): throw .wrongType
    }
  }
}

extension BinaryOperator {
  package func apply(_ a: Value, _ b: Value) throws(EvaluationError) -> Value {
    switch self {
    case .or, .and:
      guard let x = a.boolean, let y = b.boolean else { throw .wrongType }
      return .boolean(self == .or ? x || y : x && y)
    case .equal, .notEqual:
      guard a.type == b.type || (a.type.isNumeric && b.type.isNumeric) else { throw .wrongType }
      return .boolean((a == b) == (self == .equal))
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      guard let x = a.number, let y = b.number else { throw .wrongType }
      return .boolean(compare(x, y))
    case .add, .subtract, .multiply, .divide, .remainder:
      if case .integer(let x) = a, case .integer(let y) = b, let fast = quick(x, y) { return fast }
      guard let x = a.number, let y = b.number else { throw .wrongType }
      return try arithmetic(x, y)
    }
  }

  private func compare(_ x: Rational, _ y: Rational) -> Bool {
    switch self {
    case .less: x < y
    case .lessOrEqual: x <= y
    case .greater: x > y
    default: x >= y
    }
  }

  /// Integer results that need no fraction; nil sends the caller to exact arithmetic.
  private func quick(_ x: Int, _ y: Int) -> Value? {
    let (result, overflow) =
      switch self {
      case .add: x.addingReportingOverflow(y)
      case .subtract: x.subtractingReportingOverflow(y)
      case .multiply: x.multipliedReportingOverflow(by: y)
      default: (0, true)
      }
    return overflow ? nil : .integer(result)
  }

  private func arithmetic(_ x: Rational, _ y: Rational) throws(EvaluationError) -> Value {
    switch self {
    case .add: return Value(try x.adding(y).orOverflow())
    case .subtract: return Value(try x.adding(y.negated.orOverflow()).orOverflow())
    case .multiply: return Value(try x.multiplied(by: y).orOverflow())
    case .divide:
      guard y.numerator != 0 else { throw .divisionByZero }
      return Value(try x.divided(by: y).orOverflow())
    default:
      guard x.isInteger, y.isInteger else { throw .wrongType }
      guard y.numerator != 0 else { throw .divisionByZero }
      guard !(x.numerator == .min && y.numerator == -1) else { return .integer(0) }
      let rest = x.numerator % y.numerator
      return .integer(rest != 0 && (rest < 0) != (y.numerator < 0) ? rest + y.numerator : rest)
    }
  }
}

extension Function {
  /// `select` and `implies` are not applied to values: only the part in question is evaluated.
  package func apply(_ values: [Value]) throws(EvaluationError) -> Value {
    var numbers: [Rational] = []
    numbers.reserveCapacity(values.count)
    for value in values {
      guard let number = value.number else { throw .wrongType }
      numbers.append(number)
    }
    switch self {
    case .minimum, .maximum:
      guard let first = numbers.first else { throw .wrongType }
      return Value(numbers.dropFirst().reduce(first) { self == .minimum ? min($0, $1) : max($0, $1) })
    case .floor, .ceiling:
      guard numbers.count == 1 else { throw .wrongType }
      let down = numbers[0].floor
      return .integer(self == .floor || numbers[0].isInteger ? down : down + 1)
    case .roundTo:
      guard numbers.count == 2 else { throw .wrongType }
      return .integer(try roundToMultiple(numbers[0], of: numbers[1]))
    case .makeDivisible:
      guard numbers.count == 2 || numbers.count == 3 else { throw .wrongType }
      let rounded = try roundToMultiple(numbers[0], of: numbers[1])
      let share = numbers.count == 3 ? numbers[2] : Rational(9, 10)
      let least = try numbers[0].multiplied(by: share).orOverflow()
      guard Rational(rounded) < least else { return .integer(rounded) }
      let (raised, overflow) = rounded.addingReportingOverflow(numbers[1].numerator)
      guard !overflow else { throw .overflow }
      return .integer(raised)
    case .divides:
      guard numbers.count == 2, numbers.allSatisfy(\.isInteger) else { throw .wrongType }
      guard numbers[0].numerator != 0 else { throw .divisionByZero }
      return .boolean(numbers[0].numerator == -1 || numbers[1].numerator % numbers[0].numerator == 0)
    case .power:
      guard numbers.count == 2 else { throw .wrongType }
      return Value(try exactPower(of: numbers[0], numbers[1]))
    case .absolute:
      guard numbers.count == 1 else { throw .wrongType }
      return Value(numbers[0] < Rational(0) ? try numbers[0].negated.orOverflow() : numbers[0])
    case .select, .implies: throw .wrongType
    }
  }
}

/// By squaring, where no square is made that the result does not need.
private func exactPower(of base: Rational, _ exponent: Rational) throws(EvaluationError) -> Rational {
  guard exponent.isInteger, exponent.numerator >= 0 else { throw .wrongType }
  var (result, square, left) = (Rational(1), base, exponent.numerator)
  while left > 0 {
    if left % 2 == 1 { result = try result.multiplied(by: square).orOverflow() }
    left /= 2
    if left > 0 { square = try square.multiplied(by: square).orOverflow() }
  }
  return result
}

/// The multiple of a positive integer nearest to x, halves up, at least the integer itself.
private func roundToMultiple(_ x: Rational, of multiple: Rational) throws(EvaluationError) -> Int {
  guard multiple.isInteger, multiple.numerator > 0 else { throw .wrongType }
  let quotient = try x.divided(by: multiple).orOverflow()
  let (nearest, overflow) = try quotient.adding(Rational(1, 2)).orOverflow().floor
    .multipliedReportingOverflow(by: multiple.numerator)
  guard !overflow else { throw .overflow }
  return max(multiple.numerator, nearest)
}

extension Optional where Wrapped == Rational {
  fileprivate func orOverflow() throws(EvaluationError) -> Rational {
    guard let self else { throw .overflow }
    return self
  }
}
