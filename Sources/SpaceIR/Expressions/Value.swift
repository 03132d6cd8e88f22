/// What an option, a parameter or an expression can be.
package enum Value: Hashable, Sendable {
  case integer(Int)
  /// Never an integer: `Value(Rational)` normalises.
  case rational(Rational)
  case word(String)
  case boolean(Bool)

  package init(_ rational: Rational) {
    self = rational.isInteger ? .integer(rational.numerator) : .rational(rational)
  }

  /// The number, exactly; nil for words and booleans.
  package var number: Rational? {
    switch self {
    case .integer(let value): Rational(value)
    case .rational(let value): value
    case .word, .boolean: nil
    }
  }

  package var integer: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  package var word: String? {
    if case .word(let value) = self { value } else { nil }
  }

  package var boolean: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  package var type: ValueType {
    switch self {
    case .integer: .integer
    case .rational: .rational
    case .word: .word
    case .boolean: .boolean
    }
  }
}

/// The types of the expression language. An integer is accepted where a rational is expected.
package enum ValueType: String, Hashable, Sendable, CaseIterable {
  case integer = "int"
  case rational
  case word
  case boolean = "bool"

  package func accepts(_ other: ValueType) -> Bool { self == other || (self == .rational && other == .integer) }
  package var isNumeric: Bool { self == .integer || self == .rational }
}

extension Value: CustomStringConvertible {
  package var description: String {
    switch self {
    case .integer(let value): String(value)
    case .rational(let value): value.description
    case .word(let value): value
    case .boolean(let value): String(value)
    }
  }
}
