import SpaceAnalysis
import SpaceCompiler
import SpaceIR

extension EncodingCount {
  /// Every digit as text; null where the networks were not counted.
  var json: JSONValue { count.map { .string($0.description) } ?? .null }
}

extension CompiledSpace {
  /// The space for programs. Types and operations are in the words of the IR's text form (`grammar/ir.ebnf`).
  var json: JSONValue {
    .object([
      ("version", .integer(1)),
      ("space", .string(space.name)),
      ("hash", .string(hash)),
      ("input", .string(space.input.text)),
      ("inputs", .array(inputs.map { .string($0.text) })),
      ("classes", .integer(space.classes)),
      ("encodings", encodings.json),
      ("decisions", .array(space.decisions.map(space.json))),
      ("layers", .array(space.layers.map(space.json))),
      ("body", space.json(space.body)),
    ])
  }
}

extension Space {
  fileprivate func json(_ decision: Decision) -> JSONValue {
    .object([
      ("name", .string(decision.name)),
      ("parameter", .string(decision.parameter)),
      ("owner", .string(decision.owner)),
      ("options", .array(decision.options.map(\.json))),
      ("exists_when", decision.existence.map(json) ?? .null),
    ])
  }

  /// One condition as an object, several as a list.
  private func json(_ existence: Existence) -> JSONValue {
    let conditions = existence.conditions.map { condition in
      let parent = self[condition.decision]
      return JSONValue.object([
        ("decision", .string(parent.name)), ("is", .array(condition.options.map { parent.options[$0].json })),
      ])
    }
    return conditions.count == 1 ? conditions[0] : .array(conditions)
  }

  fileprivate func json(_ layer: Layer) -> JSONValue {
    .object([
      ("name", .string(layer.name)), ("decisions", .array(layer.decisions.map { .string(self[$0].name) })),
    ])
  }

  fileprivate func json(_ region: Region) -> JSONValue {
    .object([("nodes", .array(region.nodes.map(json))), ("result", .integer(region.result.index))])
  }

  private func json(_ node: Node) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("id", .integer(node.id.index)),
      ("layer", .string(layers[node.layer.index].name)),
      ("place", .string(node.place)),
      ("type", .string(text(of: node.type))),
      ("text", .string(text(of: node))),
    ]
    if case .choice(let choice) = node.operation {
      members.append(("selector", .string(text(of: choice.selector))))
      members.append(
        (
          "alternatives",
          .array(
            choice.alternatives.map { alternative in
              .object([("values", .array(alternative.values.map(\.json))), ("body", json(alternative.region))])
            })
        ))
    }
    return .object(members)
  }
}
