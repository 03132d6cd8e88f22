import SpaceIR

// Items of bodies and of the network: calls of operations above all.
extension SpaceSchema {
  static var items: [(String, SchemaValue)] {
    [
      ("items", .list(of: .to("item"), "Items one after another.")),
      (
        "item",
        [
          "description": "An operation, a switch, a condition, or branches side by side.",
          "if": ["type": "string"], "then": ["type": "string", "minLength": 1],
          "else": .byKey(
            [
              ("switch", .to("switch")), ("parallel", .to("parallel")), ("op", .to("labelledCall")),
              ("when", .to("condition")),
            ], else: ["type": "object", "required": ["op"]]),
        ]
      ),
      (
        "networkItem",
        .described(
          "An operation, a stage, or branches side by side.",
          .byKey(
            [("stage", .to("stage")), ("parallel", .to("namedParallel"))],
            else: ["allOf": [.to("call"), ["required": ["name", "op"]]]]))
      ),
      (
        "stage",
        .mapping(
          "One operation repeated.",
          SpaceReader.stageKeys.map { ($0, stage($0)) }, required: ["stage", "layers", "layer"])
      ),
      (
        "layers",
        [
          "description": "How many layers; as a choice, the depth is a decision.", "if": ["type": "object"],
          "then": .mapping("The depth.", [("choose", ["type": ["array", "object"]])], required: ["choose"]),
          "else": ["type": "integer", "minimum": 1, "maximum": 1000],
        ]
      ),
      (
        "switch",
        .mapping(
          "The items of one case.",
          [
            ("switch", .to("expression")),
            (
              "cases",
              ["description": "Items by value; 'else' for the rest.", "type": "object", "additionalProperties": .to("items")]
            ),
          ], required: ["switch", "cases"])
      ),
      (
        "condition",
        .mapping(
          "The items of one side.",
          [("when", .to("expression")), ("then", .to("items")), ("else", .to("items"))], required: ["when", "then"])
      ),
      ("parallel", parallel(required: ["parallel", "join"])),
      ("namedParallel", parallel(required: ["name", "parallel", "join"])),
      ("labelledCall", .to("call")), ("call", call), ("alternatives", alternatives), ("from", from),
    ]
  }

  private static func stage(_ key: String) -> SchemaValue {
    switch key {
    case "stage": .described("The name of the stage.", .to("name"))
    case "layers": .to("layers")
    case "decide":
      .oneOf(DecisionScope.allCases.map(\.rawValue), "Whether its layers decide together or each for itself.")
    default: .described("The operation of every layer.", .to("call"))
    }
  }

  private static func parallel(required: [String]) -> SchemaValue {
    .mapping(
      "Branches that start at one tensor, joined.",
      [
        ("name", .to("name")), ("parallel", .map(of: .to("items"), "Branches by name.", least: 2)),
        ("join", .oneOf(Join.allCases.map(\.rawValue), "How they are joined.")),
      ], required: required)
  }

  /// `op` says which arguments there are: those of a primitive are known here, those of a block are any.
  private static var call: SchemaValue {
    let known = Primitive.allCases.map(\.rawValue)
    let op: SchemaValue = [
      "description": "A primitive operation, or a block, a rule or a cell.", "type": "string", "minLength": 1,
      "examples": .words(known),
    ]
    let free: SchemaValue = .object([
      ("properties", .object([("op", op)] + commonKeys)), ("additionalProperties", .to("argument")),
    ])
    let cases = Primitive.allCases.map { primitive -> SchemaValue in
      [
        "if": ["properties": ["op": ["const": .string(primitive.rawValue)]], "required": ["op"]],
        "then": arguments(of: primitive.signature),
      ]
    }
    return .object([
      ("description", "A call of an operation with its arguments."),
      ("if", ["type": "string"]), ("then", ["type": "string", "minLength": 1]),
      (
        "else",
        ["type": "object", "required": ["op"], "allOf": .array([free] + cases)]
      ),
    ])
  }

  private static var commonKeys: [(String, SchemaValue)] {
    [
      ("name", .described("A label, for 'from' and for names of decisions.", .to("name"))),
      ("from", .to("from")),
      ("when", .described("The operation is there only where this holds.", .to("expression"))),
      ("or", .to("alternatives")),
    ]
  }

  private static func arguments(of signature: Signature) -> SchemaValue {
    let parameters = signature.parameters.map { parameter -> (String, SchemaValue) in
      (parameter.name, .described(describe(parameter), .to("argument")))
    }
    let keys = [("op", SchemaValue.object([]))] + commonKeys.map { ($0.0, SchemaValue.object([])) } + parameters
    let required = signature.parameters.filter { $0.defaultValue == nil && !$0.isOptional }.map(\.name)
    return .object([
      ("properties", .object(keys)), ("required", .words(required)), ("additionalProperties", false),
    ])
  }

  private static func describe(_ parameter: Signature.Parameter) -> String {
    var text = "\(parameter.type.phrase.prefix(1).uppercased())\(parameter.type.phrase.dropFirst())"
    if !parameter.words.isEmpty { text += ": \(parameter.words.joined(separator: ", "))" }
    if let value = parameter.defaultValue { text += ". Default: \(value)" }
    return text + "."
  }

  private static var alternatives: SchemaValue {
    let one: SchemaValue = ["if": ["type": "string"], "then": ["type": "string", "minLength": 1], "else": .to("call")]
    return [
      "description": "What the layer can be instead: an operation, 'bypass', or a list of those.",
      "if": ["type": "array"], "then": ["type": "array", "items": one, "minItems": 1], "else": one,
    ]
  }

  private static var from: SchemaValue {
    [
      "description": "What is read: an earlier item, an input, or back.1, back.2, ...; a list for several.",
      "if": ["type": "array"],
      "then": ["type": "array", "items": ["type": "string"], "minItems": 1], "else": ["type": "string"],
    ]
  }
}
