/// What a scalar means by the core schema of YAML 1.2.2, section 10.3.2: only plain scalars are more than strings.
package enum YAMLValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case decimal(ExactDecimal)
  /// Also a number that has no exact 64-bit form and `.inf` and `.nan`; `AmbiguousScalar` tells these apart.
  case string(String)
}

extension YAMLScalar {
  package var value: YAMLValue {
    guard style == .plain else { return .string(text) }
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: return number ?? .string(text)
    }
  }

  /// The number that the plain text stands for, if it fits.
  private var number: YAMLValue? {
    if text.hasPrefix("0o") { return Self.integer(text.dropFirst(2), radix: 8) }
    if text.hasPrefix("0x") { return Self.integer(text.dropFirst(2), radix: 16) }
    // `Int(_:)` takes exactly [-+]?[0-9]+ for radix 10.
    if let value = Int(text) { return .integer(value) }
    guard text.utf8.contains(where: { ".eE".utf8.contains($0) }) else { return nil }
    return ExactDecimal(text).map(YAMLValue.decimal)
  }

  private static func integer(_ digits: Substring, radix: Int) -> YAMLValue? {
    guard let first = digits.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return nil }
    return Int(digits, radix: radix).map(YAMLValue.integer)
  }
}
