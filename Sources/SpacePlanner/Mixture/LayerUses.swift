import SpaceIR

/// For each layer the decisions that its operations are made anew for, option by option, and where their results are
/// put together again.
///
/// A decision that only changes numbers of channels is masked: the operation runs once, as wide as it can be. One that
/// changes anything else of the layer, or whose options have weights of their own there, is enumerated. A decision that
/// only says which alternative of one choice is taken is neither: the choice weighs its alternatives.
struct LayerUses {
  /// Where the results for a decision's options are summed.
  enum Scope: Hashable {
    /// Where another layer reads.
    case layer
    /// At the end of a choice that all uses in the layer lie in.
    case choice(NodeID)
  }

  private(set) var enumerated: [LayerID: [DecisionID: Scope]] = [:]
  let nodes: [NodeID: Node]
  /// The choices around a node, the outermost first.
  let choices: [NodeID: [NodeID]]
  /// Nodes that another layer or an output reads.
  let exported: Set<NodeID>

  init(_ plan: SupernetPlan) {
    var walk = UseWalk(plan: plan)
    walk.visit(plan.space.body, inside: [])
    nodes = walk.nodes
    choices = walk.choices
    exported = walk.exported.union([plan.space.body.result] + plan.space.otherOutputs.map(\.node))
    for (layer, uses) in walk.uses {
      for (decision, use) in uses where use.isEnumerated {
        enumerated[layer, default: [:]][decision] = scope(of: use.places, in: layer)
      }
    }
  }

  /// The innermost choice of the layer that is around all places.
  private func scope(of places: [[NodeID]], in layer: LayerID) -> Scope {
    var common = places.first ?? []
    for place in places { common = Array(zip(common, place).prefix { $0 == $1 }.map(\.0)) }
    let own = common.last { nodes[$0]?.layer == layer }
    return own.map(Scope.choice) ?? .layer
  }

  /// The enumerated decisions that tell instances of a node apart, as far as its place goes.
  func enumerated(at node: Node) -> [DecisionID: Scope] {
    (enumerated[node.layer] ?? [:]).filter { _, scope in
      switch scope {
      case .layer: true
      case .choice(let id): choices[node.id]?.contains(id) ?? false
      }
    }
  }
}

private struct UseWalk {
  struct Use {
    /// The choices around each use, where the decision changes more than numbers of channels.
    var structural: [[NodeID]] = []
    /// Those around, and with, each choice whose alternative it decides.
    var selecting: [[NodeID]] = []
    var isWidth = false

    var isEnumerated: Bool { !structural.isEmpty || (!isWidth && selecting.count > 1) }
    var places: [[NodeID]] { structural + selecting }
  }

  let plan: SupernetPlan
  var uses: [LayerID: [DecisionID: Use]] = [:]
  var nodes: [NodeID: Node] = [:]
  var choices: [NodeID: [NodeID]] = [:]
  var exported: Set<NodeID> = []

  init(plan: SupernetPlan) { self.plan = plan }

  mutating func visit(_ region: Region, inside chain: [NodeID]) {
    for node in region.nodes {
      nodes[node.id] = node
      choices[node.id] = chain
      note(node, chain)
      for operand in node.operation.operands { read(operand, by: node) }
      guard case .choice(let choice) = node.operation else { continue }
      for alternative in choice.alternatives {
        visit(alternative.region, inside: chain + [node.id])
        read(alternative.region.result, by: node)
      }
    }
  }

  private mutating func read(_ operand: NodeID, by node: Node) {
    if nodes[operand]?.layer != node.layer { exported.insert(operand) }
  }

  private mutating func note(_ node: Node, _ chain: [NodeID]) {
    let operands = node.operation.operands.compactMap { plan.types[$0] }
    let structural =
      node.operation.structuralAttributes + node.operation.exactWidths(operands, node.type)
      + (operands + [node.type]).flatMap { [$0.copies, $0.height, $0.width] }
    for id in Set(structural.flatMap(\.support) + (plan.weights[node.id]?.keys ?? [])) {
      uses[node.layer, default: [:]][id, default: Use()].structural.append(chain)
    }
    for id in node.operation.selectors.flatMap(\.support) {
      uses[node.layer, default: [:]][id, default: Use()].selecting.append(chain + [node.id])
    }
    for id in Set(([node.type.channels] + node.operation.widths).flatMap(\.support)) {
      uses[node.layer, default: [:]][id, default: Use()].isWidth = true
    }
  }
}

extension Operation {
  /// Expressions that say which of several values is taken, or whether a term of a sum is there.
  var selectors: [Expression] {
    switch self {
    case .choice(let choice): [choice.selector]
    case .join(.add, let operands): operands.compactMap(\.presence)
    default: []
    }
  }

  /// Numbers of channels that are written on the operation.
  var widths: [Expression] {
    switch self {
    case .convolution(let it, _): [it.channels]
    case .linear(let it, _): [it.features]
    case .squeezeExcite(let it, _): [it.inner]
    case .splitAttention(let it, _): [it.inner]
    default: []
    }
  }

  /// Attributes that change more than a number of channels.
  fileprivate var structuralAttributes: [Expression] {
    let others = Set(selectors + widths)
    return attributes.map(\.expression).filter { !others.contains($0) }
  }

  /// Numbers of channels that cannot be masked, because what the operation does to a channel depends on how many there
  /// are.
  fileprivate func exactWidths(_ operands: [TensorType], _ result: TensorType) -> [Expression] {
    switch self {
    case .convolution(let it, _): it.groups == .integer(1) ? [] : operands.map(\.channels) + [it.channels]
    case .shuffle, .softmax, .layerNorm: operands.map(\.channels)
    // Where an operand's channels begin depends on how many those before it have.
    case .join(.concat, _): operands.dropLast().map(\.channels)
    default: []
    }
  }
}
