import SpaceIR

/// The JSON Schema of space, library and architecture files, `grammar/space.schema.json`.
///
/// Made from the tables that the reader itself uses. It says what a file may look like; names, types and shapes are the
/// checker's. Draft 7, which editors know best.
package enum SpaceSchema {
  /// The whole schema as text, with a line feed at its end.
  package static var text: String { whole.text() + "\n" }

  private static var whole: SchemaValue {
    let kinds: SchemaValue = .byKey(
      [("architecture", .to("architecture")), ("space", .to("space")), ("network", .to("space"))], else: .to("library"))
    return .object([
      ("$schema", "http://json-schema.org/draft-07/schema#"),
      ("title", "Espalier space"),
      ("description", "A space of neural networks, a library of blocks, or an architecture."),
      ("type", "object"), ("allOf", [kinds]), ("definitions", .object(definitions)),
    ])
  }

  private static var definitions: [(String, SchemaValue)] {
    files + ends + values + blocks + cells + items
  }

  /// - Precondition: every key of the reader has a schema, and no other has.
  private static func keyed(_ keys: [String], _ schemas: [(String, SchemaValue)]) -> [(String, SchemaValue)] {
    precondition(Set(keys) == Set(schemas.map(\.0)), "the schema has the reader's keys: \(keys)")
    return keys.compactMap { key in schemas.first { $0.0 == key } }
  }

  // MARK: Files

  private static var sections: [(String, SchemaValue)] {
    [
      ("espalier", ["description": "The version of the language.", "enum": [1]]),
      ("use", .list(of: ["type": "string"], "Files that bring blocks, rules and cells, relative to this one.")),
      ("blocks", .map(of: .to("block"), "Operations written in the language, by name.")),
      ("rules", .map(of: .to("rule"), "Rules of a grammar, by name.")),
      ("cells", .map(of: .to("cell"), "Cells, by name.")),
    ]
  }

  private static var files: [(String, SchemaValue)] {
    let space: [(String, SchemaValue)] =
      sections + [
        ("space", ["description": "The name of the space.", "type": ["string", "number"]]),
        ("input", .to("input")),
        ("inputs", .map(of: .to("shape"), "Several inputs by name, in the place of 'input'.", least: 1)),
        ("output", .to("output")),
        ("outputs", .map(of: .to("namedOutput"), "Several ends by name, in the place of 'output'.", least: 1)),
        ("decisions", .map(of: .to("choice"), "Choices of the whole network, which all expressions know.")),
        ("network", .list(of: .to("networkItem"), "Operations, stages and parallel items, in order.")),
        ("require", .list(of: .to("requirement"), "What every network meets: conditions and budgets.")),
        ("hints", .to("hints")), ("expect", .to("expect")),
      ]
    let ends: [SchemaValue] = [
      .byKey([("inputs", ["not": ["required": ["input"]]])], else: ["required": ["input"]]),
      .byKey([("outputs", ["not": ["required": ["output"]]])], else: ["required": ["output"]]),
    ]
    let whole = SchemaValue.mapping(
      "A search space: a network with holes.", keyed(SpaceReader.spaceKeys, space),
      required: ["espalier", "space", "network"])
    return [
      ("space", ["allOf": .array([whole] + ends)]),
      (
        "library",
        .mapping("A file that brings blocks.", keyed(SpaceReader.libraryKeys, sections), required: ["espalier"])
      ),
      (
        "architecture",
        .mapping(
          "One network of a space: all its decisions bound.",
          keyed(
            SpaceReader.architectureKeys,
            [
              ("espalier", ["description": "The version of the language.", "enum": [1]]),
              ("architecture", ["description": "The name of the architecture.", "type": ["string", "number"]]),
              ("of", ["description": "The file of its space, relative to this one.", "type": "string"]),
              ("hash", ["description": "The hash of the space in which it was made.", "type": ["string", "number"]]),
              ("input", .to("shape")),
              (
                "choices",
                [
                  "description": "By decision, its option.", "type": "object",
                  "additionalProperties": ["type": ["string", "number", "boolean"]],
                ]
              ),
            ]), required: ["espalier", "architecture", "of", "choices"])
      ),
    ]
  }

  private static var ends: [(String, SchemaValue)] {
    func extent(_ what: String) -> SchemaValue {
      ["description": .string(what), "type": "integer", "minimum": 1, "maximum": 1_000_000]
    }
    let sides = [("channels", extent("Channels.")), ("height", extent("Rows.")), ("width", extent("Columns."))]
    let classes = [("classes", extent("Numbers that the network ends in, one for each class."))]
    func output(_ from: [(String, SchemaValue)]) -> SchemaValue {
      let required = from.map(\.0)
      return .byKey(
        [
          (
            "channels",
            .mapping("A map.", from + sides, required: required + ["channels", "height", "width"])
          )
        ], else: .mapping("Scores of classes.", from + classes, required: required + ["classes"]))
    }
    let from = [("from", SchemaValue.described("The item of the network that gives it.", ["type": "string"]))]
    return [
      ("shape", .mapping("The shape of one image.", sides, required: ["channels", "height", "width"])),
      (
        "input",
        [
          "description": "The shape of one image, or a list of shapes that it can have.",
          "if": ["type": "array"],
          "then": ["type": "array", "items": .to("shape"), "minItems": 1], "else": .to("shape"),
        ]
      ),
      ("output", .described("What the network ends in.", output([]))),
      ("namedOutput", .described("One of several ends.", output(from))),
      (
        "hints",
        .mapping(
          "Advice for the planner; never changes the set of networks.",
          [
            (
              "distribution",
              .oneOf(Hints.Grouping.allCases.map(\.rawValue), "How a search groups decisions. Default: joint.")
            ),
            (
              "share",
              [
                "description": "By the last part of a decision's name, how weights depend on it.", "type": "object",
                "additionalProperties": .oneOf(Hints.Sharing.allCases.map(\.rawValue), "How weights are shared."),
              ]
            ),
          ])
      ),
      (
        "expect",
        .mapping(
          "Numbers that must come out.",
          Expectations.Quantity.allCases.map {
            ($0.rawValue, ["description": "A whole number.", "type": ["integer", "string"], "pattern": "^[0-9]+$"])
          } + [("source", .text("Where the numbers come from."))], required: ["source"])
      ),
    ]
  }
}
