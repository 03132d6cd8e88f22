import SpaceIR

// Items of bodies and of the network.
extension SpaceSchema {
  static var items: [(String, SchemaValue)] {
    [
      ("items", ["title": "items", "type": "array", "items": .to("item")]),
      (
        "item",
        .mappingOr(
          bareOperation.expecting("an operation, {switch: ...}, {when: ..., then: ...} or {parallel: ...}"),
          .byForm(
            [
              (["switch", "cases"], .to("switch")), (["parallel", "join"], .to("parallel")), (["op"], bodyOperation),
              (["when", "then"], .to("condition")),
            ], else: bodyOperation))
      ),
      (
        "networkItem",
        .byForm(
          [(["stage", "layers"], .to("stage")), (["parallel", "join"], .to("namedParallel"))],
          else: ["title": "an operation of the network", "required": ["name"], "allOf": [.to("operation")]])
      ),
      ("stage", stage), ("layers", layers), ("switch", branch), ("condition", condition),
      ("parallel", parallel(required: ["parallel", "join"])),
      ("namedParallel", parallel(required: SpaceReader.parallelKeys)),
    ]
  }

  private static var bodyOperation: SchemaValue {
    ["allOf": [.to("operation"), ["properties": ["or": false]]]]
  }

  private static var stage: SchemaValue {
    .mapping(
      "a stage",
      keyed(
        SpaceReader.stageKeys,
        [
          ("stage", .described("The name of the stage.", .to("name"))),
          (
            "layers", .described("How many layers; {choose: [...]} makes the depth a decision.", .to("layers"))
          ),
          (
            "decide",
            DecisionScope.schema(
              of: "layers", "Who makes the choices of 'layer'; needed where several layers make some.")
          ),
          (
            "layer",
            .described(
              "The operation of every layer, and in 'or' what a layer can be instead.",
              .mappingOr(bareOperation, ["allOf": [.to("operation"), ["properties": ["name": false]]]]))
          ),
        ]), required: ["stage", "layers", "layer"])
  }

  private static var layers: SchemaValue {
    let count: SchemaValue = [
      "title": "a number of layers", "type": "integer", "minimum": .integer(SpaceReader.layerCounts.lowerBound),
      "maximum": .integer(SpaceReader.layerCounts.upperBound),
    ]
    let choose = SchemaValue.described(
      "The depths: [a, b, ...], or {from: A, to: B, step: C} with both ends.", options(of: count, number: count))
    return .mappingOr(
      count.expecting("a whole number or {choose: [...]}"),
      .mapping("a choice", [("choose", choose)], required: ["choose"]))
  }

  private static var branch: SchemaValue {
    .mapping(
      "a switch",
      keyed(
        SpaceReader.switchKeys,
        [
          (
            "switch",
            .described("What the cases are told apart by: a constant, a parameter or a choice.", .to("expression"))
          ),
          (
            "cases",
            [
              "description": "A list of items by value; 'else' for the values that have none.", "type": "object",
              "additionalProperties": .to("items"),
            ]
          ),
        ]), required: SpaceReader.switchKeys)
  }

  private static var condition: SchemaValue {
    .mapping(
      "a condition",
      keyed(
        SpaceReader.conditionKeys,
        [
          ("when", .described("The condition.", .to("expression"))),
          ("then", .list(of: .to("item"), "The items where it holds.")),
          ("else", .list(of: .to("item"), "The items where it does not; none unless given.")),
        ]), required: ["when", "then"])
  }

  private static func parallel(required: [String]) -> SchemaValue {
    .mapping(
      "a parallel item",
      keyed(
        SpaceReader.parallelKeys,
        [
          ("name", .described("A name, for 'from'.", .to("name"))),
          (
            "parallel",
            .map(of: .to("items"), "Branches by name, each a list of items from the current tensor on.", least: 2)
          ),
          ("join", Join.schema("How the branches are joined.")),
        ]), required: required)
  }
}
