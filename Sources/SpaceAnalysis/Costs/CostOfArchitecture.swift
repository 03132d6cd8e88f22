package import SpaceIR

/// The cost of one member of a space for one image, in the space's own resolution.
///
/// Walks the region tree and follows, in each choice, the alternative that the selector names.
///
/// - Parameter devices: Those whose latency is asked for too.
/// - Throws: `CostError.notAMember` unless the space contains the architecture, `overflow` where a cost leaves 64 bits;
///   `noTable` and `noRow` where a latency is not known.
/// - Complexity: O(nodes on the path), with devices O(nodes of the space).
package func cost(
  of architecture: Architecture, in space: Space, devices: [String] = []
) throws(CostError) -> NetworkCost {
  guard space.contains(architecture) else { throw .notAMember }
  var walk = CostWalk(space: space, architecture: architecture, tables: try space.latencyTables(of: devices))
  try walk.visit(space.body)
  return walk.total
}

extension Space {
  /// What a member costs by one measure. Throws as `cost(of:in:devices:)`.
  package func cost(of architecture: Architecture, by measure: CostMeasure) throws(CostError) -> Int {
    try SpaceAnalysis.cost(of: architecture, in: self, devices: measure.device.map { [$0] } ?? [])[measure]
  }

  /// - Throws: `CostError.noTable`.
  func latencyTables(of devices: [String]) throws(CostError) -> [LatencyTable] {
    var tables: [LatencyTable] = []
    for device in devices {
      guard let table = latencyTable(of: device) else { throw .noTable(device: device) }
      tables.append(table)
    }
    return tables
  }
}

struct CostWalk {
  let space: Space
  let architecture: Architecture
  let tables: [LatencyTable]
  /// Nil where no latency is asked for.
  let fusion: KernelFusion?
  var total: NetworkCost
  var types: [NodeID: TensorType] = [:]
  /// Whether costs are told apart by layer, and kernels that were not measured are noted.
  var isByLayer = false
  private(set) var byLayer: [LayerID: NetworkCost] = [:]
  private(set) var missing: [LayerID: [MissingRow]] = [:]
  private lazy var layers = space.layersOfNodes

  init(space: Space, architecture: Architecture, tables: [LatencyTable]) {
    self.space = space
    self.architecture = architecture
    self.tables = tables
    fusion = tables.isEmpty ? nil : KernelFusion(space)
    total = NetworkCost(latencies: Dictionary(tables.map { ($0.device, $0.constant) }) { first, _ in first })
  }

  mutating func visit(_ region: Region) throws(CostError) {
    for node in region.nodes {
      types[node.id] = node.type
      if case .choice(let choice) = node.operation {
        try visit(chosen(choice, at: node.id))
      } else {
        try add(node)
      }
    }
    let known = types
    for kernel in fusion?.kernels(of: region, type: { known[$0] }) ?? [] { try add(kernel) }
  }

  private mutating func add(_ kernel: DeviceKernel) throws(CostError) {
    var values: [Value] = []
    for argument in kernel.arguments { values.append(try evaluate(argument, at: kernel.node)) }
    let shape = KernelShape(kernel.form, values)
    for table in tables {
      guard let time = table[shape] else {
        let row = MissingRow(device: table.device, kernel: shape, node: kernel.node)
        guard isByLayer, let layer = layers[kernel.node] else { throw .noRow(row) }
        missing[layer, default: []].append(row)
        continue
      }
      try add(NetworkCost(latencies: [table.device: time]), at: kernel.node)
    }
  }

  private func chosen(_ choice: Choice, at node: NodeID) throws(CostError) -> Region {
    let value = try evaluate(choice.selector, at: node)
    guard let alternative = choice.alternatives.first(where: { $0.values.contains(value) }) else {
      throw .malformed(node)
    }
    return alternative.region
  }

  private mutating func add(_ node: Node) throws(CostError) {
    let operands = node.operation.operands.compactMap { types[$0] }
    for rule in OperationCost.all(node.operation, operands: operands, result: node.type) {
      var values: [Int] = []
      for argument in rule.arguments {
        guard let value = try evaluate(argument, at: node.id).integer else { throw .malformed(node.id) }
        values.append(value)
      }
      guard let cost = rule.formula.cost(values) else { throw .overflow(at: node.id) }
      try add(cost, at: node.id)
    }
  }

  private mutating func add(_ cost: NetworkCost, at node: NodeID) throws(CostError) {
    guard let sum = total.adding(cost) else { throw .overflow(at: node) }
    total = sum
    guard isByLayer, let layer = layers[node] else { return }
    guard let own = (byLayer[layer] ?? NetworkCost()).adding(cost) else { throw .overflow(at: node) }
    byLayer[layer] = own
  }

  private func evaluate(_ expression: Expression, at node: NodeID) throws(CostError) -> Value {
    do throws(EvaluationError) {
      return try expression.evaluate { space.value(of: $0, in: architecture) }
    } catch {
      throw error == .overflow ? .overflow(at: node) : .malformed(node)
    }
  }
}

extension Space {
  fileprivate var layersOfNodes: [NodeID: LayerID] {
    var layers: [NodeID: LayerID] = [:]
    body.forEachNode { layers[$0.id] = $0.layer }
    return layers
  }
}
