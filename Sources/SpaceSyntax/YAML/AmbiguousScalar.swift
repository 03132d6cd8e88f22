/// A plain scalar that YAML readers disagree on, or whose number cannot be kept exactly.
package enum AmbiguousScalar: Hashable, Sendable {
  /// `yes`, `no`, `on`, `off` in lower, capital or upper case: a truth value in YAML 1.1, a word in 1.2.
  case truthWord(Bool)
  /// `0o17`: a number in YAML 1.2, a word in 1.1. Holds the 1.2 value.
  case octal(Int)
  /// `017`: seventeen in YAML 1.2, fifteen in 1.1. The octal reading is nil for digits 8 and 9.
  case leadingZero(decimal: Int, octal: Int?)
  /// `0b101`: a number in YAML 1.1, a word in 1.2. Holds the 1.1 value.
  case binary(Int)
  /// `1_000`: a number in YAML 1.1, a word in 1.2. Holds the text without underscores.
  case underscored(String)
  /// `1:30`: ninety in YAML 1.1, a word in 1.2.
  case sexagesimal
  /// `.inf`, `-.inf`, `.nan`: numbers in both, but no space has a use for them.
  case notFinite
  /// `~`: nothing in both, easily taken for a word.
  case tilde
  /// A number that has no exact 64-bit form.
  case outOfRange
}

/// What a place in a space wants of a scalar; it decides the remedy that is offered.
package enum ScalarExpectation: Hashable, Sendable, CaseIterable {
  case word
  case number
  case truth
}

/// Why the scalar is ambiguous, or nil for one that is quoted or that every reader takes the same way.
package func ambiguity(of scalar: YAMLScalar) -> AmbiguousScalar? {
  guard scalar.style == .plain, let first = scalar.text.utf8.first else { return nil }
  let text = scalar.text
  switch text {
  case "yes", "Yes", "YES", "on", "On", "ON": return .truthWord(true)
  case "no", "No", "NO", "off", "Off", "OFF": return .truthWord(false)
  case "~": return .tilde
  default: break
  }
  guard first.isDigit || "+-.".utf8.contains(first) else { return nil }
  let unsigned = first == UInt8(ascii: "+") || first == UInt8(ascii: "-") ? text.dropFirst() : Substring(text)
  if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(String(unsigned)) { return .notFinite }
  return ambiguousNumber(text, unsigned: unsigned)
}

private func ambiguousNumber(_ text: String, unsigned: Substring) -> AmbiguousScalar? {
  let bare = text.filter { $0 != "_" }
  if unsigned.hasPrefix("0o"), let value = Int(bare.replacingPrefix("0o"), radix: 8) { return .octal(value) }
  if unsigned.hasPrefix("0b"), let value = Int(bare.replacingPrefix("0b"), radix: 2) { return .binary(value) }
  if bare.count < text.count {
    return YAMLScalar(text: bare, style: .plain).value.isNumber ? .underscored(bare) : nil
  }
  let parts = unsigned.split(separator: ":", omittingEmptySubsequences: false)
  if parts.count > 1 {
    return parts.allSatisfy { $0.utf8.allSatisfy(\.isDigit) && !$0.isEmpty } ? .sexagesimal : nil
  }
  if unsigned.utf8.count > 1, unsigned.utf8.first == UInt8(ascii: "0"), unsigned.utf8.allSatisfy(\.isDigit) {
    guard let decimal = Int(text) else { return .outOfRange }
    return .leadingZero(decimal: decimal, octal: Int(text, radix: 8))
  }
  let looksNumeric = unsigned.utf8.allSatisfy { $0.isDigit || ".eE+-".utf8.contains($0) }
  let value = YAMLScalar(text: text, style: .plain).value
  return looksNumeric && !value.isNumber && isNumeral(unsigned) ? .outOfRange : nil
}

/// Whether the text is a numeral of the core schema once its digits are cut down to what surely fits.
private func isNumeral(_ unsigned: Substring) -> Bool {
  guard unsigned.utf8.first != UInt8(ascii: "+"), unsigned.utf8.first != UInt8(ascii: "-") else { return false }
  var short = ""
  for character in unsigned where !(character.isDigit && short.last?.isDigit == true) { short.append(character) }
  return ExactDecimal(short) != nil
}

extension YAMLValue {
  fileprivate var isNumber: Bool {
    switch self {
    case .integer, .decimal: true
    case .null, .bool, .string: false
    }
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension Character {
  fileprivate var isDigit: Bool { utf8.count == 1 && utf8.allSatisfy(\.isDigit) }
}

extension String {
  /// The text without the first occurrence of a radix mark; a sign before it stays.
  fileprivate func replacingPrefix(_ mark: String) -> String {
    let sign = prefix(while: { $0 == "+" || $0 == "-" })
    return String(sign) + dropFirst(sign.count + mark.count)
  }
}
