import SpaceIR
import SpacePlanner

/// Writes a network's operations as ONNX nodes, one after another.
///
/// Maps are `[batch, channels, height, width]`. Copies of a channel lie beside each other, as a convolution in groups makes
/// them, where the engine has copy after copy: tensors are reordered as they are written. What a linear map makes is
/// `[batch, features]`, until something needs a map.
struct ONNXLowering {
  let network: BoundNetwork
  let weights: NetworkTensors
  let epsilon: Float
  var graph: ONNXGraph
  /// By node: what holds its value, and its form.
  private var results: [NodeID: Result] = [:]
  private var types: [NodeID: BoundExtents] = [:]
  /// Batch normalisations that became part of what they read, by that.
  private let folds: [NodeID: Node]
  private var names: Set<String> = []

  struct Result {
    let name: String
    /// Whether height and width, both 1, were dropped.
    let isFlat: Bool
  }

  init(_ network: BoundNetwork, _ weights: NetworkTensors, batchNorm: ONNXModel.BatchNorm, epsilon: Float) {
    self.network = network
    self.weights = weights
    self.epsilon = epsilon
    graph = ONNXGraph(name: network.space.name)
    folds =
      switch batchNorm {
      case .folded: network.foldableNorms
      case .kept: [:]
      }
  }

  mutating func run() -> ONNXGraph {
    graph.inputs = network.inputs.map { ONNXValue(name: $0.name, shape: .map($0.shape)) }
    names.formUnion(graph.inputs.map(\.name))
    names.formUnion(network.outputs.map(\.name))
    let folded = Set(folds.values.map(\.id))
    for node in network.nodes {
      types[node.id] = node.type.extents4
      if folded.contains(node.id), case .batchNorm(let x) = node.operation {
        results[node.id] = results[x]
      } else {
        results[node.id] = lower(node)
      }
    }
    for output in network.outputs { write(output) }
    return graph
  }

  /// Of a folded pair the value is that of the second.
  var nodesOfValues: [String: NodeID] {
    var found: [String: NodeID] = [:]
    for node in network.nodes { if let result = results[node.id] { found[result.name] = node.id } }
    return found
  }

  // MARK: Values

  /// As a map; a flat value is given its sides back.
  mutating func map(_ id: NodeID) -> String {
    let known = result(id)
    guard known.isFlat else { return known.name }
    let extents = extents(of: id)
    let name = reshape(known.name, to: [0, extents.allChannels, 1, 1], "\(known.name)/map", .map(extents))
    results[id] = Result(name: name, isFlat: false)
    return name
  }

  func result(_ id: NodeID) -> Result {
    guard let result = results[id] else { preconditionFailure("order: \(id) is read before it is written") }
    return result
  }

  func extents(of id: NodeID) -> BoundExtents {
    guard let extents = types[id] else { preconditionFailure("order: \(id) is read before it is written") }
    return extents
  }

  /// The batch normalisation that is folded into a node.
  func fold(of node: Node) -> Node? { folds[node.id] }

  // MARK: Writing

  /// Adds a node with one output of the node's name.
  ///
  /// - Parameter shape: Of the output; nil: it is no float, and not stated.
  @discardableResult mutating func add(
    _ type: ONNXOperator, _ name: String, _ inputs: [String], _ attributes: [ONNXAttribute] = [],
    shape: [ONNXValue.Extent]?
  ) -> String {
    let name = unique(name)
    graph.nodes.append(ONNXNode(name: name, type: type, inputs: inputs, outputs: [name], attributes: attributes))
    if let shape { graph.values.append(ONNXValue(name: name, shape: shape)) }
    return name
  }

  /// - Parameter target: 0 keeps an extent, -1 takes what is left.
  mutating func reshape(_ input: String, to target: [Int], _ name: String, _ shape: [ONNXValue.Extent]) -> String {
    let name = unique(name)
    let constant = self.constant("\(name)/shape", [target.count], .int64(target))
    graph.nodes.append(
      ONNXNode(name: name, type: .reshape, inputs: [input, constant], outputs: [name], attributes: []))
    graph.values.append(ONNXValue(name: name, shape: shape))
    return name
  }

  mutating func constant(_ name: String, _ shape: [Int], _ values: ONNXTensor.Values) -> String {
    let name = unique(name)
    graph.constants.append(ONNXTensor(name: name, shape: shape, values: values))
    return name
  }

  mutating func number(_ name: String, _ value: Float) -> String { constant(name, [], .float([value])) }

  /// Names of inputs and outputs are the user's; paths give way to them.
  private mutating func unique(_ name: String) -> String { names.unique(name, separator: "#") }

  /// An output under its own name; logits are `[batch, classes]`.
  private mutating func write(_ output: NamedOutput) {
    let extents = extents(of: output.node)
    var known = result(output.node)
    let isVector = extents.positions == 1
    if isVector && !known.isFlat {
      known = Result(
        name: add(
          .flatten, "\(known.name)/flat", [known.name], [ONNXAttribute("axis", .integer(1))],
          shape: .vector(extents.allChannels)), isFlat: true)
    } else if !isVector && known.isFlat {
      known = Result(name: map(output.node), isFlat: false)
    }
    let shape: [ONNXValue.Extent] = isVector ? .vector(extents.allChannels) : .map(extents)
    graph.outputs.append(ONNXValue(name: output.name, shape: shape))
    guard let maker = graph.nodes.lastIndex(where: { $0.outputs == [known.name] }), isFree(known.name) else {
      graph.nodes.append(
        ONNXNode(
          name: "\(output.name)/identity", type: .identity, inputs: [known.name], outputs: [output.name],
          attributes: []))
      return
    }
    graph.nodes[maker].outputs = [output.name]
    for index in graph.nodes.indices { graph.nodes[index].rename(known.name, output.name) }
    graph.values.removeAll { $0.name == known.name }
  }

  /// Whether a value is no output yet.
  private func isFree(_ name: String) -> Bool { !graph.outputs.contains { $0.name == name } }
}

extension ONNXNode {
  fileprivate mutating func rename(_ old: String, _ new: String) {
    for index in inputs.indices where inputs[index] == old { inputs[index] = new }
  }
}

extension [ONNXValue.Extent] {
  static func map(_ shape: ImageShape) -> Self {
    [.batch, .number(shape.channels), .number(shape.height), .number(shape.width)]
  }

  static func map(_ extents: BoundExtents) -> Self {
    [.batch, .number(extents.allChannels), .number(extents.height), .number(extents.width)]
  }

  static func vector(_ channels: Int) -> Self { [.batch, .number(channels)] }

  static func shape(_ extents: Int...) -> Self { [.batch] + extents.map { .number($0) } }
}
