import SpaceIR

/// The steps of a list of nodes, with inverted-residual blocks recognised as fused segments.
func recognise(_ nodes: [Node]) -> [PlanStep] {
  var steps: [PlanStep] = []
  var position = 0
  while position < nodes.count {
    if let (segment, length) = invertedResidual(nodes[position...]) {
      steps.append(.invertedResidual(segment))
      position += length
    } else {
      steps.append(step(nodes[position]))
      position += 1
    }
  }
  return steps
}

private func step(_ node: Node) -> PlanStep {
  guard case .choice(let choice) = node.operation else { return .operation(node) }
  return .choice(
    id: node.id, selector: choice.selector,
    choice.alternatives.map {
      PlanAlternative(values: $0.values, steps: recognise($0.region.nodes), result: $0.region.result)
    })
}

/// Matches conv 1x1, norm, activation, depthwise, norm, activation, attention?, conv 1x1, norm, shortcut? in a chain.
private func invertedResidual(_ nodes: ArraySlice<Node>) -> (InvertedResidualSegment, Int)? {
  var rest = nodes
  guard let (expand, expanded) = expansion(from: &rest),
    let spatial = take(3, from: &rest, [.depthwise, .norm, .activation]), spatial[0].operation.operands == [expanded]
  else { return nil }
  var attention: [PlanStep] = []
  if let next = rest.first, next.isAttention {
    attention = [step(next)]
    rest = rest.dropFirst()
  }
  guard let project = take(2, from: &rest, [.pointwise, .norm]) else { return nil }
  var shortcut: [PlanStep] = []
  if let next = rest.first, next.isShortcut(of: project[1].id) {
    shortcut = [step(next)]
    rest = rest.dropFirst()
  }
  let segment = InvertedResidualSegment(
    expand: expand, spatial: spatial, attention: attention, project: project, shortcut: shortcut)
  return (segment, nodes.count - rest.count)
}

/// The widening part with its result: 1x1 convolution, norm, activation, or a choice between these and nothing.
private func expansion(from nodes: inout ArraySlice<Node>) -> (steps: [PlanStep], result: NodeID)? {
  if let plain = take(3, from: &nodes, Shape.widening) { return (plain.map(PlanStep.operation), plain[2].id) }
  guard let node = nodes.first, case .choice(let choice) = node.operation else { return nil }
  let widens = choice.alternatives.map { alternative in
    var inner = alternative.region.nodes[...]
    let taken = take(3, from: &inner, Shape.widening)
    return inner.isEmpty && taken?.last?.id == alternative.region.result
  }
  let isNothing = choice.alternatives.map(\.region.nodes.isEmpty)
  guard widens.contains(true), zip(widens, isNothing).allSatisfy({ $0 || $1 }) else { return nil }
  nodes = nodes.dropFirst()
  return ([step(node)], node.id)
}

private enum Shape {
  static let widening: [Shape] = [.pointwise, .norm, .activation]

  case pointwise
  case depthwise
  case norm
  case activation

  func matches(_ operation: Operation) -> Bool {
    switch (self, operation) {
    case (.pointwise, .convolution(let convolution, _)):
      [convolution.kernel, convolution.kernelWidth, convolution.stride, convolution.groups]
        .allSatisfy { $0 == .integer(1) } && !convolution.bias
    case (.depthwise, .depthwise(let depthwise, _)): depthwise.dilation == .integer(1)
    case (.norm, .batchNorm), (.activation, .activation): true
    default: false
    }
  }
}

/// The first nodes when they have these shapes and each reads the one before it.
private func take(_ count: Int, from nodes: inout ArraySlice<Node>, _ shapes: [Shape]) -> [Node]? {
  guard nodes.count >= count else { return nil }
  let taken = Array(nodes.prefix(count))
  for (index, node) in taken.enumerated() {
    guard shapes[index].matches(node.operation) else { return nil }
    if index > 0, node.operation.operands != [taken[index - 1].id] { return nil }
  }
  nodes = nodes.dropFirst(count)
  return taken
}

extension Node {
  /// Squeeze-excite, Split-Attention, or a choice whose alternatives are nothing or one of these.
  fileprivate var isAttention: Bool {
    switch operation {
    case .squeezeExcite, .splitAttention: true
    case .choice(let choice):
      choice.alternatives.allSatisfy { alternative in
        alternative.region.nodes.count <= 1 && alternative.region.nodes.allSatisfy(\.isAttention)
      }
    default: false
    }
  }

  /// A sum with the body's result, or a choice between that sum and the body's result.
  fileprivate func isShortcut(of body: NodeID) -> Bool {
    switch operation {
    case .add(let a, _): a == body
    case .choice(let choice):
      choice.alternatives.allSatisfy { alternative in
        let nodes = alternative.region.nodes
        return nodes.isEmpty ? alternative.region.result == body : nodes.count == 1 && nodes[0].isShortcut(of: body)
      }
    default: false
    }
  }
}
