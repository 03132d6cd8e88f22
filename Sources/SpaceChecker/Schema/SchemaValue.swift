import Diagnostics

/// A JSON value whose objects keep the order in which they are written.
indirect enum SchemaValue: Sendable {
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
    case .boolean, .integer, .string: return compact
    }
  }

  private var compact: String {
    switch self {
    case .boolean(let value): String(value)
    case .integer(let value): String(value)
    case .string(let text): quotedJSON(text)
    case .array(let values): "[" + values.map(\.compact).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { "\(quotedJSON($0.0)): \($0.1.compact)" }.joined(separator: ", ") + "}"
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

  /// A reference to a definition.
  static func to(_ name: String) -> SchemaValue { ["$ref": .string("#/definitions/\(name)")] }

  static func words(_ words: [String]) -> SchemaValue { .array(words.map(SchemaValue.string)) }

  static func oneOf(_ words: [String], _ description: String) -> SchemaValue {
    ["description": .string(description), "enum": .words(words)]
  }

  static func list(of element: SchemaValue, _ description: String, least: Int = 0) -> SchemaValue {
    ["description": .string(description), "type": "array", "items": element, "minItems": .integer(least)]
  }

  static func map(of element: SchemaValue, _ description: String, least: Int = 0) -> SchemaValue {
    [
      "description": .string(description), "type": "object", "propertyNames": .to("name"),
      "additionalProperties": element, "minProperties": .integer(least),
    ]
  }

  static func text(_ description: String) -> SchemaValue {
    ["description": .string(description), "type": ["string", "number", "boolean"]]
  }

  /// A mapping of exactly these keys.
  static func mapping(
    _ description: String, _ keys: [(String, SchemaValue)], required: [String] = []
  ) -> SchemaValue {
    var members: [(String, SchemaValue)] = [
      ("description", .string(description)), ("type", "object"), ("properties", .object(keys)),
    ]
    if !required.isEmpty { members.append(("required", .words(required))) }
    members.append(("additionalProperties", false))
    return .object(members)
  }

  /// The first schema whose key the mapping has, the last one otherwise: one error for each mistake, where `oneOf` would
  /// give one for each alternative.
  static func byKey(_ cases: [(key: String, SchemaValue)], else rest: SchemaValue) -> SchemaValue {
    cases.reversed().reduce(rest) { rest, item in
      ["if": ["type": "object", "required": [.string(item.key)]], "then": item.1, "else": rest]
    }
  }

  /// With a description, beside what it refers to.
  static func described(_ description: String, _ schema: SchemaValue) -> SchemaValue {
    ["description": .string(description), "allOf": [schema]]
  }
}
