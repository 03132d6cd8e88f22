package import SpaceIR

/// What one network, or one operation of it, costs for one image.
package struct NetworkCost: Hashable, Sendable {
  /// Multiply-adds of convolutions (depthwise and those inside attention included) and linear layers.
  package var macs: Int
  /// Every trainable scalar: weights, biases, scale and shift of batch normalisation.
  package var parameters: Int
  /// Elements of convolution and linear weights only, the rule of the FBNetV2 release.
  package var weights: Int
  /// Inputs of every average pool, those inside squeeze-excite and split-attention included. FBNetV2's published
  /// FLOPs are `macs + poolingInputs`.
  package var poolingInputs: Int
  /// Bytes of the feature maps that operations write, four for each number: copies x channels x height x width of the
  /// result of every operation but the input, which writes nothing, and choices, whose alternatives write. Maps inside
  /// squeeze-excite, split-attention and attention, which are no operations of their own, are not counted.
  package var activationBytes: Int

  package init(
    macs: Int = 0, parameters: Int = 0, weights: Int = 0, poolingInputs: Int = 0, activationBytes: Int = 0
  ) {
    self.macs = macs
    self.parameters = parameters
    self.weights = weights
    self.poolingInputs = poolingInputs
    self.activationBytes = activationBytes
  }

  package subscript(measure: CostMeasure) -> Int {
    switch measure {
    case .macs: macs
    case .parameters: parameters
    case .weights: weights
    case .poolingInputs: poolingInputs
    case .activationBytes: activationBytes
    }
  }

  /// Nil where a part does not fit 64 bits.
  func adding(_ other: NetworkCost) -> NetworkCost? {
    var exact = CheckedArithmetic()
    let sum = NetworkCost(
      macs: exact.sum(macs, other.macs), parameters: exact.sum(parameters, other.parameters),
      weights: exact.sum(weights, other.weights), poolingInputs: exact.sum(poolingInputs, other.poolingInputs),
      activationBytes: exact.sum(activationBytes, other.activationBytes))
    return exact.overflowed ? nil : sum
  }
}

/// One of the additive costs of a network.
package enum CostMeasure: String, Hashable, Sendable, CaseIterable {
  case macs
  case parameters
  case weights
  case poolingInputs = "pooling_inputs"
  case activationBytes = "activation_bytes"
}

/// Why a cost has no value. Domains of a checked space are typed, but their products can still leave 64 bits.
package enum CostError: Error, Hashable, Sendable {
  /// The cost of this node, or the sum up to it, does not fit 64 bits.
  case overflow(at: NodeID)
  /// An extent, attribute or selector of this node is not what the checker promises: a verifier failure.
  case malformed(NodeID)
  /// The architecture does not decide exactly the existing decisions.
  case notAMember
}
