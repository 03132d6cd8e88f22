import SpaceIR

// Latency tables: a row has the keys of its operation.
extension SpaceSchema {
  static var latencyTable: SchemaValue {
    .mapping(
      "a latency table",
      keyed(
        SpaceReader.tableKeys,
        [
          version,
          ("latency_table", .text("The name of the table: what was measured.")),
          ("measured", ["description": "How it was measured: runtime, threads, protocol, date. Not read."]),
          ("correction", correction),
          ("rows", .list(of: .to("latencyRow"), "A kernel and how long it takes, each kernel once.")),
        ]), required: ["espalier", "latency_table", "rows"])
  }

  static var latencyRow: SchemaValue {
    let rows = DeviceOperation.allCases.map { operation -> SchemaValue in
      ["if": ["properties": ["op": ["const": .string(operation.rawValue)]]], "then": row(of: operation)]
    }
    return [
      "title": "a row of a latency table", "type": "object", "required": ["op"],
      "properties": [
        "op": ["description": "The operation.", "enum": .words(DeviceOperation.allCases.map(\.rawValue))]
      ],
      "allOf": .array(rows),
    ]
  }

  private static func row(of operation: DeviceOperation) -> SchemaValue {
    let needed = operation.fields.filter { $0.fallback == .none }.map(\.name)
    let fields = operation.fields.map { ($0.name, schema(of: $0)) }
    let followers = [DeviceOperation.batchNorm.rawValue] + ActivationFunction.allCases.map(\.rawValue)
    return .mapping(
      "a row of '\(operation.rawValue)'",
      [("op", true)] + fields + [
        ("then", .list(of: ["enum": .words(followers)], "What directly follows, in order.")),
        (
          "latency",
          [
            "description": "A time with its unit: 310 ns, 31.4 us, 0.05 ms, 2e-6 s; or unmeasured.", "type": "string",
            "pattern": "^(unmeasured|[+]?[0-9.]+([eE][-+]?[0-9]+)? *(ns|us|ms|s))$",
            "patternErrorMessage": "A latency is a time with its unit, such as 1.2 ms.",
          ]
        ),
        ("spread", ["description": "How far the median pass lies above the latency: 0.02 is 2 %.", "minimum": 0]),
        ("confirmed", ["description": "Whether a second pass came close to the least.", "type": "boolean"]),
      ], required: ["op"] + needed + ["latency"])
  }

  private static var correction: SchemaValue {
    .mapping(
      "a correction: whole networks take constant + factor x the sum over their kernels",
      keyed(
        LatencyRecord.correctionKeys,
        [
          ("constant", ["description": "A time with its unit.", "type": "string"]),
          ("factor", ["description": "Above 0.", "type": "number", "exclusiveMinimum": 0, "maximum": 1000]),
          ("constant_error", ["description": "Its standard error, a time with its unit.", "type": "string"]),
          ("factor_error", ["description": "Its standard error.", "type": "number", "minimum": 0]),
          ("networks", .integer(in: SpaceReader.extents, "How many measured networks it was fitted to.")),
          ("space", .text("Where they were drawn from.")),
        ]), required: ["constant", "factor"])
  }

  private static func schema(of field: KernelField) -> SchemaValue {
    switch field.content {
    case .number: .integer(in: SpaceReader.extents, "A number of at least 1.")
    case .shape:
      [
        "description": "Channels, height and width, such as 16x56x56.", "type": "string",
        "pattern": "^[1-9][0-9]*x[1-9][0-9]*x[1-9][0-9]*$",
        "patternErrorMessage": "A shape is channels, height and width, such as 16x56x56.",
      ]
    case .word(let words): ["description": "A word of the language.", "enum": .words(words)]
    case .flag: ["description": "true or false.", "type": "boolean"]
    }
  }
}
