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

  /// The typed expression as it stands.
  mutating func typed(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> Typed? {
    switch syntax.kind {
    case .integer(let value): return Typed(expression: .integer(value), type: .integer)
    case .decimal(let decimal):
      let value = Value(Rational(decimal.numerator, decimal.denominator))
      return Typed(expression: .constant(value), type: value.type)
    case .quantity(let quantity):
      report(.quantityOutsideBudget(quantity.text, dimension: quantity.dimension.rawValue), at: syntax.range)
      return nil
    case .string(let word): return Typed(expression: .word(word), type: .word)
    case .name(let path): return named(path, at: syntax.range, in: scope)
    case .call(let function, let arguments): return called(function, arguments, at: syntax.range, in: scope)
    case .unary(let op, let operand): return unary(op, operand, at: syntax.range, in: scope)
    case .binary(let op, let left, let right): return binary(op, left, right, at: syntax.range, in: scope)
    }
  }

  private mutating func named(_ path: [NamePart], at range: SourceRange, in scope: ExpressionScope) -> Typed? {
    switch member(path, in: scope) {
    case .known(let member): return member.value
    case .poison: return nil
    case .unknown: break
    }
    let name = path.text
    if name == "true" || name == "false" {
      return Typed(expression: .constant(.boolean(name == "true")), type: .boolean)
    }
    reportUnknown(path, at: range, in: scope)
    return nil
  }

  private mutating func called(
    _ function: NamePart, _ arguments: [ExpressionSyntax], at range: SourceRange, in scope: ExpressionScope
  ) -> Typed? {
    if let list = listFunction(function, arguments, in: scope) {
      return listed(list, arguments, at: range, in: scope)
    }
    if function.text == "exists" { return existence(arguments, at: range, in: scope) }
    if scope.members != nil, function.text == "latency" {
      report(.costOutsideBudget("latency"), at: range)
      return nil
    }
    guard let known = Function(rawValue: function.text) else {
      let functions = Function.allCases.map(\.rawValue) + ListFunction.ownWords + ["exists"]
      let meant = log.closest(to: function.text, among: functions)
      report(
        .unknownFunction(function.text), at: function.range,
        notes: meant == nil ? [Note("functions: \(functions.joined(separator: ", "))")] : [],
        fixIts: didYouMean(meant, at: function.range))
      return nil
    }
    let values = arguments.map { typed($0, in: scope) }
    guard known.arity.contains(arguments.count) else {
      report(.argumentCount(function: known.rawValue, expected: known.arityPhrase, found: arguments.count), at: range)
      return nil
    }
    let present = values.compactMap { $0 }
    guard present.count == values.count else { return nil }
    if known == .select { return select(present, arguments) }
    for (position, value) in present.enumerated() where !known.takes(value.type) {
      report(.operandType(known.rawValue, found: value.type.phrase), at: arguments[position].range)
      return nil
    }
    return Typed(expression: .call(known, present.map(\.expression)), type: known.result(present.map(\.type)))
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
    if kind == .or, scope.members != nil, isBudget(left, in: scope) || isBudget(right, in: scope) {
      report(.budgetsJoinedByOr, at: range)
      return nil
    }
    let words = wordSides(kind, left, right, in: scope)
    guard let a = words?.0 ?? typed(left, in: scope), let b = words?.1 ?? typed(right, in: scope) else { return nil }
    if let wrong = kind.refused(a.type, b.type) {
      let side = wrong == .left ? (a, left) : (b, right)
      report(.operandType(kind.rawValue, found: side.0.type.phrase), at: side.1.range)
      return nil
    }
    if kind == .equal || kind == .notEqual {
      checkOption(of: a, is: b, at: right.range, in: scope)
      checkOption(of: b, is: a, at: left.range, in: scope)
    }
    return Typed(expression: .binary(kind, a.expression, b.expression), type: kind.result(a.type, b.type))
  }

  /// Reports a number that a requirement holds against a decision and that is none of its options. An element of a list
  /// speaks of several layers, whose options can differ.
  private mutating func checkOption(
    of decision: Typed, is value: Typed, at range: SourceRange, in scope: ExpressionScope
  ) {
    guard scope.members != nil, scope.layer == nil, case .decision(let id) = decision.expression,
      let number = value.expression.folded.constant?.number
    else { return }
    let options = decisions[id.index].options
    guard options.allSatisfy({ $0.number != number }) else { return }
    report(
      .unknownOption(
        number.description, of: decisions[id.index].name, options: options.map(\.description).joined(separator: ", ")),
      at: range)
  }

  /// `function == swish`: a bare word on one side of an equality is a word when the other side is one.
  private mutating func wordSides(
    _ op: SpaceIR.BinaryOperator, _ left: ExpressionSyntax, _ right: ExpressionSyntax, in scope: ExpressionScope
  ) -> (Typed, Typed)? {
    guard op == .equal || op == .notEqual else { return nil }
    if let bare = bareWord(right, in: scope), let known = word(left, in: scope) {
      return (known, literal(bare, at: right.range, besides: known, in: scope))
    }
    if let bare = bareWord(left, in: scope), let known = word(right, in: scope) {
      return (literal(bare, at: left.range, besides: known, in: scope), known)
    }
    return nil
  }

  /// A single word that nothing here is named by.
  func bareWord(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> String? {
    guard case .name(let path) = syntax.kind, path.count == 1, path[0].index == nil,
      case .unknown = member(path, in: scope)
    else { return nil }
    return path[0].text
  }

  /// What a name stands for, where that is a word.
  private func word(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> Typed? {
    guard case .name(let path) = syntax.kind, case .known(let member) = member(path, in: scope),
      member.value.type == .word
    else { return nil }
    return member.value
  }

  /// A word that is compared. In a requirement it is one that the decision beside it can be, or a mistake.
  private mutating func literal(
    _ text: String, at range: SourceRange, besides known: Typed, in scope: ExpressionScope
  ) -> Typed {
    if scope.members != nil, case .decision(let id) = known.expression {
      let words = decisions[id.index].options.compactMap(\.word)
      if !words.contains(text) {
        report(
          .unknownOption(text, of: decisions[id.index].name, options: words.joined(separator: ", ")), at: range,
          fixIts: didYouMean(closest(to: text, among: words), at: range, confidence: .likely))
      }
    }
    return Typed(expression: .word(text), type: .word)
  }
}

extension Function {
  fileprivate var arityPhrase: String {
    switch self {
    case .roundTo, .implies, .divides, .power: "2 arguments"
    case .makeDivisible: "2 or 3 arguments"
    case .minimum, .maximum: "at least 1 argument"
    case .floor, .ceiling, .absolute: "1 argument"
    case .select: "3 arguments"
    }
  }

  /// Whether an argument may have this type; `select` has rules of its own.
  fileprivate func takes(_ type: ValueType) -> Bool {
    switch self {
    case .implies: type == .boolean
    case .divides: type == .integer
    case .roundTo, .makeDivisible, .minimum, .maximum, .floor, .ceiling, .power, .absolute, .select: type.isNumeric
    }
  }

  fileprivate func result(_ arguments: [ValueType]) -> ValueType {
    switch self {
    case .minimum, .maximum: arguments.allSatisfy { $0 == .integer } ? .integer : .rational
    case .power, .absolute, .select: arguments[0]
    case .implies, .divides: .boolean
    case .roundTo, .makeDivisible, .floor, .ceiling: .integer
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
