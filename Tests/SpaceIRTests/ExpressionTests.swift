import Testing

@testable import SpaceIR

private func value(_ function: Function, _ arguments: Value...) throws(EvaluationError) -> Value {
  try Expression.call(function, arguments.map(Expression.constant)).evaluate { _ in nil }
}

private func number(_ numerator: Int, _ denominator: Int) -> Value { Value(Rational(numerator, denominator)) }

@Test(arguments: [(9, 8), (12, 16), (3, 8), (0, 8), (-20, 8), (20, 24), (16, 16)])
func `round_to rounds halves up and gives at least its multiple`(x: Int, expected: Int) throws {
  #expect(try value(.roundTo, .integer(x), .integer(8)) == .integer(expected))
}

@Test func `round_to takes fractions exactly`() throws {
  #expect(try value(.roundTo, number(23, 2), .integer(8)) == .integer(8))
  #expect(try value(.roundTo, number(24, 2), .integer(8)) == .integer(16))
  #expect(throws: EvaluationError.wrongType) { try value(.roundTo, .integer(9), .integer(0)) }
  #expect(throws: EvaluationError.overflow) { try value(.roundTo, .integer(.max), .integer(8)) }
}

@Test func `make_divisible never loses more than its share`() throws {
  #expect(try value(.makeDivisible, .integer(9), .integer(8)) == .integer(16))
  #expect(try value(.makeDivisible, .integer(17), .integer(8)) == .integer(16))
  #expect(try value(.makeDivisible, .integer(17), .integer(8), number(95, 100)) == .integer(24))
  #expect(try value(.makeDivisible, .integer(3), .integer(8)) == .integer(8))
}

@Test func `a step of a tenth does not lose its end point`() {
  var sum = Rational(0)
  for step in 1...100 {
    sum = sum.adding(Rational(1, 10))!
    #expect(sum == Rational(step, 10))
  }
  #expect(Value(sum) == .integer(10))
}

@Test(arguments: [
  ("3", 3, 1), ("0.75", 3, 4), ("-0.75", -3, 4), ("1.05", 21, 20), ("1/3", 1, 3), ("-7/6", -7, 6), ("0.001", 1, 1000),
  ("0.000000000931322574615478515625", 1, 1 << 30),
])
func `a fraction prints as a decimal where its digits fit`(text: String, numerator: Int, denominator: Int) {
  let fits = text.count <= 20
  #expect(Rational(numerator, denominator).description == (fits ? text : "\(numerator)/\(denominator)"))
}

@Test func `the bounds of 64 bits do not trap`() {
  #expect(Rational(.min, 2).numerator == .min / 2)
  #expect(Rational(2, -4) == Rational(-1, 2))
  #expect(Rational(.min, -2).numerator == 1 << 62)
  #expect(Rational(.min, .min) == Rational(1))
  #expect(Rational(0, .min) == Rational(0))
  #expect(Rational(1, 1 << 62).description == "1/4611686018427387904")
  #expect(Rational(.min).negated == nil)
  #expect(Rational(1).divided(by: Rational(.min)) == nil)
  #expect(Rational(.max).adding(Rational(1)) == nil)
  #expect(Rational(.min, 3).floor == .min / 3 - 1)
}

@Test func `remainders have the sign of the divisor`() throws {
  for (x, y, expected) in [(7, 3, 1), (-7, 3, 2), (7, -3, -2), (-7, -3, -1), (6, 3, 0), (Int.min, -1, 0)] {
    #expect(try BinaryOperator.remainder.apply(.integer(x), .integer(y)) == .integer(expected))
  }
}

