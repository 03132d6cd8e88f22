package import SpaceIR

/// Why a space has no plan. A checked space fails only where weights would not fit.
package enum PlanError: Error, Hashable, Sendable {
  /// An extent of a tensor has no known greatest value.
  case unboundedExtent(tensor: String)
  /// The separate weights of a layer would need this many tensors.
  case tooManyVariants(layer: String, count: Int)
  /// More numbers than 64 bits address.
  case tooLarge(tensor: String)
  /// The engine has no kernel for it yet.
  case notLowered(what: String, layer: String)
  /// All networks at once: a value of the layer is needed for this many combinations of decisions.
  case tooManyInstances(layer: String, count: Int)
  /// All networks at once: what the layer does cannot be a weighted sum.
  case notMixed(layer: String, reason: String)
  /// All networks at once: so many combinations decide about one width or cost.
  case tooManyCombinations(count: Int)
  /// All networks at once: an expression has no value for some combination.
  case noValue
}

extension PlanError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unboundedExtent(let tensor): "the tensor '\(tensor)' has no greatest size"
    case .tooManyVariants(let layer, let count):
      "layer '\(layer)' would need \(count) separate sets of weights; share some in 'hints: {share: ...}'"
    case .notLowered(let what, let layer): "layer '\(layer)' has \(what), for which there is no kernel yet"
    case .tooManyInstances(let layer, let count):
      "layer '\(layer)' would have to run for \(count) combinations of its decisions at once; at most 4,096 can"
    case .notMixed(let layer, let reason): "layer '\(layer)' cannot run for all its networks at once: \(reason)"
    case .tooManyCombinations(let count):
      "a width or a cost of the space depends on \(count) combinations of decisions at once; at most 200,000 can be mixed"
    case .noValue:
      "a width of the space has no value for some combination of decisions, so its networks cannot be mixed"
    case .tooLarge(let tensor): "the tensor '\(tensor)' would have more numbers than can be addressed"
    }
  }
}

extension SupernetPlan {
  /// Whether batch norm has running statistics: a network that is tested needs them, a searched supernet does not
  /// (fp-nas.md, section 5.5).
  package enum Statistics: Hashable, Sendable {
    case ofBatch
    case recorded
  }

  /// Lays out the weights and recognises fused segments.
  package init(for space: Space, statistics: Statistics = .ofBatch) throws(PlanError) {
    if let (what, layer) = space.firstWithoutKernel { throw .notLowered(what: what, layer: layer) }
    var planner = SupernetPlanner(space: space, statistics: statistics)
    try planner.layOutWeights()
    self.init(
      space: space, tensors: planner.tensors, steps: recognise(space.body.nodes), weights: planner.weights,
      types: planner.types, recordsStatistics: statistics == .recorded)
  }
}

private struct SupernetPlanner {
  /// More separate tensors than this for one node point to a hint that is missing.
  static let mostVariants = 4096

  let space: Space
  let statistics: SupernetPlan.Statistics
  var tensors: [WeightTensor] = []
  var weights: [NodeID: NodeWeights] = [:]
  private(set) var types: [NodeID: TensorType] = [:]
  /// Nodes that the outputs of some architecture depend on. The others get no weights.
  private let useful: Set<NodeID>

  init(space: Space, statistics: SupernetPlan.Statistics) {
    self.space = space
    self.statistics = statistics
    var types: [NodeID: TensorType] = [:]
    space.body.forEachNode { types[$0.id] = $0.type }
    self.types = types
    useful = space.usefulNodes
  }

  mutating func layOutWeights() throws(PlanError) {
    for block in blocks(space.body.nodes) {
      let scopes = separateScopes(of: block)
      for placed in placedNodes(block, under: [:]) {
        let keys = scopes.filter { $0.holds(placed.node) }.map(\.decision)
        try layOut(placed.node, keys: keys, fixed: placed.options)
      }
    }
  }

  // MARK: Which decisions have separate weights

  /// The nodes of a layer, or of one alternative of a layer that is nothing but a choice: what shares its weights' keys.
  private func blocks(_ nodes: [Node]) -> [[Node]] {
    var result: [[Node]] = []
    var start = 0
    while start < nodes.count {
      var end = start
      while end < nodes.count, nodes[end].layer == nodes[start].layer { end += 1 }
      result += alternatives(Array(nodes[start..<end]))
      start = end
    }
    return result
  }

