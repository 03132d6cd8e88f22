package import Diagnostics

/// Reads the text of a scalar as an expression; nil after an error, of which the first is reported.
///
/// - Parameter range: Where the scalar stands. Positions inside the expression are exact when the scalar has a
///   `contentStart`; otherwise every part of the expression has this range.
package func parseExpression(
  _ scalar: YAMLScalar, at range: SourceRange, log: inout DiagnosticLog
) -> ExpressionSyntax? {
  parse(scalar.text, at: ExpressionPlace(range: range, contentStart: scalar.contentStart), log: &log)
}

/// Reads a whole file as one expression, for text that is given on the command line and kept as a file of its own.
package func parseExpression(
  _ source: SourceID, in sources: SourceMap, log: inout DiagnosticLog
) -> ExpressionSyntax? {
  let bytes = sources[source].bytes
  guard let text = String(validating: bytes, as: UTF8.self) else {
    checkEncoding(bytes, of: source, from: 0, log: &log)
    return nil
  }
  let whole = SourceRange(source: source, start: 0, end: bytes.count)
  return parse(text, at: ExpressionPlace(range: whole, contentStart: 0), log: &log)
}

private func parse(_ text: String, at place: ExpressionPlace, log: inout DiagnosticLog) -> ExpressionSyntax? {
  do throws(ExpressionError) {
    var lexer = ExpressionLexer(text)
    var parser = ExpressionParser(tokens: try lexer.tokens(), text: text, place: place)
    return try parser.expression()
  } catch {
    let range = place.range(of: error.bytes)
    guard let replacement = error.replacement, place.contentStart != nil else {
      log.error(error.kind, at: range)
      return nil
    }
    let fixIt =
      error.isGuess
      ? FixIt("did you mean '\(replacement)'?", confidence: .likely, replacing: range, with: replacement)
      : FixIt("write it so", replacing: range, with: replacement)
    log.error(error.kind, at: range, fixIts: [fixIt])
    return nil
  }
}

/// Where the text of an expression stands in its file.
struct ExpressionPlace {
  let range: SourceRange
  let contentStart: Int?

  /// The file range of a part of the text.
  func range(of bytes: Range<Int>) -> SourceRange {
    guard let start = contentStart else { return range }
    return SourceRange(source: range.source, start: start + bytes.lowerBound, end: start + bytes.upperBound)
  }
}

/// Recursive descent, one function for all levels of binary operators; a level's operands are the next level's
/// operations. `depth` counts the constructs that recurse, so that the stack is bounded whatever the input.
private struct ExpressionParser {
  let tokens: [ExpressionToken]
  let text: String
  let place: ExpressionPlace
  private var index = 0
  private var depth = 0

  init(tokens: [ExpressionToken], text: String, place: ExpressionPlace) {
    self.tokens = tokens
    self.text = text
    self.place = place
  }

  /// production `expression`, up to the end of the text.
  mutating func expression() throws(ExpressionError) -> ExpressionSyntax {
    if current.kind == .end { throw ExpressionError(.emptyExpression, at: 0..<text.utf8.count) }
    let result = try operation(.disjunction)
    guard current.kind == .end else { throw unexpectedAfterOperand }
    return result
  }

  private var current: ExpressionToken { tokens[index] }

  /// Moves past the current token; the end stays the current one.
  @discardableResult
  private mutating func advance() -> ExpressionToken {
    defer { if index < tokens.count - 1 { index += 1 } }
    return current
  }

  private mutating func enter() throws(ExpressionError) {
    depth += 1
    guard depth <= ExpressionLimits.depth else {
      throw ExpressionError(.expressionTooDeep(limit: ExpressionLimits.depth), at: current.bytes)
    }
  }

  // MARK: Operators

  /// productions `disjunction`, `conjunction`, `comparison`, `sum` and `product`: operands joined from left to right.
  private mutating func operation(_ level: BinaryOperator.Binding) throws(ExpressionError) -> ExpressionSyntax {
    var left = try operand(of: level)
    while case .binary(let sign) = current.kind, sign.binding == level {
      advance()
      let right = try operand(of: level)
      left = ExpressionSyntax(.binary(sign, left, right), range: left.range.union(right.range))
      if level == .comparison, case .binary(let next) = current.kind, next.binding == .comparison {
        throw ExpressionError(.chainedComparison, at: current.bytes)
      }
    }
    return left
  }

  private mutating func operand(of level: BinaryOperator.Binding) throws(ExpressionError) -> ExpressionSyntax {
    switch level {
    case .disjunction: try operation(.conjunction)
    case .conjunction: try negation()
    case .comparison: try operation(.sum)
    case .sum: try operation(.product)
    case .product: try sign()
    }
  }

  /// production `negation`
  private mutating func negation() throws(ExpressionError) -> ExpressionSyntax {
    guard current.kind == .not else { return try operation(.comparison) }
    try enter()
    defer { depth -= 1 }
    let token = advance()
    return unary(.not, token, try negation())
  }

