/// A word of the text form. `grammar/ir.ebnf` has the spelling of each under "Tokens".
enum IRToken: Hashable {
  /// A keyword, a bare word or a path such as `s2[1].kernel`.
  case name(String)
  case string(String)
  /// A number without its sign.
  case number(Magnitude)
  /// `$s2.kernel`
  case decision(Reference)
  /// `%12`
  case node(Int)
  /// `@stem/1`
  case place(layer: Reference, String)
  /// `#3`, an index where a name would not be clear.
  case index(Int)
  case symbol(String)
  case end

  /// A thing by name, or by index where its name is missing or not unique.
  enum Reference: Hashable {
    case name(String)
    case index(Int)
  }

  /// An unsigned fraction; the sign is applied by the parser, so that the smallest integer can be written.
  struct Magnitude: Hashable {
    let numerator: UInt
    let denominator: Int

    /// Nil where the value does not fit 64-bit parts.
    func value(negative: Bool) -> Value? {
      guard numerator == Int.min.magnitude else {
        return Int(exactly: numerator).map { Value(Rational(negative ? -$0 : $0, denominator)) }
      }
      return negative ? Value(Rational(.min, denominator)) : nil
    }
  }

  /// For "expected …, found …".
  var description: String {
    switch self {
    case .name(let name): "'\(name)'"
    case .string(let text): quoted(text)
    case .number: "a number"
    case .decision: "a decision"
    case .node(let index): "'%\(index)'"
    case .place: "a place"
    case .index(let index): "'#\(index)'"
    case .symbol(let text): "'\(text)'"
    case .end: "the end of the text"
    }
  }
}

/// A string literal of the text form.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