  private func alternatives(_ nodes: [Node]) -> [[Node]] {
    guard nodes.count == 1, case .choice(let choice) = nodes[0].operation else { return [nodes] }
    return choice.alternatives.flatMap { alternative in
      alternatives(alternative.region.nodes).map { pathNodes in
        [Node].wrapping(pathNodes, in: nodes[0], choice: choice, values: alternative.values)
      }
    }
  }

  /// Decisions that nodes of the block depend on and that are not shared or sliced, ascending, each with the part of the layer
  /// whose weights it tells apart.
  private func separateScopes(of block: [Node]) -> [SeparateScope] {
    guard let layer = block.first?.layer else { return [] }
    var users: [DecisionID: [String]] = [:]
    var structural: Set<DecisionID> = []
    Region(nodes: block, result: NodeID(index: 0)).forEachNode { node in
      var used: Set<DecisionID> = []
      for attribute in node.operation.attributes { attribute.expression.collectSupport(into: &used) }
      for id in used { users[id, default: []].append(node.place) }
      for extent in node.operation.structure { extent.collectSupport(into: &structural) }
    }
    let name = space.layers[layer.index].name
    return users.keys.sorted().compactMap { id in
      // Without a hint, a kernel or a number of copies or groups is separate and the rest is not.
      guard space.hint(for: id).map({ $0.sharing == .separate }) ?? structural.contains(id) else { return nil }
      return SeparateScope(id, owner: space[id].owner, layer: name, users: users[id] ?? [])
    }
  }

  /// Every weight-bearing node with the options that the enclosing alternatives leave to plain decisions.
  private func placedNodes(
    _ nodes: [Node], under options: [DecisionID: [Int]]
  ) -> [(node: Node, options: [DecisionID: [Int]])] {
    nodes.flatMap { node -> [(node: Node, options: [DecisionID: [Int]])] in
      guard case .choice(let choice) = node.operation else { return [(node, options)] }
      return choice.alternatives.flatMap { alternative in
        var inner = options
        if case .decision(let id) = choice.selector {
          inner[id] = space[id].options.indices.filter { alternative.values.contains(space[id].options[$0]) }
        }
        return placedNodes(alternative.region.nodes, under: inner)
      }
    }
  }

  // MARK: Tensors

  private mutating func layOut(_ node: Node, keys: [DecisionID], fixed: [DecisionID: [Int]]) throws(PlanError) {
    let demands = node.weightDemands(types: types, recordsStatistics: statistics == .recorded)
    guard !demands.isEmpty, useful.contains(node.id) else { return }
    var variants: [[Int]: [TensorID]] = [:]
    for combination in try combinations(of: keys, fixed: fixed, layer: node.layer) {
      var values: [DecisionID: Value] = [:]
      for (id, option) in zip(keys, combination) { values[id] = space[id].options[option] }
      let suffix = zip(keys, combination).map { "\(space[$0].parameter)=\(space[$0].options[$1])" }
      let variant = suffix.isEmpty ? "" : "[\(suffix.joined(separator: ","))]"
      var ids: [TensorID] = []
      for demand in demands {
        let name = "\(space.layers[node.layer.index].name).\(node.place).\(demand.label)\(variant)"
        ids.append(try add(demand, name: name, values: values, fixed: fixed))
      }
      variants[combination] = ids
    }
    weights[node.id] = NodeWeights(keys: keys, variants: variants)
  }

  private func combinations(
    of keys: [DecisionID], fixed: [DecisionID: [Int]], layer: LayerID
  ) throws(PlanError) -> [[Int]] {
    let options = keys.map { fixed[$0] ?? Array(space[$0].options.indices) }
    let count = options.reduce(1) { product, own in
      let (next, overflow) = product.multipliedReportingOverflow(by: own.count)
      return overflow ? .max : next
    }
    guard count <= Self.mostVariants else {
      throw .tooManyVariants(layer: space.layers[layer.index].name, count: count)
    }
    return options.reduce([[]]) { done, own in done.flatMap { prefix in own.map { prefix + [$0] } } }
  }

