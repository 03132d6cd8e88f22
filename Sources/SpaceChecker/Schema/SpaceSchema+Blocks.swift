import SpaceIR

// Blocks, rules and cells.
extension SpaceSchema {
  /// The keys that blocks, rules and cells have in common and those of their own, in the reader's order.
  private static func definition(_ keys: [String], _ own: [(String, SchemaValue)]) -> [(String, SchemaValue)] {
    let common: [(String, SchemaValue)] = [
      ("doc", .text("A sentence for people.")),
      ("inputs", .list(of: .to("name"), "Names of the tensors that it reads; 'in' alone unless given.", least: 1)),
      ("parameters", .map(of: .to("parameter"), "Parameters by name: a type, or {type, one_of, default}.")),
      (
        "decide",
        DecisionScope.schema(of: "uses", "Who makes the choices inside; needed as soon as there are some.")
      ),
      (
        "require",
        .list(of: .to("expression"), "Conditions over the parameters that every use adds to those of the space.")
      ),
    ]
    return keyed(keys, common.filter { keys.contains($0.0) } + own)
  }

  static var blocks: [(String, SchemaValue)] {
    [
      (
        "block",
        .mapping(
          "a block",
          definition(
            SpaceReader.blockKeys,
            [
              ("body", .list(of: .to("item"), "The items that a tensor goes through, in order.")),
              (
                "shortcut",
                .described(
                  "Adds the block's input to the result of its body: 'always' or {when: CONDITION}.",
                  .mappingOr(
                    ["enum": ["always"]],
                    .mapping(
                      "a shortcut", [("when", .described("Where it is added.", .to("expression")))],
                      required: ["when"])))
              ),
            ]), required: ["body"])
      ),
      (
        "rule",
        .mapping(
          "a rule",
          definition(
            SpaceReader.ruleKeys,
            [
              (
                "max_depth",
                .integer(
                  in: SpaceReader.depths, "Uses of it inside one another; needed where the rule can contain itself.")
              ),
              ("one_of", .map(of: .to("items"), "Productions by name, each a list of items.", least: 1)),
            ]), required: ["decide", "one_of"])
      ),
      ("parameter", parameter),
    ]
  }

  private static var parameter: SchemaValue {
    let types = SchemaValue.oneOf(
      ValueType.allCases.map { ($0.rawValue, $0.meaning) }, "The type of the parameter.")
    let type = ("type", types)
    let standard = ("default", SchemaValue.described("Its value where no argument is given.", value))
    let words = (
      "one_of", SchemaValue.list(of: ["type": ["string", "number", "boolean"]], "The words that it takes.")
    )
    let others = ValueType.allCases.filter { $0 != .word }.map(\.rawValue)
    return .mappingOr(
      types,
      [
        "if": ["properties": ["type": ["enum": .words(others)]], "required": ["type"]],
        "then": .mapping("a parameter", [type, standard], required: ["type"]),
        "else": .mapping("a parameter", [type, words, standard], required: ["type"]),
      ])
  }

  // MARK: Cells

  static var cells: [(String, SchemaValue)] {
    let width = SchemaValue.described("The width that the nodes which feed the output share.", .to("expression"))
    return [
      (
        "cell",
        .mapping(
          "a cell",
          definition(
            SpaceReader.cellKeys,
            [
              ("prepare", .map(of: .to("items"), "By input, the items that it passes first.", least: 1)),
              ("nodes", .described("The nodes, and what they read and do.", .to("cellNodes"))),
              ("output", .described("What the cell gives: {of: ..., join: ...}.", .to("cellOutput"))),
              (
                "widths",
                .described(
                  "The rule of NAS-Bench-101; gives node.channels.",
                  .mapping("'widths'", [("split", width)], required: ["split"]))
              ),
            ]), required: ["decide", "nodes", "output"])
      ),
      ("cellNodes", cellNodes), ("cellInputs", cellInputs),
      (
        "cellOperation",
        .mappingOr(
          .to("items"),
          .mapping(
            "a choice of operations", [("one_of", .map(of: .to("items"), "Operations by name: a decision.", least: 1))],
            required: ["one_of"]))
      ),
      ("cellOutput", cellOutput),
    ]
  }

  private static var cellNodes: SchemaValue {
    .mapping(
      "'nodes'",
      keyed(
        SpaceReader.cellNodeKeys,
        [
          ("count", .integer(in: SpaceReader.nodeCounts, "So many nodes, n1, n2, ...")),
          (
            "names",
            .list(of: .to("name"), "The nodes by name, in the place of 'count'.", least: 1)
              .with("maxItems", .integer(SpaceReader.nodeCounts.upperBound))
          ),
          ("inputs", .described("What a node reads: all, any, {choose: N} or {slots: N}.", .to("cellInputs"))),
          (
            "edge",
            .described(
              "What an edge does: a list of items or {one_of: {...}}; nothing unless given.", .to("cellOperation"))
          ),
          (
            "node",
            .described(
              "What a node does after the join: a list of items or {one_of: {...}}; nothing unless given.",
              .to("cellOperation"))
          ),
          ("join", Join.schema("How a node joins what its edges bring.")),
        ]), required: ["inputs", "join"]
    ).with("allOf", [.either("count", or: "names")])
  }

  private static var cellInputs: SchemaValue {
    let numbers = keyed(
      SpaceReader.cellInputKeys,
      [
        ("choose", .integer(in: SpaceReader.readCounts, "An unordered set of so many different earlier ones.")),
        ("slots", .integer(in: SpaceReader.readCounts, "So many independent picks, each with an operation.")),
      ])
    let words = CellDeclaration.Inputs.words
    return .mappingOr(
      .object([
        ("enum", .words(words)),
        ("enumDescriptions", .words(words.map { CellDeclaration.Inputs.meaning(of: $0) })),
        ("errorMessage", "Expected 'all', 'any', {choose: N} or {slots: N}."),
      ]),
      SchemaValue.mapping("'inputs' of a node", numbers).with("allOf", [.either("choose", or: "slots")]))
  }

  private static var cellOutput: SchemaValue {
    let words = CellDeclaration.Gathering.words.map { ($0, CellDeclaration.Gathering.meaning(of: $0)) }
    let keys = keyed(
      SpaceReader.cellOutputKeys,
      [
        ("of", .oneOf(words, "Which nodes are joined.")),
        (
          "inputs",
          .oneOf([("any", CellDeclaration.Inputs.meaning(of: "any"))], "A last node that reads, in the place of 'of'.")
        ),
        ("edge", .described("What an edge of the last node does.", .to("cellOperation"))),
        ("join", Join.schema("How they are joined; 'of: last' needs none.")),
      ])
    let isLast: SchemaValue = ["properties": ["of": ["const": "last"]], "required": ["of"]]
    return SchemaValue.mapping("the output of a cell", keys).with(
      "allOf",
      [
        .either("of", or: "inputs"), .byKey([("of", ["properties": ["edge": false]])], else: [:]),
        ["if": isLast, "then": [:], "else": ["required": ["join"]]],
      ])
  }
}
