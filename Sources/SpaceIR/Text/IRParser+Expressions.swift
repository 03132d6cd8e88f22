extension Function {
  /// How many arguments a call has.
  package var arity: ClosedRange<Int> {
    switch self {
    case .roundTo: 2...2
    case .makeDivisible: 2...3
    case .minimum, .maximum: 1...64
    case .floor, .ceiling, .absolute: 1...1
    case .implies, .divides, .power: 2...2
    case .select: 3...3
    }
  }
}

extension IRParser {
  /// An expression with the height of its tree, which is what the cap is about.
  private typealias Tree = (expression: Expression, height: Int)

  mutating func expression() throws(IRTextError) -> Expression { try tree(.or, depth: 0).expression }

  /// Everything that binds at least as tightly as `level`. `depth` is the nesting so far.
  private mutating func tree(_ level: Precedence, depth: Int) throws(IRTextError) -> Tree {
    guard depth <= IRParser.maximumHeight else { throw tooDeep() }
    var left = try prefix(level, depth: depth)
    while let op = binaryOperator, op.precedence >= level {
      // A comparison's result is no operand of a sum, and comparisons do not chain.
      guard left.level > op.precedence || (left.level == op.precedence && op.precedence != .comparison) else {
        throw failure("comparisons do not chain: parentheses are needed")
      }
      advance()
      let right = try tree(op.precedence.tighter, depth: depth + 1)
      let height = max(left.tree.height, right.height) + 1
      guard height <= IRParser.maximumHeight else { throw tooDeep() }
      left = ((.binary(op, left.tree.expression, right.expression), height), op.precedence)
    }
    return left.tree
  }

  private func tooDeep() -> IRTextError {
    failure("an expression is at most \(IRParser.maximumHeight) levels deep")
  }

  private var binaryOperator: BinaryOperator? {
    switch token {
    case .symbol(let text): BinaryOperator(rawValue: text)
    case .name("and"): .and
    case .name("or"): .or
    default: nil
    }
  }

  private mutating func prefix(_ level: Precedence, depth: Int) throws(IRTextError) -> (tree: Tree, level: Precedence) {
    if accept(keyword: "not") {
      guard level <= .not else { throw failure("'not' needs parentheses here") }
      let x = try tree(.not, depth: depth + 1)
      return ((.unary(.not, x.expression), x.height + 1), .not)
    }
    if token == .symbol("-"), !isSignOfNumber {
      advance()
      let x = try tree(.negation, depth: depth + 1)
      return ((.unary(.negate, x.expression), x.height + 1), .negation)
    }
    return (try primary(depth: depth), .primary)
  }

  private mutating func primary(depth: Int) throws(IRTextError) -> Tree {
    if accept("(") {
      let inner = try tree(.or, depth: depth + 1)
      try symbol(")")
      return inner
    }
    if case .decision = token { return (.decision(try decisionReference()), 1) }
    if case .name(let text) = token, let function = Function(rawValue: text) { return try call(function, depth: depth) }
    return (.constant(try value()), 1)
  }

  private mutating func call(_ function: Function, depth: Int) throws(IRTextError) -> Tree {
    let start = advance()
    try symbol("(")
    var arguments: [Expression] = []
    var height = 0
    repeat {
      let argument = try tree(.or, depth: depth + 1)
      arguments.append(argument.expression)
      height = max(height, argument.height)
    } while accept(",")
    try symbol(")")
    guard function.arity.contains(arguments.count) else {
      throw failure("'\(function.rawValue)' takes another number of arguments", at: start)
    }
    return (.call(function, arguments), height + 1)
  }

  /// A minus that touches a number where an operand is expected.
  private var isSignOfNumber: Bool {
    guard token == .symbol("-"), touchesNext, case .number = nextToken else { return false }
    return true
  }

  /// `3`, `-0.75`, `1//3`, `relu`, `"any word"`, `true`.
  mutating func value() throws(IRTextError) -> Value {
    let negative = isSignOfNumber
    if negative { advance() }
    switch token {
    case .number(let magnitude):
      guard let value = magnitude.value(negative: negative) else { throw failure("a number's parts fit 64 bits") }
      advance()
      return value
    case .string(let text):
      advance()
      return .word(text)
    case .name("true"), .name("false"):
      defer { advance() }
      return .boolean(token == .name("true"))
    case .name(let text) where IRKeyword.isBareWord(text):
      advance()
      return .word(text)
    default: throw unexpected("a value")
    }
  }

  /// One or more values, each of a type where one is given.
  mutating func values(accepted type: ValueType? = nil) throws(IRTextError) -> [Value] {
    var values: [Value] = []
    repeat {
      let start = here
      let value = try value()
      guard type?.accepts(value.type) != false else {
        throw failure("the option is not of the decision's type", at: start)
      }
      values.append(value)
    } while accept(",")
    return values
  }
}
