import SpaceIR

// Calls of operations: `op` says which arguments there are.
extension SpaceSchema {
  /// A call in any place: `op` of a primitive leads to exactly its parameters, any other to free arguments, since
  /// blocks, rules and cells are not known here.
  static var operations: [(String, SchemaValue)] {
    let known = Primitive.allCases.map { primitive -> SchemaValue in
      [
        "if": ["properties": ["op": ["const": .string(primitive.rawValue)]]], "then": .to(definition(of: primitive)),
      ]
    }
    // A pattern and no list: an editor shows the words of every list that it met on the way.
    let words = Primitive.allCases.map(\.rawValue).joined(separator: "|")
    let isKnown: SchemaValue = ["properties": ["op": ["pattern": .string("^(\(words))$")]], "required": ["op"]]
    let own: [String] = ["op"] + commonKeys.map(\.0)
    let free: SchemaValue = [
      "properties": .object(own.map { ($0, true) }), "additionalProperties": .to("argument"),
    ]
    let operation: SchemaValue = [
      "title": "an operation", "type": "object", "required": ["op"],
      "allOf": [
        ["if": isKnown, "then": ["allOf": .array(known)], "else": .byKey([("op", free)], else: [:])],
        ["properties": .object([("op", op)] + commonKeys)],
      ],
    ]
    let primitives = Primitive.allCases.map { (definition(of: $0), schema(of: $0)) }
    return [("operation", operation), ("alternative", alternative)] + primitives
  }

  private static func definition(of primitive: Primitive) -> String { "op.\(primitive.rawValue)" }

  private static var op: SchemaValue {
    SchemaValue.object([
      ("description", "A primitive operation, or the name of a block, a rule or a cell."), ("type", "string"),
      ("minLength", 1),
    ]).offering(Primitive.allCases.map { (.string($0.rawValue), $0.meaning) })
  }

  /// An operation without arguments is its name.
  static var bareOperation: SchemaValue {
    let bare = Primitive.allCases.filter { needed($0).isEmpty }
    return SchemaValue.object([("type", "string"), ("minLength", 1)])
      .offering(bare.map { (.string($0.rawValue), $0.meaning) })
  }

  private static func needed(_ primitive: Primitive) -> [String] {
    primitive.signature.parameters.filter { $0.defaultValue == nil && !$0.isOptional }.map(\.name)
  }

  // MARK: What all operations have

  private static var commonKeys: [(String, SchemaValue)] {
    [
      ("name", .described("A label, for 'from' and for names of decisions.", .to("name"))),
      (
        "from",
        .described(
          "What is read, where that is not the result of the item before: an earlier item, an input, back.1, back.2, "
            + "..., or a list of those.",
          .listOr(
            tensor.expecting("a name or a list of names"), ["type": "array", "items": tensor, "minItems": 1]))
      ),
      (
        "when", .described("The operation, with its decisions, is there only where this holds.", .to("expression"))
      ),
      (
        "or",
        .described(
          "What the layer can be instead: an operation, 'bypass', or a list of those. A decision.",
          .listOr(
            .to("alternative"), ["type": "array", "items": .to("alternative"), "minItems": 1]))
      ),
    ]
  }

  private static let tensor: SchemaValue = ["type": "string", "minLength": 1]

  private static var alternative: SchemaValue {
    let others = SchemaValue.object(commonKeys.map { ($0.0, false) })
    return .mappingOr(
      SchemaValue.object([("type", "string"), ("minLength", 1)])
        .offering([("bypass", "The layer is left out: its input passes through.")]),
      ["allOf": [.to("operation"), ["properties": others]]])
  }

  // MARK: Primitives

  private static func schema(of primitive: Primitive) -> SchemaValue {
    let parameters = primitive.signature.parameters.map { ($0.name, schema(of: $0, in: primitive)) }
    let op: SchemaValue = ["description": .string(primitive.meaning), "const": .string(primitive.rawValue)]
    return .mapping(
      primitive.rawValue, [("op", op)] + commonKeys.map { ($0.0, true) } + parameters, required: needed(primitive))
  }

  private static func schema(of parameter: Signature.Parameter, in primitive: Primitive) -> SchemaValue {
    var text = primitive.meaning(of: parameter.name)
    if let value = parameter.defaultValue { text += " Default: \(value)." }
    var schema = SchemaValue.described(text, .to("argument"))
    if let value = parameter.defaultValue { schema = schema.with("default", SchemaValue(value)) }
    switch parameter.type {
    case .integer, .rational: return schema
    case .boolean: return schema.offering([true, false])
    case .word: return schema.offering(parameter.words.map(SchemaValue.string))
    }
  }
}
