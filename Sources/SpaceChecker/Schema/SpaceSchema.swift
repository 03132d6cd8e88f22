import SpaceIR

/// The JSON Schema of space, library and architecture files and of latency tables, `grammar/space.schema.json`.
///
/// Made from the tables that the reader itself uses. It says what a file may look like; names, types and shapes are the
/// checker's. Draft 7, which every editor with a YAML language server knows; `if` on the key that tells forms apart, so
/// that an error is about the form that was meant. Beside the draft it has `enumDescriptions`, `errorMessage` and
/// `patternErrorMessage`, which editors show and validators pass over.
package enum SpaceSchema {
  /// The whole schema as text, with a line feed at its end.
  package static var text: String { whole.text() + "\n" }

  /// A file is what its keys say; one with neither says what it may become.
  private static var whole: SchemaValue {
    let ofSpaces = SpaceReader.spaceKeys.filter { !SpaceReader.libraryKeys.contains($0) }
    let isSpace: SchemaValue = ["anyOf": .array(ofSpaces.map { ["required": [.string($0)]] })]
    let isArchitecture: SchemaValue = [
      "anyOf": [["required": ["architecture"]], ["required": ["of", "choices"], "not": ["required": ["space"]]]]
    ]
    return .object([
      ("$schema", "http://json-schema.org/draft-07/schema#"),
      ("title", "Espalier"),
      ("description", "A space of neural networks, a library of blocks, an architecture, or a latency table."),
      ("type", "object"),
      (
        "properties",
        .object([
          version,
          ("space", ["description": "The name of a space. A file with this key is a space."]),
          ("architecture", ["description": "The name of an architecture. A file with this key is an architecture."]),
          ("latency_table", ["description": "The name of a latency table. A file with this key is one."]),
        ])
      ),
      ("if", isArchitecture), ("then", .to("architecture")),
      (
        "else",
        .byKey(
          [("latency_table", .to("latencyTable"))], else: ["if": isSpace, "then": .to("space"), "else": .to("library")])
      ),
      ("definitions", .object(definitions)),
    ])
  }

  private static var definitions: [(String, SchemaValue)] {
    files + ends + values + blocks + cells + items + operations
  }

  /// The schemas in the order of the reader's keys.
  ///
  /// - Precondition: every key of the reader has a schema, and no other has.
  static func keyed(_ keys: [String], _ schemas: [(String, SchemaValue)]) -> [(String, SchemaValue)] {
    precondition(Set(keys) == Set(schemas.map(\.0)), "the schema has the reader's keys: \(keys)")
    return keys.compactMap { key in schemas.first { $0.0 == key } }
  }

  // MARK: Files

  static let version: (String, SchemaValue) = (
    "espalier", ["description": "The version of the language.", "enum": [1], "default": 1]
  )

  private static var sections: [(String, SchemaValue)] {
    [
      version,
      (
        "use",
        .list(
          of: ["type": "string", "minLength": 1],
          "Files that bring blocks, rules and cells, relative to this one.")
      ),
      ("blocks", .map(of: .to("block"), "Operations written in the language, by name.")),
      ("rules", .map(of: .to("rule"), "Rules of a grammar, by name: every use decides for a production.")),
      ("cells", .map(of: .to("cell"), "Cells, by name: small graphs whose wiring is searched.")),
    ]
  }

  private static var files: [(String, SchemaValue)] {
    let space: [(String, SchemaValue)] =
      sections + [
        ("space", .described("The name of the space.", .to("title"))),
        (
          "input",
          .described(
            "The shape of one image, {channels, height, width}, or a list of shapes that it can have.",
            .listOr(.to("shape"), ["type": "array", "items": .to("shape"), "minItems": 1]))
        ),
        ("inputs", .map(of: .to("shape"), "Several inputs by name, in the place of 'input'.", least: 1)),
        ("output", .described("What the network ends in: {classes: N} or {channels, height, width}.", .to("output"))),
        (
          "outputs",
          .map(
            of: .to("namedOutput"), "Several ends by name, in the place of 'output', each with 'from'.", least: 1)
        ),
        (
          "decisions",
          .map(of: .to("sharedChoice"), "Choices of the whole network, which all of its expressions know by name.")
        ),
        ("network", .list(of: .to("networkItem"), "Operations, stages and parallel items, in order.")),
        (
          "devices",
          .map(
            of: ["type": "string", "minLength": 1],
            "Latency tables by device, relative to this file; 'latency(DEVICE)' is then a cost.")
        ),
        ("require", .list(of: .to("requirement"), "What every network meets: conditions and budgets.")),
        ("hints", hints), ("expect", expect),
      ]
    let whole = SchemaValue.mapping(
      "a space", keyed(SpaceReader.spaceKeys, space), required: ["espalier", "space", "network"])
    return [
      (
        "space",
        whole.with("allOf", [.either("input", or: "inputs"), .either("output", or: "outputs")])
      ),
      ("library", .mapping("a block library", keyed(SpaceReader.libraryKeys, sections), required: ["espalier"])),
      ("architecture", architecture), ("latencyTable", latencyTable), ("latencyRow", latencyRow),
    ]
  }

  private static var architecture: SchemaValue {
    .mapping(
      "an architecture",
      keyed(
        SpaceReader.architectureKeys,
        [
          version,
          ("architecture", .described("The name of the architecture.", .to("title"))),
          (
            "of",
            [
              "description": "The file of its space, relative to this one or absolute.", "type": "string",
              "minLength": 1,
            ]
          ),
          ("hash", .text("The hash of the space in which the choices were made; another one is an error.")),
          ("input", .described("One shape; the first of the space unless given.", .to("shape"))),
          (
            "choices",
            [
              "description": "By decision, its option: every decision that exists under the others, and no other.",
              "type": ["object", "null"],
              "additionalProperties": ["type": ["string", "number", "boolean"]],
            ]
          ),
        ]), required: ["espalier", "architecture", "of", "choices"])
  }

  // MARK: Advice and expectations

  private static var hints: SchemaValue {
    .described(
      "Advice for the planner; never changes the set of networks.",
      .mapping(
        "'hints'",
        keyed(
          SpaceReader.hintKeys,
          [
            (
              "distribution",
              .described(
                "How a search groups decisions: a word, or groups. Default: \(Hints().distribution.rawValue).",
                .mappingOr(grouping("How a search groups decisions."), groups))
            ),
            (
              "share",
              [
                "description": "By the last part of a decision's name, how weights depend on it.", "type": "object",
                "additionalProperties": .oneOf(
                  Hints.Sharing.allCases.map { ($0.rawValue, $0.meaning) }, "How weights depend on this decision."),
              ]
            ),
          ])))
  }

  private static func grouping(_ description: String) -> SchemaValue {
    .oneOf(Hints.Grouping.allCases.map { ($0.rawValue, $0.meaning) }, description)
      .with("default", .string(Hints().distribution.rawValue))
  }

  private static var groups: SchemaValue {
    let name = SchemaValue.text("A decision, or something that holds decisions: a stage, a layer, a cell, a node.")
    return .mapping(
      "'distribution'",
      keyed(
        SpaceReader.distributionKeys,
        [
          (
            "joint",
            .list(
              of: .listOr(name, .list(of: name, "Decided together.", least: 1)),
              "Groups that are each one categorical: names, or lists of names.")
          ), ("rest", grouping("How decisions in no group are grouped.")),
        ]), required: ["joint"])
  }

  private static var expect: SchemaValue {
    let quantities = Expectations.Quantity.allCases.map { quantity -> (String, SchemaValue) in
      (
        quantity.rawValue,
        [
          "description": .string(quantity.meaning), "type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+$",
          "errorMessage": "Expected a whole number, all digits.",
        ]
      )
    }
    return .described(
      "Numbers that must come out.",
      .mapping("'expect'", quantities + [("source", .text("Where the numbers come from."))], required: ["source"]))
  }
}
