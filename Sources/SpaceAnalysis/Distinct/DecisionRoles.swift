import SpaceIR

/// What each decision of a space does to its graphs.
struct DecisionRoles {
  /// Chooses operations and does nothing else: it stands alone in selectors, has no condition and no requirement.
  private(set) var labels: [Bool]
  /// Says which operands a join has.
  private(set) var wires: [Bool]

  init(_ space: Space) {
    labels = space.decisions.map { $0.existence == nil }
    wires = [Bool](repeating: false, count: space.decisions.count)
    for decision in space.decisions {
      for condition in decision.existence?.conditions ?? [] { labels[condition.decision.index] = false }
    }
    for requirement in space.requirements {
      if case .condition(let condition) = requirement.claim { rule(out: condition) }
    }
    visit(space.body)
  }

  private mutating func rule(out expression: Expression) {
    for id in expression.support { labels[id.index] = false }
  }

  private mutating func visit(_ region: Region) {
    for node in region.nodes {
      switch node.operation {
      case .choice(let choice):
        if case .decision(let id) = choice.selector {
          if choice.commonOperand == nil { labels[id.index] = false }
        } else {
          rule(out: choice.selector)
        }
        for alternative in choice.alternatives { visit(alternative.region) }
      case .join(_, let operands):
        for id in operands.compactMap(\.presence).flatMap(\.support) {
          labels[id.index] = false
          wires[id.index] = true
        }
      case .input, .zero, .add, .convolution, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention,
        .pool, .globalPool, .linear, .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding,
        .quantize:
        for attribute in node.operation.attributes { rule(out: attribute.expression) }
      }
    }
  }
}
