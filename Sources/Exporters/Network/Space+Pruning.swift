import SpaceIR

extension Space {
  /// A bound space without what its outputs do not depend on, and without operations that change nothing.
  var pruned: Space {
    var pruning = Pruning()
    for node in body.nodes { pruning.take(node) }
    var result = self
    let first = pruning.whole(body.result)
    result.otherOutputs = otherOutputs.map {
      NamedOutput(name: $0.name, node: pruning.whole($0.node), shape: $0.shape)
    }
    result.body = Region(
      nodes: pruning.live(from: [first] + result.otherOutputs.map(\.node)), result: first)
    return result
  }
}

/// Walks the nodes once forward, finding what each value really is, and once backward, finding which are read.
private struct Pruning {
  private var kept: [Node] = []
  private var types: [NodeID: TensorType] = [:]
  /// Of what passes its operand on: the operand.
  private var passed: [NodeID: NodeID] = [:]
  /// What is known to be zero.
  private var zeros: Set<NodeID> = []

  func whole(_ id: NodeID) -> NodeID { passed[id] ?? id }

  mutating func take(_ node: Node) {
    types[node.id] = node.type
    var node = node
    switch node.operation {
    case .zero: zeros.insert(node.id)
    case .add(let a, let b): return takeSum(node, [whole(a), whole(b)])
    case .join(.add, let operands): return takeSum(node, operands.map { whole($0.node) })
    case .join(_, let operands) where operands.count == 1: return pass(node, whole(operands[0].node))
    case .slice(_, let x), .resize(_, let x):
      if types[x] == node.type { return pass(node, whole(x)) }
    case .shuffle(let groups, let x):
      if groups == .integer(1) || groups == node.type.channels { return pass(node, whole(x)) }
    case .input, .convolution, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool,
      .globalPool, .linear, .layerNorm, .softmax, .attention, .positionEmbedding, .quantize, .join:
      break
    case .choice: preconditionFailure("a bound space has no choices")
    }
    node.operation = node.operation.reading(whole)
    kept.append(node)
  }

  private mutating func takeSum(_ node: Node, _ operands: [NodeID]) {
    let terms = operands.filter { !zeros.contains($0) }
    var node = node
    switch terms.count {
    case 0:
      node.operation = .zero
      zeros.insert(node.id)
    case 1: return pass(node, terms[0])
    case 2: node.operation = .add(terms[0], terms[1])
    default: node.operation = .join(.add, terms.map { Operand($0) })
    }
    kept.append(node)
  }

  private mutating func pass(_ node: Node, _ operand: NodeID) {
    passed[node.id] = operand
    if zeros.contains(operand) { zeros.insert(node.id) }
  }

  func live(from outputs: [NodeID]) -> [Node] {
    var wanted = Set(outputs)
    var live: [Node] = []
    for node in kept.reversed() where wanted.contains(node.id) {
      live.append(node)
      wanted.formUnion(node.operation.operands)
    }
    return live.reversed()
  }
}

extension Operation {
  /// The same operation of other operands.
  fileprivate func reading(_ renamed: (NodeID) -> NodeID) -> Operation {
    switch self {
    case .input, .zero, .choice: self
    case .convolution(let it, let x): .convolution(it, of: renamed(x))
    case .depthwise(let it, let x): .depthwise(it, of: renamed(x))
    case .batchNorm(let x): .batchNorm(of: renamed(x))
    case .activation(let it, let x): .activation(it, of: renamed(x))
    case .squeezeExcite(let it, let x): .squeezeExcite(it, of: renamed(x))
    case .splitAttention(let it, let x): .splitAttention(it, of: renamed(x))
    case .pool(let it, let x): .pool(it, of: renamed(x))
    case .globalPool(let x): .globalPool(of: renamed(x))
    case .linear(let it, let x): .linear(it, of: renamed(x))
    case .layerNorm(let x): .layerNorm(of: renamed(x))
    case .slice(let it, let x): .slice(it, of: renamed(x))
    case .shuffle(let it, let x): .shuffle(it, of: renamed(x))
    case .softmax(let it, let x): .softmax(it, of: renamed(x))
    case .resize(let it, let x): .resize(it, of: renamed(x))
    case .attention(let it, let x, let memory): .attention(it, of: renamed(x), memory: renamed(memory))
    case .positionEmbedding(let x): .positionEmbedding(of: renamed(x))
    case .quantize(let it, let x): .quantize(it, of: renamed(x))
    case .add(let a, let b): .add(renamed(a), renamed(b))
    case .join(let join, let operands): .join(join, operands.map { Operand(renamed($0.node), when: $0.presence) })
    }
  }
}