  private mutating func add(
    _ demand: WeightDemand, name: String, values: [DecisionID: Value], fixed: [DecisionID: [Int]]
  ) throws(PlanError) -> TensorID {
    var shape: [Int] = []
    var size = 1
    for extent in demand.extents {
      guard let greatest = greatest(extent, values: values, fixed: fixed) else { throw .unboundedExtent(tensor: name) }
      shape.append(greatest)
      let (product, overflow) = size.multipliedReportingOverflow(by: greatest)
      guard !overflow, product < 1 << 48 else { throw .tooLarge(tensor: name) }
      size = product
    }
    let fanIn = demand.fanIn.reduce(1) { $0 * (greatest($1, values: values, fixed: fixed) ?? 1) }
    tensors.append(WeightTensor(name: name, role: demand.role, shape: shape, fanIn: fanIn))
    return TensorID(index: tensors.count - 1)
  }

  /// The greatest value of an extent under a variant, with the options that enclosing alternatives leave.
  private func greatest(
    _ expression: Expression, values: [DecisionID: Value], fixed: [DecisionID: [Int]]
  ) -> Int? {
    let bound = expression.binding { id in
      if let value = values[id] { return value }
      guard let left = fixed[id], left.count == 1 else { return nil }
      return space[id].options[left[0]]
    }
    return space.bounds(of: bound)?.greatest.floor
  }
}

/// The part of a layer whose weights are separate for each option of a decision: what the decision's owner is there, so that
/// branches do not multiply each other's weights.
private struct SeparateScope {
  let decision: DecisionID
  /// The place that holds the part; nil: the whole layer.
  private let place: String?

  /// - Parameters:
  ///   - owner: What decides, a path of the space.
  ///   - users: Places of the nodes of the layer that depend on it.
  init(_ decision: DecisionID, owner: String, layer: String, users: [String]) {
    self.decision = decision
    guard !owner.isEmpty, owner != layer, !layer.hasPrefix("\(owner)[") else {
      place = nil
      return
    }
    let inside = owner.hasPrefix("\(layer).") ? String(owner.dropFirst(layer.count + 1)) : nil
    if let inside, users.allSatisfy({ Self.contains($0, in: inside) }) {
      place = inside
    } else {
      place = Self.commonPlace(of: users)
    }
  }

  func holds(_ node: Node) -> Bool { place.map { Self.contains(node.place, in: $0) } ?? true }

  private static func contains(_ place: String, in whole: String) -> Bool {
    place == whole || place.hasPrefix("\(whole).")
  }

  /// The innermost place that holds all of them and what stands beside them; nil: the layer.
  private static func commonPlace(of places: [String]) -> String? {
    var common: [Substring]?
    for place in places {
      let path = place.split(separator: ".").dropLast()
      common = common.map { known in zip(known, path).prefix { $0 == $1 }.map(\.0) } ?? Array(path)
    }
    return common.flatMap { $0.isEmpty ? nil : $0.joined(separator: ".") }
  }
}

extension Operation {
  /// What decides which weights of another option mean the same.
  fileprivate var structure: [Expression] {
    switch self {
    case .convolution(let it, _): [it.kernel, it.kernelWidth, it.groups]
    case .depthwise(let it, _): [it.kernel, it.copies]
    case .input, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool, .globalPool, .linear, .layerNorm,
      .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize, .zero, .add, .join, .choice:
      []
    }
  }
}

extension Space {
  /// The nodes whose values reach an output, whatever is chosen.
  var usefulNodes: Set<NodeID> {
    var wanted = Set([body.result] + otherOutputs.map(\.node))
    collectUseful(body.nodes, into: &wanted)
    return wanted
  }

  private func collectUseful(_ nodes: [Node], into wanted: inout Set<NodeID>) {
    for node in nodes.reversed() where wanted.contains(node.id) {
      wanted.formUnion(node.operation.operands)
      guard case .choice(let choice) = node.operation else { continue }
      for alternative in choice.alternatives {
        wanted.insert(alternative.region.result)
        collectUseful(alternative.region.nodes, into: &wanted)
      }
    }
  }
}

extension [Node] {
  /// The nodes as the only alternative of the choice they came from, so that its selector stays visible.
  fileprivate static func wrapping(_ nodes: [Node], in node: Node, choice: Choice, values: [Value]) -> [Node] {
    guard let last = nodes.last else { return [] }
    var wrapped = node
    let region = Region(nodes: nodes, result: last.id)
    wrapped.operation = .choice(
      Choice(selector: choice.selector, alternatives: [Alternative(values: values, region: region)]))
    return [wrapped]
  }
}
