import Diagnostics

/// A JSON value whose objects keep the order they were written in, so that equal answers are equal bytes.
indirect enum JSONValue {
  case null
  case boolean(Bool)
  case integer(Int)
  /// Digits with a point, exact.
  case decimal(String)
  /// Null where it is not finite; the shortest digits that give the same number back.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// On one line without spaces, as JSON Lines wants it.
  var compact: String {
    switch self {
    case .null: "null"
    case .boolean(let value): String(value)
    case .integer(let value): String(value)
    case .decimal(let text): text
    case .number(let value): value.isFinite ? value.description : "null"
    case .string(let text): quotedJSON(text)
    case .array(let values): "[" + values.map(\.compact).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { "\(quotedJSON($0.key)):\($0.value.compact)" }.joined(separator: ",") + "}"
    }
  }

  /// Two spaces for each level and a line feed at the end.
  var document: String { indented("") + "\n" }

  private func indented(_ indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .array(let values) where !values.isEmpty:
      return "[\n" + values.map { inner + $0.indented(inner) }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let members) where !members.isEmpty:
      let rows = members.map { "\(inner)\(quotedJSON($0.key)): \($0.value.indented(inner))" }
      return "{\n" + rows.joined(separator: ",\n") + "\n\(indent)}"
    case .null, .boolean, .integer, .decimal, .number, .string, .array, .object: return compact
    }
  }
}
