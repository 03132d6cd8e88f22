import SpaceIR
import SpacePlanner

extension PlanReport {
  /// The same facts as the text; the measured time is left out, so that equal spaces give equal bytes.
  var json: JSONValue {
    .object([
      ("version", .integer(1)),
      ("space", .string(space.name)),
      ("input", .string(space.input.text)),
      ("batch", .integer(batch)),
      ("tensors", .integer(plan.tensors.count)),
      ("parameters", .integer(plan.parameterCount)),
      ("segments", .integer(explanation.segments)),
      ("roles", .array(explanation.roles.map(json))),
      ("layers", .array(explanation.layers.map(json))),
      ("memory_bytes", memory),
      ("distribution", .string(space.hints.distribution.rawValue)),
      ("groups", .array(space.hints.groups.map { .array($0.map(JSONValue.string)) })),
      ("distributions", .object(starts.map { ($0.grouping.rawValue, $0.json) })),
    ])
  }

  private var memory: JSONValue {
    .object([
      ("weights", .integer(explanation.weightBytes)),
      ("gradients", .integer(explanation.trainedBytes)),
      ("optimiser", .integer(explanation.trainedBytes)),
      ("least", ends.map { json($0.least) } ?? .null),
      ("greatest", ends.map { json($0.greatest) } ?? .null),
    ])
  }

  private func json(_ member: Member) -> JSONValue {
    .object([
      ("macs", .integer(member.macs)), ("arena", .integer(member.arenaBytes)),
      ("fused_segments", .integer(member.fusedSegments)),
    ])
  }

  private func json(_ total: PlanExplanation.RoleTotal) -> JSONValue {
    .object([
      ("role", .string(total.role.rawValue)), ("tensors", .integer(total.tensors)),
      ("numbers", .integer(total.numbers)),
    ])
  }

  private func json(_ layer: PlanExplanation.LayerWeights) -> JSONValue {
    .object([
      ("layer", .string(space.layers[layer.layer.index].name)),
      ("tensors", .integer(layer.tensors)),
      ("parameters", .integer(layer.parameters)),
      ("segments", .integer(layer.segments)),
      ("sharing", .array(layer.sharing.map(json))),
      ("entering_widths", .array(layer.enteringWidths.map { .string(space[$0].name) })),
    ])
  }

  private func json(_ sharing: PlanExplanation.DecisionSharing) -> JSONValue {
    let hint: JSONValue =
      switch sharing.reason {
      case .hint(let asked): .string(asked.rawValue)
      case .rule: .null
      }
    return .object([
      ("decision", .string(space[sharing.decision].name)), ("sharing", .string(sharing.sharing.rawValue)),
      ("hint", hint),
    ])
  }
}
