@testable import SpaceIR

/// Well-typed expressions over four decisions: integers, rationals, words and booleans.
struct RandomExpression {
  var random: SplitMix64

  static let decisions = [
    Decision(name: "a.size", parameter: "size", owner: "a", options: [.integer(0), .integer(7)], existence: nil),
    Decision(
      name: "a.ratio", parameter: "ratio", owner: "a",
      options: [Value(Rational(1, 3)), Value(Rational(3, 4)), .integer(2)], existence: nil),
    Decision(name: "b[0].kind", parameter: "kind", owner: "b[0]", options: [.word("x"), .word("y")], existence: nil),
    Decision(
      name: "odd name", parameter: "p", owner: "", options: [.boolean(true), .boolean(false)], existence: nil),
  ]

  private static let numbers: [Value] =
    [-3, -1, 0, 1, 2, 8, 1_000_000_007, .max, .min].map(Value.integer)
    + [Rational(1, 3), Rational(-3, 4), Rational(1, 1 << 40), Rational(9, 10)].map(Value.init)

  mutating func number(depth: Int) -> Expression {
    guard depth > 0, !random.once(in: 5) else {
      return random.once(in: 2)
        ? .decision(DecisionID(index: random.pick([0, 1]))) : .constant(random.pick(RandomExpression.numbers))
    }
    switch Int.random(in: 0..<12, using: &random) {
    case 10: return .call(.absolute, [number(depth: depth - 1)])
    case 11: return .call(.power, [number(depth: depth - 1), .integer(random.pick([0, 1, 2, 3]))])
    case 0..<5:
      let op = random.pick([BinaryOperator.add, .subtract, .multiply, .divide, .remainder])
      return .binary(op, number(depth: depth - 1), number(depth: depth - 1))
    case 5: return .unary(.negate, number(depth: depth - 1))
    case 6: return .call(.select, [truth(depth: depth - 1), number(depth: depth - 1), number(depth: depth - 1)])
    case 7: return .call(random.pick([.floor, .ceiling]), [number(depth: depth - 1)])
    case 8: return .call(random.pick([.minimum, .maximum]), [number(depth: depth - 1), number(depth: depth - 1)])
    default:
      return .call(
        random.pick([.roundTo, .makeDivisible]), [number(depth: depth - 1), .integer(random.pick([1, 8]))])
    }
  }

  mutating func truth(depth: Int) -> Expression {
    guard depth > 0, !random.once(in: 5) else {
      return random.once(in: 2) ? .decision(DecisionID(index: 3)) : .constant(.boolean(random.once(in: 2)))
    }
    switch Int.random(in: 0..<8, using: &random) {
    case 6: return .call(.implies, [truth(depth: depth - 1), truth(depth: depth - 1)])
    case 7: return .call(.divides, [number(depth: depth - 1), number(depth: depth - 1)])
    case 0: return .unary(.not, truth(depth: depth - 1))
    case 1, 2: return .binary(random.pick([.and, .or]), truth(depth: depth - 1), truth(depth: depth - 1))
    case 3: return .binary(random.pick([.equal, .notEqual]), .decision(DecisionID(index: 2)), .word("x"))
    default:
      let op = random.pick([BinaryOperator.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual])
      return .binary(op, number(depth: depth - 1), number(depth: depth - 1))
    }
  }

  /// An option for each decision; one in eight does not exist.
  mutating func environment() -> [Value?] {
    RandomExpression.decisions.map { random.once(in: 8) ? nil : random.pick($0.options) }
  }
}
