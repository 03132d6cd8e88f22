import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// The typed expression, with decisions that an enclosing switch has fixed replaced; nil after an error.
  mutating func convert(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> Typed? {
    guard let raw = typed(syntax, in: scope) else { return nil }
    guard raw.expression.hasAtMost(ExpansionLimits.parts) else {
      report(.largeExpression(limit: ExpansionLimits.parts), at: syntax.range)
      return nil
    }
    return Typed(expression: raw.expression.binding { fixed[$0] }, type: raw.type)
  }

  private mutating func typed(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> Typed? {
    switch syntax.kind {
    case .integer(let value): return Typed(expression: .integer(value), type: .integer)
    case .decimal(let decimal):
      let value = Value(Rational(decimal.numerator, decimal.denominator))
      return Typed(expression: .constant(value), type: value.type)
    case .string(let word): return Typed(expression: .word(word), type: .word)
    case .name(let path): return named(path, at: syntax.range, in: scope)
    case .call(let function, let arguments): return called(function, arguments, at: syntax.range, in: scope)
    case .unary(let op, let operand): return unary(op, operand, at: syntax.range, in: scope)
    case .binary(let op, let left, let right): return binary(op, left, right, at: syntax.range, in: scope)
    }
  }

  private mutating func named(_ path: [NamePart], at range: SourceRange, in scope: ExpressionScope) -> Typed? {
    let name = path.map(\.text).joined(separator: ".")
    if let found = scope.lookup(name) { return found }
    if name == "true" || name == "false" {
      return Typed(expression: .constant(.boolean(name == "true")), type: .boolean)
    }
    if let reason = scope.reason(for: name) {
      report(.unknownName(name), at: range, notes: [Note(reason)])
      return nil
    }
    let meant = log.closest(to: name) { scope.names }
    let isListed = meant == nil && !log.isFull && !scope.names.isEmpty
    report(
      .unknownName(name), at: range,
      notes: isListed ? [Note("known here: \(scope.names.joined(separator: ", "))")] : [],
      fixIts: didYouMean(meant, at: range, confidence: .likely))
    return nil
  }

  private mutating func called(
    _ function: NamePart, _ arguments: [ExpressionSyntax], at range: SourceRange, in scope: ExpressionScope
  ) -> Typed? {
    guard let known = Function(rawValue: function.text) else {
      let functions = Function.allCases.map(\.rawValue)
      let meant = log.closest(to: function.text, among: functions)
      report(
        .unknownFunction(function.text), at: function.range,
        notes: meant == nil ? [Note("functions: \(functions.joined(separator: ", "))")] : [],
        fixIts: didYouMean(meant, at: function.range))
      return nil
    }
    let values = arguments.map { typed($0, in: scope) }
    guard known.accepts(count: arguments.count) else {
      report(.argumentCount(function: known.rawValue, expected: known.arity, found: arguments.count), at: range)
      return nil
    }
    let present = values.compactMap { $0 }
    guard present.count == values.count else { return nil }
    if known == .select { return select(present, arguments) }
    for (value, argument) in zip(present, arguments) where !value.type.isNumeric {
      report(.operandType(known.rawValue, found: value.type.phrase), at: argument.range)
      return nil
    }
    let whole = present.allSatisfy { $0.type == .integer }
    let type: ValueType = known == .minimum || known == .maximum ? (whole ? .integer : .rational) : .integer
    return Typed(expression: .call(known, present.map(\.expression)), type: type)
  }

  private mutating func select(_ values: [Typed], _ arguments: [ExpressionSyntax]) -> Typed? {
    guard values[0].type == .boolean else {
      report(.operandType("select", found: values[0].type.phrase), at: arguments[0].range)
      return nil
    }
    guard values[1].type == values[2].type || (values[1].type.isNumeric && values[2].type.isNumeric) else {
      report(.operandType("select", found: values[2].type.phrase), at: arguments[2].range)
      return nil
    }
    let type = values[1].type == values[2].type ? values[1].type : .rational
    return Typed(expression: .call(.select, values.map(\.expression)), type: type)
  }

  private mutating func unary(
    _ op: SpaceSyntax.UnaryOperator, _ operand: ExpressionSyntax, at range: SourceRange, in scope: ExpressionScope
  ) -> Typed? {
    guard let value = typed(operand, in: scope) else { return nil }
    let kind: SpaceIR.UnaryOperator = op == .not ? .not : .negate
    guard kind == .not ? value.type == .boolean : value.type.isNumeric else {
      report(.operandType(kind.rawValue, found: value.type.phrase), at: operand.range)
      return nil
    }
    return Typed(expression: .unary(kind, value.expression), type: value.type)
  }

  private mutating func binary(
    _ op: SpaceSyntax.BinaryOperator, _ left: ExpressionSyntax, _ right: ExpressionSyntax, at range: SourceRange,
    in scope: ExpressionScope
  ) -> Typed? {
    let kind = SpaceIR.BinaryOperator(op)
    let words = wordSides(kind, left, right, in: scope)
    guard let a = words?.0 ?? typed(left, in: scope), let b = words?.1 ?? typed(right, in: scope) else { return nil }
    if let wrong = kind.refused(a.type, b.type) {
      let side = wrong == .left ? (a, left) : (b, right)
      report(.operandType(kind.rawValue, found: side.0.type.phrase), at: side.1.range)
      return nil
    }
    return Typed(expression: .binary(kind, a.expression, b.expression), type: kind.result(a.type, b.type))
  }

  /// `function == swish`: a bare word on one side of an equality is a word when the other side is one.
  private mutating func wordSides(
    _ op: SpaceIR.BinaryOperator, _ left: ExpressionSyntax, _ right: ExpressionSyntax, in scope: ExpressionScope
  ) -> (Typed, Typed)? {
    guard op == .equal || op == .notEqual else { return nil }
    func bareWord(_ syntax: ExpressionSyntax) -> String? {
      guard case .name(let path) = syntax.kind, path.count == 1, scope.lookup(path[0].text) == nil else { return nil }
      return path[0].text
    }
    func word(_ syntax: ExpressionSyntax) -> Typed? {
      guard case .name(let path) = syntax.kind,
        case .some(.some(let known)) = scope.lookup(path.map(\.text).joined(separator: ".")), known.type == .word
      else { return nil }
      return known
    }
    if let bare = bareWord(right), let known = word(left) {
      return (known, Typed(expression: .word(bare), type: .word))
    }
    if let bare = bareWord(left), let known = word(right) {
      return (Typed(expression: .word(bare), type: .word), known)
    }
    return nil
  }
}

extension Function {
  fileprivate func accepts(count: Int) -> Bool {
    switch self {
    case .roundTo: count == 2
    case .makeDivisible: count == 2 || count == 3
    case .minimum, .maximum: count >= 1
    case .floor, .ceiling: count == 1
    case .select: count == 3
    }
  }

  fileprivate var arity: String {
    switch self {
    case .roundTo: "2 arguments"
    case .makeDivisible: "2 or 3 arguments"
    case .minimum, .maximum: "at least 1 argument"
    case .floor, .ceiling: "1 argument"
    case .select: "3 arguments"
    }
  }
}

extension SpaceIR.BinaryOperator {
  fileprivate enum Side {
    case left
    case right
  }

  fileprivate init(_ syntax: SpaceSyntax.BinaryOperator) {
    self =
      switch syntax {
      case .or: .or
      case .and: .and
      case .equal: .equal
      case .notEqual: .notEqual
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .greater: .greater
      case .greaterOrEqual: .greaterOrEqual
      case .plus: .add
      case .minus: .subtract
      case .times: .multiply
      case .divide: .divide
      case .remainder: .remainder
      }
  }

  /// The operand whose type does not fit, if one does not.
  fileprivate func refused(_ a: ValueType, _ b: ValueType) -> Side? {
    switch self {
    case .or, .and: a != .boolean ? .left : b != .boolean ? .right : nil
    case .equal, .notEqual: a == b || (a.isNumeric && b.isNumeric) ? nil : .right
    case .remainder: a != .integer ? .left : b != .integer ? .right : nil
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .multiply, .divide:
      !a.isNumeric ? .left : !b.isNumeric ? .right : nil
    }
  }

  fileprivate func result(_ a: ValueType, _ b: ValueType) -> ValueType {
    switch self {
    case .or, .and, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: .boolean
    case .divide: .rational
    case .remainder: .integer
    case .add, .subtract, .multiply: a == .integer && b == .integer ? .integer : .rational
    }
  }
}

extension Expression {
  /// Whether the tree has no more operands and operators. Looks at no more of it: parts are shared, so that a tree may
  /// have more than any machine could count.
  fileprivate func hasAtMost(_ limit: Int) -> Bool {
    var left = limit
    return takes(from: &left)
  }

  private func takes(from left: inout Int) -> Bool {
    left -= 1
    guard left >= 0 else { return false }
    switch self {
    case .constant, .decision: return true
    case .unary(_, let operand): return operand.takes(from: &left)
    case .binary(_, let a, let b): return a.takes(from: &left) && b.takes(from: &left)
    case .call(_, let arguments):
      for argument in arguments where !argument.takes(from: &left) { return false }
      return true
    }
  }
}