@Test func `overflow and division by zero are errors`() {
  func apply(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(EvaluationError) -> Value { try op.apply(a, b) }
  #expect(throws: EvaluationError.divisionByZero) { try apply(.divide, .integer(1), .integer(0)) }
  #expect(throws: EvaluationError.divisionByZero) { try apply(.remainder, .integer(1), .integer(0)) }
  #expect(throws: EvaluationError.overflow) { try apply(.add, .integer(.max), .integer(1)) }
  #expect(throws: EvaluationError.overflow) { try apply(.subtract, .integer(.min), .integer(1)) }
  #expect(throws: EvaluationError.overflow) { try apply(.multiply, .integer(.max), .integer(2)) }
  #expect(throws: EvaluationError.overflow) { try apply(.multiply, number(1, .max), number(1, 3)) }
  #expect(throws: EvaluationError.overflow) { try UnaryOperator.negate.apply(.integer(.min)) }
  #expect(throws: EvaluationError.wrongType) { try apply(.add, .word("a"), .integer(1)) }
}

@Test func `only the branch that select names is evaluated`() throws {
  let broken = Expression.binary(.divide, .integer(1), .integer(0))
  let choice = Expression.call(.select, [.decision(DecisionID(index: 0)), broken, .integer(4)])
  #expect(try choice.evaluate { _ in .boolean(false) } == .integer(4))
  #expect(throws: EvaluationError.missing(DecisionID(index: 0))) { try choice.evaluate { _ in nil } }
  #expect(Expression.call(.select, [.constant(.boolean(true))]).folded.constant == nil)
}

@Test(arguments: [(2, 10, 1024), (-3, 3, -27), (0, 0, 1), (7, 0, 1), (1, .max, 1), (-1, .max, -1), (2, 62, 1 << 62)])
func `a power is exact`(base: Int, exponent: Int, expected: Int) throws {
  #expect(try value(.power, .integer(base), .integer(exponent)) == .integer(expected))
}

@Test func `a power that does not fit has no value`() throws {
  #expect(try value(.power, number(2, 3), .integer(3)) == number(8, 27))
  #expect(throws: EvaluationError.overflow) { try value(.power, .integer(2), .integer(63)) }
  #expect(throws: EvaluationError.wrongType) { try value(.power, .integer(2), .integer(-1)) }
  #expect(throws: EvaluationError.wrongType) { try value(.power, .integer(2), number(1, 2)) }
}

@Test func `divides asks for whole numbers and no zero`() throws {
  for (a, b, expected) in [(8, 24, true), (8, 20, false), (-4, 8, true), (1, 0, true), (-1, Int.min, true)] {
    #expect(try value(.divides, .integer(a), .integer(b)) == .boolean(expected))
  }
  #expect(throws: EvaluationError.divisionByZero) { try value(.divides, .integer(0), .integer(8)) }
  #expect(throws: EvaluationError.wrongType) { try value(.divides, number(1, 2), .integer(8)) }
  #expect(try value(.absolute, number(-3, 4)) == number(3, 4))
  #expect(throws: EvaluationError.overflow) { try value(.absolute, .integer(.min)) }
}

@Test func `implies looks at its conclusion only where it has to`() throws {
  let broken = Expression.binary(.equal, .binary(.divide, .integer(1), .integer(0)), .integer(1))
  let choice = Expression.call(.implies, [.decision(DecisionID(index: 0)), broken])
  #expect(try choice.evaluate { _ in .boolean(false) } == .boolean(true))
  #expect(throws: EvaluationError.divisionByZero) { try choice.evaluate { _ in .boolean(true) } }
}

@Test func `a sum fits where its reduced parts do`() {
  let big = Rational(1, 1 << 61)
  #expect(big.adding(Rational(-1, 1 << 61)) == Rational(0))
  #expect(Rational(.max, 2).adding(Rational(.max, 2)) == Rational(.max))
  #expect(Rational(1, .max).adding(Rational(1, .max - 1)) == nil)
}

@Test(arguments: [
  ("1 + $d + 2", "$d + 3"), ("$d + 2 - 2", "$d"), ("2 * $d * 3", "$d * 6"), ("0 * $d", "0"),
  ("not not $d == 1", "$d == 1"),
  ("not $d < 1", "$d >= 1"), ("3 <= $d", "$d >= 3"), ("$d + 2 <= 5", "$d <= 3"), ("-2 * $d < 6", "$d > -3"),
  ("2 * $d == 3", "$d == 1.5"), ("$d + 1 < $f + 3", "$d + -2 < $f"), ("max(1, max($d, 3), $d)", "max(3, $d)"),
  ("min($d, $d)", "$d"), ("implies(true, $d == 1)", "$d == 1"), ("implies($d == 1, false)", "$d != 1"),
  ("implies($d == 1, $d == 1)", "true"), ("$d + $f + 1 + 2", "$d + $f + 3"), ("1 + $d + $f + 2", "$d + 1 + $f + 2"),
])
func `conditions have one form`(text: String, expected: String) throws {
  let document = """
    space "s" input 1 x 1 x 1 classes 1 decision $d {1, 2} decision $f {1, 2} layer a
    require "r" condition \(text) body { yield %0 }
    """
  let space = try parseSpace(text: document)
  guard case .condition(let condition) = space.requirements[0].claim else { return }
  #expect(space.text(of: condition.normalised) == expected)
}

@Test func `bounds decide comparisons`() throws {
  let decisions = RandomExpression.decisions
  let size = Expression.decision(DecisionID(index: 0))
  func simplified(_ op: BinaryOperator, _ bound: Int) -> Value? {
    Expression.binary(op, size, .integer(bound)).simplified(decisions: decisions).constant
  }
  #expect(simplified(.lessOrEqual, 7) == .boolean(true))
  #expect(simplified(.lessOrEqual, 6) == nil)
  #expect(simplified(.greater, 7) == .boolean(false))
  #expect(simplified(.equal, 8) == .boolean(false))
  #expect(simplified(.notEqual, 8) == .boolean(true))
  #expect(simplified(.equal, 7) == nil)
}

@Test(arguments: 0..<400 as Range<UInt64>)
func `neither form changes a value, and bounds hold it`(seed: UInt64) {
  var generator = RandomExpression(random: SplitMix64(seed: seed))
  let expression = seed % 2 == 0 ? generator.number(depth: 5) : generator.truth(depth: 5)
  let forms = [expression.normalised, expression.simplified(decisions: RandomExpression.decisions)]
  let bounds = expression.bounds(decisions: RandomExpression.decisions)
  for _ in 0..<20 {
    let environment = generator.environment()
    guard case .success(let expected) = result(of: expression, { environment[$0.index] }) else { continue }
    for form in forms {
      #expect(result(of: form) { environment[$0.index] } == .success(expected), "\(expression) became \(form)")
    }
    guard let bounds, let number = expected.number else { continue }
    #expect(bounds.least <= number && number <= bounds.greatest, "\(expression)")
  }
}

@Test(arguments: 0..<300 as Range<UInt64>)
func `folding never changes a value`(seed: UInt64) {
  var generator = RandomExpression(random: SplitMix64(seed: seed))
  let expression = seed % 2 == 0 ? generator.number(depth: 5) : generator.truth(depth: 5)
  let folded = expression.folded
  #expect(folded.folded == folded)
  for _ in 0..<20 {
    let environment = generator.environment()
    guard case .success(let expected) = result(of: expression, { environment[$0.index] }) else { continue }
    #expect(result(of: folded) { environment[$0.index] } == .success(expected))
    let partly = expression.binding { $0.index % 2 == 0 ? environment[$0.index] : nil }
    #expect(result(of: partly) { environment[$0.index] } == .success(expected))
    #expect(expression.binding { environment[$0.index] }.constant == expected || environment.contains(nil))
  }
}
