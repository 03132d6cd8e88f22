/// One word or sign of an expression, with its place in bytes from the start of the expression's text.
struct ExpressionToken: Hashable {
  enum Kind: Hashable {
    case integer(Int)
    case decimal(ExactDecimal)
    case quantity(Quantity)
    case string(String)
    /// The parts of a dotted name with their places; never empty.
    case name([Part])
    case binary(BinaryOperator)
    case not
    case leftParenthesis
    case rightParenthesis
    case comma
    case end
  }

  /// A word between dots, perhaps with a number in brackets.
  struct Part: Hashable {
    let text: String
    let index: NameIndex?
    let bytes: Range<Int>
  }

  let kind: Kind
  let bytes: Range<Int>
}

/// An error in an expression: what, and where in its text.
struct ExpressionError: Error {
  let kind: SyntaxDiagnostic
  let bytes: Range<Int>
  /// What to write in place of `bytes`, when only one thing can be meant.
  let replacement: String?
  /// Whether the replacement is a guess.
  let isGuess: Bool

  init(_ kind: SyntaxDiagnostic, at bytes: Range<Int>, replacement: String? = nil, isGuess: Bool = false) {
    self.kind = kind
    self.bytes = bytes
    self.replacement = replacement
    self.isGuess = isGuess
  }
}
