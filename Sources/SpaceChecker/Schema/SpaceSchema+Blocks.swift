import SpaceIR

// Blocks, rules and cells.
extension SpaceSchema {
  /// What blocks, rules and cells have in common.
  private static func head(_ keys: [String], _ own: [(String, SchemaValue)]) -> [(String, SchemaValue)] {
    let common: [(String, SchemaValue)] = [
      ("doc", .text("A sentence for people.")),
      ("inputs", .list(of: .to("name"), "Names of the tensors that it reads, where that is not one.", least: 1)),
      ("parameters", .map(of: .to("parameter"), "Parameters by name.")),
      (
        "decide",
        .oneOf(
          DecisionScope.allCases.map(\.rawValue),
          "once: all uses share the choices made inside; each: every use decides for itself.")
      ),
      ("require", .list(of: .to("expression"), "Conditions that every use adds to those of the space.")),
    ]
    let all = common + own
    return keys.compactMap { key in all.first { $0.0 == key } }
  }

  static var blocks: [(String, SchemaValue)] {
    [
      (
        "block",
        .mapping(
          "An operation written in the language.",
          head(
            SpaceReader.blockKeys,
            [
              ("body", .to("items")),
              (
                "shortcut",
                [
                  "description": "Whether the input is added to the result.", "if": ["type": "object"],
                  "then": .mapping(
                    "Where it is added.", [("when", .to("expression"))], required: ["when"]),
                  "else": ["enum": ["always"]],
                ]
              ),
            ]), required: ["body"])
      ),
      (
        "rule",
        .mapping(
          "A rule of a grammar: every use decides for a production.",
          head(
            SpaceReader.ruleKeys,
            [
              (
                "max_depth",
                [
                  "description": "Uses inside one another; needed where the rule can contain itself.",
                  "type": "integer", "minimum": 1, "maximum": 64,
                ]
              ),
              ("one_of", .map(of: .to("items"), "Productions by name.", least: 1)),
            ]), required: ["decide", "one_of"])
      ),
      ("parameter", parameter),
    ]
  }

  private static var parameter: SchemaValue {
    let types = SchemaValue.oneOf(ValueType.allCases.map(\.rawValue), "The type of the parameter.")
    return [
      "description": "A type, or a type with a default and, for words, their list.",
      "if": ["type": "object"],
      "then": .mapping(
        "A parameter.",
        [
          ("type", types), ("one_of", .list(of: ["type": ["string", "number", "boolean"]], "The words that it takes.")),
          ("default", .text("Its value where no argument is given.")),
        ], required: ["type"]),
      "else": types,
    ]
  }

  static var cells: [(String, SchemaValue)] {
    let join = ("join", SchemaValue.oneOf(Join.allCases.map(\.rawValue), "How tensors are joined."))
    let width = ("split", SchemaValue.described("The width that the nodes which feed the output share.", .to("expression")))
    return [
      (
        "cell",
        .mapping(
          "A small graph of nodes whose wiring is searched.",
          head(
            SpaceReader.cellKeys,
            [
              ("prepare", .map(of: .to("items"), "By input, items that it passes first.", least: 1)),
              ("nodes", .to("cellNodes")), ("output", .to("cellOutput")),
              ("widths", .mapping("The rule of NAS-Bench-101.", [width], required: ["split"])),
            ]), required: ["decide", "nodes", "output"])
      ),
      (
        "cellNodes",
        .mapping(
          "The nodes of a cell.",
          [
            ("count", ["description": "Nodes n1, n2, ...", "type": "integer", "minimum": 1, "maximum": 64]),
            ("names", .list(of: .to("name"), "Nodes by name.", least: 1)), ("inputs", .to("cellInputs")),
            ("edge", .to("cellOperation")), ("node", .to("cellOperation")), join,
          ], required: ["inputs", "join"])
      ),
      (
        "cellInputs",
        [
          "description": "What a node reads: all earlier ones, any, a set of so many, or so many independent picks.",
          "if": ["type": "object"],
          "then": .byKey(
            [("slots", .mapping("Independent picks.", [("slots", count)], required: ["slots"]))],
            else: .mapping("An unordered set of different ones.", [("choose", count)], required: ["choose"])),
          "else": ["enum": ["all", "any"]],
        ]
      ),
      (
        "cellOperation",
        [
          "description": "A list of items, or one of several by name.", "if": ["type": "object"],
          "then": .mapping(
            "A decision.", [("one_of", .map(of: .to("items"), "Operations by name.", least: 1))],
            required: ["one_of"]),
          "else": .to("items"),
        ]
      ),
      (
        "cellOutput",
        .byKey(
          [
            (
              "inputs",
              .mapping(
                "A last node that reads any of the earlier ones.",
                [("inputs", ["enum": ["any"]]), ("edge", .to("cellOperation")), join], required: ["inputs", "join"])
            )
          ],
          else: .mapping(
            "What the cell gives.",
            [("of", .oneOf(["nodes", "last", "loose_ends"], "Which nodes are joined.")), join], required: ["of"]))
      ),
    ]
  }

  private static var count: SchemaValue { ["type": "integer", "minimum": 1, "maximum": 8] }
}
