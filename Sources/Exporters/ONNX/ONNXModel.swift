import SpaceIR

/// A network in the Open Neural Network Exchange format, as the bytes of one `.onnx` file.
///
/// Opset 18 of the default domain, IR version 8 (ONNX 1.13, December 2022): the oldest in which a resize can be told two
/// sides and a normalisation over channels is one operator. The batch is free.
package struct ONNXModel: Sendable {
  static let opset = 18
  static let formatVersion = 8

  var graph: ONNXGraph
  /// By the name of a value the node whose value it is.
  let nodesOfValues: [String: NodeID]
  /// `metadata_props`, in order.
  package var metadata: [(key: String, value: String)] = []

  /// What happens to batch normalisations behind convolutions and linear maps.
  package enum BatchNorm: Hashable, Sendable {
    /// They become part of the weights and a bias.
    case folded
    case kept
  }

  /// - Parameters:
  ///   - name: Of the graph.
  ///   - epsilon: Of batch and layer norm, added to the variance; that of `BindingOptions`.
  package init(
    of network: BoundNetwork, weights: NetworkTensors, batchNorm: BatchNorm = .folded, epsilon: Float = 1e-5
  ) {
    var lowering = ONNXLowering(network, weights, batchNorm: batchNorm, epsilon: epsilon)
    graph = lowering.run()
    nodesOfValues = lowering.nodesOfValues
  }

  /// The most bytes that protocol buffers can hold in one message, and so a file.
  package static let mostBytes = Int(Int32.max)

  /// The file.
  package func data(producer: String = "espalier", version: String) -> [UInt8] {
    var model = ProtocolBuffer()
    model.integer(1, Self.formatVersion)
    model.string(2, producer)
    model.string(3, version)
    model.message(7) { $0.add(graph) }
    model.message(8) { opset in
      opset.string(1, "")
      opset.integer(2, Self.opset)
    }
    for (key, value) in metadata {
      model.message(14) { entry in
        entry.string(1, key)
        entry.string(2, value)
      }
    }
    return model.bytes
  }
}
