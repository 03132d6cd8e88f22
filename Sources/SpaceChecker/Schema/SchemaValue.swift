import Diagnostics
import SpaceIR

/// A JSON value whose objects keep the order in which they are written.
indirect enum SchemaValue: Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case string(String)
  case array([SchemaValue])
  case object([(String, SchemaValue)])

  /// Two spaces for each level; what is short stands on one line.
  func text(indent: String = "") -> String {
    let compact = compact
    guard compact.count + indent.count > 100 else { return compact }
    let inner = indent + "  "
    switch self {
    case .array(let values):
      return "[\n" + values.map { inner + $0.text(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let members):
      let lines = members.map { "\(inner)\(quotedJSON($0.0)): \($0.1.text(indent: inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    case .null, .boolean, .integer, .string: return compact
    }
  }

  private var compact: String {
    switch self {
    case .null: "null"
    case .boolean(let value): String(value)
    case .integer(let value): String(value)
    case .string(let text): quotedJSON(text)
    case .array(let values): "[" + values.map(\.compact).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { "\(quotedJSON($0.0)): \($0.1.compact)" }.joined(separator: ", ") + "}"
    }
  }

  /// An object with one member more.
  func with(_ key: String, _ value: SchemaValue) -> SchemaValue {
    guard case .object(let members) = self else { preconditionFailure("members are added to objects") }
    return .object(members + [(key, value)])
  }

  /// An option or a default.
  init(_ value: SpaceIR.Value) {
    switch value {
    case .integer(let number): self = .integer(number)
    case .rational(let number): self = .string(number.description)
    case .word(let word): self = .string(word)
    case .boolean(let truth): self = .boolean(truth)
    }
  }
}

extension SchemaValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(arrayLiteral elements: SchemaValue...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, SchemaValue)...) { self = .object(elements) }
  init(booleanLiteral value: Bool) { self = .boolean(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
}
