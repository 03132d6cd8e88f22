import SpaceIR

/// The nodes that one architecture runs, found while walking a plan.
struct NodeSelection {
  /// A node with the nodes that it reads: a choice is replaced by the result of the alternative that was taken, and what
  /// a join does not have in this architecture is left out.
  struct Taken {
    let node: Node
    let operands: [NodeID]
  }

  struct Segment {
    let layer: LayerID
    let nodes: Range<Int>
  }

  let plan: SupernetPlan
  let architecture: Architecture
  private(set) var nodes: [Taken] = []
  private(set) var segments: [Segment] = []
  private var renamed: [NodeID: NodeID] = [:]

  init(plan: SupernetPlan, architecture: Architecture) {
    self.plan = plan
    self.architecture = architecture
  }

  mutating func take(_ steps: [PlanStep]) throws(EvaluationError) {
    for step in steps {
      switch step {
      case .operation(let node): nodes.append(Taken(node: node, operands: try operands(of: node.operation)))
      case .invertedResidual(let segment):
        let start = nodes.count
        try take(segment.expand)
        let expands = nodes.count > start
        try take(segment.partsAfterExpand)
        if expands, let layer = segment.spatial.first?.layer {
          segments.append(Segment(layer: layer, nodes: start..<nodes.count))
        }
      case .choice(let id, let selector, let alternatives):
        let value = try plan.evaluate(selector, in: architecture)
        guard let taken = alternatives.first(where: { $0.values.contains(value) }) else { throw .wrongType }
        try take(taken.steps)
        renamed[id] = actual(taken.result)
      }
    }
  }

  /// The nodes that give the outputs of the space, in their order.
  var outputs: [NodeID] { [actual(plan.space.body.result)] + plan.space.otherOutputs.map { actual($0.node) } }

  /// For each node whether an output depends on it.
  func live(from outputs: [NodeID]) -> [Bool] {
    var wanted = Set(outputs)
    var isLive = [Bool](repeating: false, count: nodes.count)
    for (index, taken) in nodes.enumerated().reversed() where wanted.contains(taken.node.id) {
      isLive[index] = true
      wanted.formUnion(taken.operands)
    }
    return isLive
  }

  private func actual(_ id: NodeID) -> NodeID { renamed[id] ?? id }

  private func operands(of operation: Operation) throws(EvaluationError) -> [NodeID] {
    guard case .join(_, let operands) = operation else { return operation.operands.map(actual) }
    var present: [NodeID] = []
    for operand in operands {
      guard let presence = operand.presence else {
        present.append(actual(operand.node))
        continue
      }
      guard let isThere = try plan.evaluate(presence, in: architecture).boolean else { throw .wrongType }
      if isThere { present.append(actual(operand.node)) }
    }
    return present
  }
}

extension SupernetPlan {
  func evaluate(_ expression: Expression, in architecture: Architecture) throws(EvaluationError) -> Value {
    if case .constant(let value) = expression { return value }
    return try expression.evaluate { space.value(of: $0, in: architecture) }
  }
}