  /// production `sign`
  private mutating func sign() throws(ExpressionError) -> ExpressionSyntax {
    guard current.kind == .binary(.minus) else { return try primary() }
    try enter()
    defer { depth -= 1 }
    let token = advance()
    return unary(.minus, token, try sign())
  }

  private func unary(
    _ sign: UnaryOperator, _ token: ExpressionToken, _ operand: ExpressionSyntax
  ) -> ExpressionSyntax {
    ExpressionSyntax(.unary(sign, operand), range: place.range(of: token.bytes).union(operand.range))
  }

  // MARK: Operands

  /// productions `primary`, `call` and `name`
  private mutating func primary() throws(ExpressionError) -> ExpressionSyntax {
    let token = current
    let range = place.range(of: token.bytes)
    switch token.kind {
    case .integer(let value):
      advance()
      return ExpressionSyntax(.integer(value), range: range)
    case .decimal(let value):
      advance()
      return ExpressionSyntax(.decimal(value), range: range)
    case .quantity(let quantity):
      advance()
      return ExpressionSyntax(.quantity(quantity), range: range)
    case .string(let text):
      advance()
      return ExpressionSyntax(.string(text), range: range)
    case .name(let parts):
      advance()
      return try current.kind == .leftParenthesis
        ? call(parts, token) : .init(.name(path: parts.map(named)), range: range)
    case .leftParenthesis: return try parenthesised()
    case .binary, .not, .rightParenthesis, .comma:
      throw ExpressionError(.missingOperand(before: source(token)), at: token.bytes)
    case .end: throw ExpressionError(.missingOperand(before: nil), at: token.bytes)
    }
  }

  private mutating func parenthesised() throws(ExpressionError) -> ExpressionSyntax {
    try enter()
    defer { depth -= 1 }
    let open = advance()
    let inner = try operation(.disjunction)
    try close(open)
    return inner
  }

  private mutating func call(
    _ path: [ExpressionToken.Part], _ token: ExpressionToken
  ) throws(ExpressionError) -> ExpressionSyntax {
    guard let function = path.first, path.count == 1, function.index == nil else {
      throw ExpressionError(.callOfPath(source(token)), at: token.bytes)
    }
    try enter()
    defer { depth -= 1 }
    let open = advance()
    var arguments: [ExpressionSyntax] = []
    if current.kind != .rightParenthesis {
      arguments.append(try operation(.disjunction))
      while current.kind == .comma {
        advance()
        arguments.append(try operation(.disjunction))
      }
    }
    let closing = try close(open)
    let range = place.range(of: token.bytes).union(place.range(of: closing.bytes))
    return ExpressionSyntax(.call(named(function), arguments), range: range)
  }

  /// The `)` of an opened parenthesis.
  @discardableResult
  private mutating func close(_ open: ExpressionToken) throws(ExpressionError) -> ExpressionToken {
    switch current.kind {
    case .rightParenthesis: return advance()
    case .end: throw ExpressionError(.unclosedParenthesis, at: open.bytes)
    case .integer, .decimal, .quantity, .string, .name, .binary, .not, .leftParenthesis, .comma:
      throw unexpectedAfterOperand
    }
  }

  private func named(_ part: ExpressionToken.Part) -> NamePart {
    NamePart(text: part.text, index: part.index, range: place.range(of: part.bytes))
  }

  // MARK: Errors

  /// Why the current token cannot follow an operand.
  private var unexpectedAfterOperand: ExpressionError {
    let token = current
    let text = source(token)
    switch token.kind {
    case .rightParenthesis: return ExpressionError(.unopenedParenthesis, at: token.bytes)
    case .comma: return ExpressionError(.strayComma, at: token.bytes)
    case .name where ["and", "or"].contains(text.lowercased()):
      return ExpressionError(
        .foreignOperator(text, meant: text.lowercased()), at: token.bytes, replacement: text.lowercased())
    case .name where followsNumber && ExpressionUnit.isLike(text):
      return ExpressionError(
        .unknownUnit(text), at: token.bytes, replacement: ExpressionUnit.meant(by: text)?.rawValue, isGuess: true)
    case .integer, .decimal, .quantity, .string, .name, .binary, .not, .leftParenthesis, .end:
      return ExpressionError(.missingOperator(before: text), at: token.bytes)
    }
  }

  private var followsNumber: Bool {
    guard index > 0 else { return false }
    return switch tokens[index - 1].kind {
    case .integer, .decimal: true
    case .quantity, .string, .name, .binary, .not, .leftParenthesis, .rightParenthesis, .comma, .end: false
    }
  }

  private func source(_ token: ExpressionToken) -> String {
    let utf8 = text.utf8
    let start = utf8.index(utf8.startIndex, offsetBy: token.bytes.lowerBound)
    return String(text[start..<utf8.index(start, offsetBy: token.bytes.count)])
  }
}
