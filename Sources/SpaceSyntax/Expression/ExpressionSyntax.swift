package import Diagnostics

/// An expression as it was written; `grammar/expression.ebnf` is its grammar.
///
/// Invariant: at most `ExpressionLimits.tokens` nodes, so that recursion over it is safe.
package struct ExpressionSyntax: Hashable, Sendable {
  package let kind: Kind
  /// From the first to the last character, parentheses around it not counted. The whole scalar when the expression
  /// does not stand in the file character by character (`YAMLScalar.contentStart`).
  package let range: SourceRange

  package init(_ kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  package indirect enum Kind: Hashable, Sendable {
    /// `60M` is 60 000 000.
    case integer(Int)
    /// A literal with a point; `1.5M` is an integer.
    case decimal(ExactDecimal)
    /// A number with a unit of bytes or time: `2 MiB`, `5 ms`.
    case quantity(Quantity)
    /// A quoted word, without its quotes.
    case string(String)
    /// `in.channels`, `mid.2.width`, `s1[2].kernel`, `s1[*].kernel`; also `true` and `false`, which the grammar does not know. Never empty.
    case name(path: [NamePart])
    /// `max(splits, 1)`.
    case call(NamePart, [ExpressionSyntax])
    case unary(UnaryOperator, ExpressionSyntax)
    case binary(BinaryOperator, ExpressionSyntax, ExpressionSyntax)
  }
}

/// One word of a dotted name, perhaps with a number: `s1[2]`.
package struct NamePart: Hashable, Sendable {
  /// Without the number.
  package let text: String
  package let index: NameIndex?
  package let range: SourceRange

  package init(text: String, index: NameIndex? = nil, range: SourceRange) {
    self.text = text
    self.index = index
    self.range = range
  }

  /// As it is written: `s1[2]`.
  package var written: String { text + (index?.written ?? "") }
}

/// What stands in brackets after a name.
package enum NameIndex: Hashable, Sendable {
  /// A layer, from 1.
  case number(Int)
  /// `[*]`: every layer.
  case all

  package var written: String {
    switch self {
    case .number(let number): "[\(number)]"
    case .all: "[*]"
    }
  }
}

package enum UnaryOperator: String, Hashable, Sendable, CaseIterable {
  case not
  case minus = "-"
}

/// The raw value is the operator as it is written.
package enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
  case or
  case and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case remainder = "%"

  /// How tightly the operator binds, loosest first. `not` stands between `and` and the comparisons.
  var binding: Binding {
    switch self {
    case .or: .disjunction
    case .and: .conjunction
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: .comparison
    case .plus, .minus: .sum
    case .times, .divide, .remainder: .product
    }
  }

  /// The levels of the grammar at which binary operators stand.
  enum Binding: Int, Comparable {
    case disjunction, conjunction, comparison, sum, product

    static func < (left: Binding, right: Binding) -> Bool { left.rawValue < right.rawValue }
  }
}

/// What an expression may hold; they keep recursion over it safe whatever the input.
package enum ExpressionLimits {
  /// Parentheses, calls and prefix operators inside one another.
  package static let depth = 64
  /// Words, numbers, operators, commas and parentheses.
  package static let tokens = 1_000
}
