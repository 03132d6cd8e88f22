package import SpaceIR

extension SupernetPlan {
  /// Scales and shifts of all batch norms, ascending.
  package var batchNormTensors: [TensorID] { tensors { if case .batchNorm = $0 { true } else { false } } }

  /// Weights and biases of linear maps of vectors, which are those of the classifier; those inside an attention are not
  /// among them.
  package var classifierTensors: [TensorID] { tensors { if case .linear = $0 { true } else { false } } }

  /// The trained tensors of some operations, of all variants.
  private func tensors(of isMeant: (Operation) -> Bool) -> [TensorID] {
    var found: Set<TensorID> = []
    space.body.forEachNode { node in
      guard isMeant(node.operation), let weights = self.weights[node.id] else { return }
      for variant in weights.variants.values { found.formUnion(variant) }
    }
    return found.filter { self.tensors[$0.index].isTrained }.sorted()
  }
}

/// What a layer's result comes from in one architecture: its last batch norms, beyond which nothing is weighted.
package struct LayerEnd: Hashable, Sendable {
  package let layer: LayerID
  /// The scales of the batch norms between which and the result there is no weight but an attention's: one for most
  /// operators, one for each branch that is concatenated. Empty for an identity, and for what is left out.
  package let scales: [WeightSlice]
  /// The shifts beside them.
  package let shifts: [WeightSlice]
  /// The operations by which something reaches the result without a batch norm behind it, in words: `convolution`.
  package let bare: [String]
}

extension SupernetPlan {
  /// How each layer with decisions ends in an architecture, in the order of the layers; a layer that the architecture
  /// does not have is left out.
  ///
  /// - Throws: `EvaluationError` for an architecture that is not a member of the space.
  package func layerEnds(of architecture: Architecture) throws(EvaluationError) -> [LayerEnd] {
    var selection = NodeSelection(plan: self, architecture: architecture)
    try selection.take(steps)
    let isLive = selection.live(from: selection.outputs)
    var walk = LayerWalk()
    for (taken, isLive) in zip(selection.nodes, isLive) where isLive { walk.add(taken) }
    for output in selection.outputs { walk.readers[output, default: []].append(nil) }
    var ends: [LayerEnd] = []
    let binder = ProgramBinder(
      plan: self, of: .architecture(architecture), options: BindingOptions(batch: 1, pass: .forward))
    for layer in space.layers.indices.map(LayerID.init(index:)) where !space.layers[layer.index].decisions.isEmpty {
      guard let own = walk.nodes[layer] else { continue }
      var found = LayerWalk.Found()
      for taken in own where walk.leaves(taken, layer) { walk.follow(taken.node.id, in: layer, &found) }
      var slices: [[WeightSlice]] = [[], []]
      for node in found.norms {
        var reader = binder
        let weights = try reader.slices(of: node)
        for place in 0..<2 { slices[place].append(reader.slices[weights[place].index]) }
      }
      ends.append(LayerEnd(layer: layer, scales: slices[0], shifts: slices[1], bare: found.bare))
    }
    return ends
  }
}

/// The nodes of an architecture, walked from what leaves a layer back to the batch norms behind it.
private struct LayerWalk {
  struct Found {
    var norms: [Node] = []
    var bare: [String] = []
    var seen: Set<NodeID> = []
  }

  var nodes: [LayerID: [NodeSelection.Taken]] = [:]
  /// By node: the layers of those that read it; nil: something outside every layer.
  var readers: [NodeID: [LayerID?]] = [:]
  private var byID: [NodeID: NodeSelection.Taken] = [:]

  mutating func add(_ taken: NodeSelection.Taken) {
    byID[taken.node.id] = taken
    nodes[taken.node.layer, default: []].append(taken)
    for operand in taken.operands { readers[operand, default: []].append(taken.node.layer) }
  }

  /// Whether something outside the layer reads the node.
  func leaves(_ taken: NodeSelection.Taken, _ layer: LayerID) -> Bool {
    readers[taken.node.id]?.contains { $0 != layer } ?? false
  }

  func follow(_ id: NodeID, in layer: LayerID, _ found: inout Found) {
    guard let taken = byID[id], taken.node.layer == layer, found.seen.insert(id).inserted else { return }
    switch taken.node.operation {
    case .batchNorm: found.norms.append(taken.node)
    case .convolution: found.bare.append("convolution")
    case .depthwise: found.bare.append("depthwise convolution")
    case .linear: found.bare.append("linear map")
    case .attention: found.bare.append("attention")
    case .layerNorm: found.bare.append("layer norm")
    case .positionEmbedding: found.bare.append("position embedding")
    case .pool: found.bare.append("pooling")
    case .globalPool: found.bare.append("global pooling")
    case .squeezeExcite, .splitAttention, .input, .activation, .add, .choice, .slice, .shuffle, .softmax, .resize,
      .quantize, .zero, .join:
      for operand in taken.operands { follow(operand, in: layer, &found) }
    }
  }
}
