import SpaceIR

// Shapes, values, choices and requirements.
extension SpaceSchema {
  static var ends: [(String, SchemaValue)] {
    let meanings = ["channels": "Channels.", "height": "Rows.", "width": "Columns."]
    let sides = keyed(
      SpaceReader.shapeKeys,
      meanings.map { ($0.key, .integer(in: SpaceReader.extents, $0.value)) })
    let classes = [
      ("classes", SchemaValue.integer(in: SpaceReader.extents, "Numbers that the network ends in, one for each class."))
    ]
    func output(_ from: [(String, SchemaValue)]) -> SchemaValue {
      func shape(_ keys: [(String, SchemaValue)]) -> SchemaValue {
        .mapping("the output", from + keys, required: (from + keys).map(\.0))
      }
      return .byKey([("classes", shape(classes)), ("channels", shape(sides))], else: shape(classes))
    }
    let from = (
      "from", SchemaValue.described("The item of the network that gives it.", ["type": "string", "minLength": 1])
    )
    return [
      ("shape", .mapping("an input", sides, required: SpaceReader.shapeKeys)),
      ("output", output([])), ("namedOutput", output([from])),
    ]
  }

  static var values: [(String, SchemaValue)] {
    let letters = "A-Za-z\\u0080-\\uffff"
    return [
      // Letters beyond ASCII are told from other signs by the checker; readers of patterns have no common class for them.
      (
        "name",
        [
          "title": "a name", "type": "string",
          "pattern": .string("^[\(letters)][\(letters)0-9_-]*$"),
          "patternErrorMessage": "A name is a letter, then letters, digits, '_' and '-'.",
        ]
      ),
      (
        "title",
        [
          "title": "a name", "type": "string",
          "pattern": .string("^[+.]*[\(letters)][\(letters)0-9_+.-]*$"),
          "patternErrorMessage": "A name is a letter, then letters, digits, '_', '-', '.' and '+'.",
        ]
      ),
      ("expression", scalar("an expression").expecting("a value or an expression")),
      ("argument", argument),
      ("firstRest", .mapping("an argument by layer", firstRest, required: SpaceReader.firstRestKeys)),
      ("choice", .mapping("a choice", choice(SpaceReader.choiceKeys), required: ["choose"])),
      ("sharedChoice", .mapping("a choice", choice(["choose", "was"]), required: ["choose"])),
      ("options", options(of: value, number: ["type": "number"])),
      ("requirement", requirement),
    ]
  }

  /// A number, a word or a boolean: an option, a row's value.
  static let value: SchemaValue = ["type": ["string", "number", "boolean"]]

  /// A value or an expression.
  private static func scalar(_ title: String) -> SchemaValue {
    ["title": .string(title), "type": ["string", "number", "boolean"], "minLength": 1]
  }

  private static var argument: SchemaValue {
    .mappingOr(
      scalar("an argument").expecting("a value, an expression, {choose: [...]} or {first: ..., rest: ...}"),
      .byKey(SpaceReader.firstRestKeys.map { ($0, .to("firstRest")) }, else: .to("choice"))
    ).with("title", "an argument")
  }

  private static var firstRest: [(String, SchemaValue)] {
    keyed(
      SpaceReader.firstRestKeys,
      [
        ("first", .described("For the first layer of the stage.", .to("argument"))),
        ("rest", .described("For the other layers of the stage.", .to("argument"))),
      ])
  }

  private static func choice(_ keys: [String]) -> [(String, SchemaValue)] {
    keyed(
      SpaceReader.choiceKeys,
      [
        (
          "choose",
          .described("The options: [a, b, ...], or {from: A, to: B, step: C} with both ends.", .to("options"))
        ),
        (
          "decide",
          DecisionScope.schema(
            of: "layers or uses", "Who decides, where that is not what the stage or the block says.")
        ),
        ("was", .text("A former name of the decision: results that know the old name still load.")),
      ]
    ).filter { keys.contains($0.0) }
  }

  /// A list, or a range.
  static func options(of value: SchemaValue, number: SchemaValue) -> SchemaValue {
    let meanings = ["from": "The least option.", "to": "The greatest option.", "step": "From one option to the next."]
    let range = keyed(SpaceReader.rangeKeys, meanings.map { ($0.key, .described($0.value, number)) })
    return .mappingOr(
      [
        "title": "options", "type": "array", "items": value, "minItems": .integer(SpaceReader.optionCounts.lowerBound),
        "maxItems": .integer(SpaceReader.optionCounts.upperBound), "uniqueItems": true,
        "errorMessage": "Expected a list of options or {from: A, to: B, step: C}.",
      ],
      .mapping("a range", range, required: SpaceReader.rangeKeys))
  }

  private static var requirement: SchemaValue {
    let name = ("name", SchemaValue.text("What messages call it."))
    func table(_ kind: RowTable.Kind) -> SchemaValue {
      let what = kind == .allow ? "The names whose combinations are allowed." : "The names whose combinations are not."
      return .mapping(
        "a table of values",
        [
          name, (kind.rawValue, .list(of: .to("expression"), what, least: 1)),
          (
            "rows", .list(of: ["type": "array", "items": value], "Combinations: a value for each name.", least: 1)
          ),
        ], required: [kind.rawValue, "rows"])
    }
    let condition = SchemaValue.mapping(
      "a requirement",
      [name, ("that", .described("A condition or a budget, 'macs <= 60M'.", .to("expression")))], required: ["that"])
    return .mappingOr(
      scalar("a requirement").expecting("a condition, {that: ...} or {allow: [...], rows: [...]}"),
      .byKey(RowTable.Kind.allCases.map { ($0.rawValue, table($0)) }, else: condition))
  }
}
