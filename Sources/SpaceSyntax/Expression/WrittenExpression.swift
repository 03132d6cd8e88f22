/// An expression on one line, as the author could have written it, and where its parts stand in that line.
package struct WrittenExpression: Hashable, Sendable {
  package let text: String
  /// For each part, the whole first and a part before its own parts, the column at which its value is shown: that of its
  /// operator, or its first character. In characters from 0.
  package let anchors: [Int]
}

extension ExpressionSyntax {
  /// With one blank around operators and only the parentheses that precedence asks for.
  package var written: WrittenExpression {
    var writer = ExpressionWriter()
    writer.write(self, atLeast: .loosest)
    return WrittenExpression(text: writer.text, anchors: writer.anchors)
  }
}

private struct ExpressionWriter {
  /// How tightly a part binds; `not` stands between `and` and the comparisons.
  enum Tightness: Int, Comparable {
    case loosest, conjunction, negation, comparison, sum, product, sign

    static func < (a: Tightness, b: Tightness) -> Bool { a.rawValue < b.rawValue }
    var tighter: Tightness { Tightness(rawValue: rawValue + 1) ?? .sign }
  }

  private(set) var text = ""
  private(set) var anchors: [Int] = []
  private var column = 0

  mutating func write(_ syntax: ExpressionSyntax, atLeast level: Tightness) {
    let needsParentheses = tightness(of: syntax) < level
    if needsParentheses { append("(") }
    switch syntax.kind {
    case .integer(let value): literal(spelling(of: value))
    case .decimal(let value): literal(spelling(of: value))
    case .quantity(let quantity): literal(quantity.text)
    case .string(let word): literal(word.contains("'") ? "\"\(word)\"" : "'\(word)'")
    case .name(let path): literal(path.map(\.written).joined(separator: "."))
    case .call(let function, let arguments): call(function, arguments)
    case .unary(let sign, let operand):
      literal(sign == .not ? "not " : "-")
      write(operand, atLeast: sign == .not ? .negation : .sign)
    case .binary(let sign, let left, let right): binary(sign, left, right)
    }
    if needsParentheses { append(")") }
  }

  private mutating func literal(_ word: String) {
    anchors.append(column)
    append(word)
  }

  private mutating func call(_ function: NamePart, _ arguments: [ExpressionSyntax]) {
    literal(function.written + "(")
    for (index, argument) in arguments.enumerated() {
      if index > 0 { append(", ") }
      write(argument, atLeast: .loosest)
    }
    append(")")
  }

  private mutating func binary(_ sign: BinaryOperator, _ left: ExpressionSyntax, _ right: ExpressionSyntax) {
    let level = Tightness(sign.binding)
    // The place is known only after the left side.
    let anchor = anchors.count
    anchors.append(0)
    write(left, atLeast: level == .comparison ? level.tighter : level)
    append(" ")
    anchors[anchor] = column
    append(sign.rawValue + " ")
    write(right, atLeast: level.tighter)
  }

  private mutating func append(_ word: String) {
    text += word
    column += word.count
  }

  private func tightness(of syntax: ExpressionSyntax) -> Tightness {
    switch syntax.kind {
    case .integer, .decimal, .quantity, .string, .name, .call: .sign
    case .unary(.not, _): .negation
    case .unary(.minus, _): .sign
    case .binary(let sign, _, _): Tightness(sign.binding)
    }
  }

  /// Whole millions have their suffix.
  private func spelling(of number: Int) -> String {
    for (suffix, factor) in [("G", 1_000_000_000), ("M", 1_000_000)] where number != 0 && number % factor == 0 {
      return "\(number / factor)\(suffix)"
    }
    return "\(number)"
  }

  /// Decimals come from decimal digits, so the fraction has a finite form.
  private func spelling(of decimal: ExactDecimal) -> String {
    var (digits, numerator, denominator) = ("", decimal.numerator.magnitude, UInt(decimal.denominator))
    let whole = numerator / denominator
    numerator %= denominator
    while numerator > 0, digits.count < 40 {
      let common = greatestCommonDivisor(denominator, 10)
      (numerator, denominator) = (numerator * (10 / common), denominator / common)
      digits += "\(numerator / denominator)"
      numerator %= denominator
    }
    return "\(decimal.numerator < 0 ? "-" : "")\(whole).\(digits.isEmpty ? "0" : digits)"
  }

  private func greatestCommonDivisor(_ left: UInt, _ right: UInt) -> UInt {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }
}

extension ExpressionWriter.Tightness {
  fileprivate init(_ binding: BinaryOperator.Binding) {
    self =
      switch binding {
      case .disjunction: .loosest
      case .conjunction: .conjunction
      case .comparison: .comparison
      case .sum: .sum
      case .product: .product
      }
  }
}
