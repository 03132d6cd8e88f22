// The forms that the schema of the language is put together from.
//
// An editor shows the first description that it meets, from the inside out. So a definition that is referred to from
// several places has a title and no description: what a key means is said where the key stands.
extension SchemaValue {
  /// A reference to a definition.
  static func to(_ name: String) -> SchemaValue { ["$ref": .string("#/definitions/\(name)")] }

  static func words(_ words: [String]) -> SchemaValue { .array(words.map(SchemaValue.string)) }

  /// One of the words of the language; what each means is in the order of the words.
  static func oneOf(_ words: [(word: String, meaning: String)], _ description: String) -> SchemaValue {
    [
      "description": .string(description), "enum": .words(words.map(\.word)),
      "enumDescriptions": .words(words.map(\.meaning)),
    ]
  }

  static func integer(in range: ClosedRange<Int>, _ description: String) -> SchemaValue {
    [
      "description": .string(description), "type": "integer", "minimum": .integer(range.lowerBound),
      "maximum": .integer(range.upperBound),
    ]
  }

  static func list(of element: SchemaValue, _ description: String, least: Int = 0) -> SchemaValue {
    let list: SchemaValue = ["description": .string(description), "type": "array", "items": element]
    return least == 0 ? list : list.with("minItems", .integer(least))
  }

  /// By name, something.
  static func map(of element: SchemaValue, _ description: String, least: Int = 0) -> SchemaValue {
    let map: SchemaValue = [
      "description": .string(description), "type": "object", "propertyNames": .to("name"),
      "additionalProperties": element,
    ]
    return least == 0 ? map : map.with("minProperties", .integer(least))
  }

  /// A text, whatever a reader of YAML takes it for.
  static func text(_ description: String) -> SchemaValue {
    ["description": .string(description), "type": ["string", "number", "boolean"], "minLength": 1]
  }

  /// A mapping of exactly these keys.
  ///
  /// - Parameter title: What messages call it, as in `Fields`.
  static func mapping(
    _ title: String, _ keys: [(String, SchemaValue)], required: [String] = []
  ) -> SchemaValue {
    let mapping: SchemaValue = ["title": .string(title), "type": "object", "properties": .object(keys)]
    return (required.isEmpty ? mapping : mapping.with("required", .words(required)))
      .with("additionalProperties", false)
  }

  /// The first schema whose key the mapping has, the last one otherwise: one error for each mistake, where `oneOf` would
  /// say no more than that no alternative fits.
  static func byKey(_ cases: [(key: String, SchemaValue)], else rest: SchemaValue) -> SchemaValue {
    cases.reversed().reduce(rest) { rest, item in
      ["if": ["type": "object", "required": [.string(item.key)]], "then": item.1, "else": rest]
    }
  }

  /// Where a mapping has the first key of a form, or another one of the form's own and no `op`, it is meant as that.
  static func byForm(_ cases: [(keys: [String], SchemaValue)], else rest: SchemaValue) -> SchemaValue {
    cases.reversed().reduce(rest) { rest, item in
      let marks = item.keys.enumerated().map { index, key -> SchemaValue in
        let mark: SchemaValue = ["required": [.string(key)]]
        return index == 0 ? mark : mark.with("not", ["required": ["op"]])
      }
      return ["if": ["type": "object", "anyOf": .array(marks)], "then": item.1, "else": rest]
    }
  }

  /// One form for mappings, another for all else.
  static func mappingOr(_ rest: SchemaValue, _ mapping: SchemaValue) -> SchemaValue {
    ["if": ["type": "object"], "then": mapping, "else": rest]
  }

  static func listOr(_ rest: SchemaValue, _ list: SchemaValue) -> SchemaValue {
    ["if": ["type": "array"], "then": list, "else": rest]
  }

  /// With a description, beside what it refers to.
  static func described(_ description: String, _ schema: SchemaValue) -> SchemaValue {
    ["description": .string(description), "allOf": [schema]]
  }

  /// With words that an editor offers; whatever else is allowed stays so.
  ///
  /// Of two alternatives one always fits, so there is nothing to say of both. `not` keeps an editor from showing the
  /// words where another one stands.
  func offering(_ words: [(word: SchemaValue, meaning: String)]) -> SchemaValue {
    let known: SchemaValue = ["enum": .array(words.map(\.word))]
    let meanings = words.map(\.meaning).filter { !$0.isEmpty }
    return with(
      "anyOf", [meanings.isEmpty ? known : known.with("enumDescriptions", .words(meanings)), ["not": known]])
  }

  func offering(_ words: [SchemaValue]) -> SchemaValue { offering(words.map { ($0, "") }) }

  /// With what an editor says about a value of another type, where a JSON Schema has no words of its own.
  func expecting(_ form: String) -> SchemaValue { with("errorMessage", .string("Expected \(form).")) }

  /// One of two keys, of which neither is there without the other being absent.
  static func either(_ key: String, or other: String) -> SchemaValue {
    let absent: SchemaValue = ["properties": .object([(key, .boolean(false))])]
    return .byKey([(other, absent)], else: ["required": [.string(key)]])
  }
}
