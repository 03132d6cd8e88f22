import SpaceIR

// Values, choices and requirements.
extension SpaceSchema {
  static let names = "^[A-Za-z][A-Za-z0-9_-]*$"

  static var values: [(String, SchemaValue)] {
    let number: SchemaValue = ["type": "number"]
    let former = ("was", SchemaValue.described("A former name of the decision.", ["type": "string"]))
    let choose = SchemaValue.described(
      "The options: a list, or a range from one end to the other.",
      [
        "if": ["type": "array"],
        "then": [
          "type": "array", "items": ["type": ["string", "number", "boolean"]], "minItems": 1, "uniqueItems": true,
        ],
        "else": .mapping(
          "A range; both ends are options.", [("from", number), ("to", number), ("step", number)],
          required: ["from", "to", "step"]),
      ])
    let decide = (
      "decide",
      SchemaValue.oneOf(
        DecisionScope.allCases.map(\.rawValue), "Whether layers or uses decide together or each for itself.")
    )
    return [
      ("name", ["description": "A letter, then letters, digits, '_' and '-'.", "type": "string"]),
      ("expression", .text("A value, or an expression over what is known here.")),
      ("choice", .mapping("A choice of the whole network.", [("choose", choose), former], required: ["choose"])),
      (
        "layerChoice",
        .mapping("A choice: a decision.", [("choose", choose), decide, former], required: ["choose"])
      ),
      (
        "argument",
        .described(
          "A value, an expression, a choice, or one value for the first layer and one for the rest.",
          .object([
            ("if", ["type": "object"]),
            (
              "then",
              .byKey(
                [("first", .to("firstRest")), ("rest", .to("firstRest"))], else: .to("layerChoice"))
            ),
            ("else", .to("expression")),
          ]))
      ),
      (
        "firstRest",
        .mapping(
          "A value for the first layer of a stage and one for the rest.",
          [("first", .to("argument")), ("rest", .to("argument"))], required: ["first", "rest"])
      ),
      ("requirement", requirement),
    ]
  }

  private static var requirement: SchemaValue {
    let name = ("name", SchemaValue.text("What messages call it."))
    let cells: SchemaValue = ["type": "array", "items": ["type": ["string", "number", "boolean"]]]
    func table(_ kind: RowTable.Kind) -> SchemaValue {
      .mapping(
        "Combinations of values.",
        [
          name, (kind.rawValue, .list(of: .to("expression"), "The names of the columns.", least: 1)),
          ("rows", .list(of: cells, "One value for each column.", least: 1)),
        ], required: [kind.rawValue, "rows"])
    }
    let written = SchemaValue.byKey(
      RowTable.Kind.allCases.map { ($0.rawValue, table($0)) },
      else: .mapping("A condition.", [name, ("that", .to("expression"))], required: ["that"]))
    return [
      "description": "A condition or a budget that every network meets.",
      "if": ["type": "object"], "then": written, "else": .to("expression"),
    ]
  }
}
