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
  /// By device, nanoseconds: the sum over the network's kernels by the device's table. Of the devices that were asked for.
  package var latencies: [String: Int]

  package init(
    macs: Int = 0, parameters: Int = 0, weights: Int = 0, poolingInputs: Int = 0, activationBytes: Int = 0,
    latencies: [String: Int] = [:]
  ) {
    self.macs = macs
    self.parameters = parameters
    self.weights = weights
    self.poolingInputs = poolingInputs
    self.activationBytes = activationBytes
    self.latencies = latencies
  }

  /// - Precondition: A latency is of a device that was asked for.
  package subscript(measure: CostMeasure) -> Int {
    switch measure {
    case .macs: macs
    case .parameters: parameters
    case .weights: weights
    case .poolingInputs: poolingInputs
    case .activationBytes: activationBytes
    case .latency(let device): known(latencies[device])
    }
  }

  private func known(_ latency: Int?) -> Int {
    guard let latency else { preconditionFailure("the cost was taken without this device's latency") }
    return latency
  }

  /// Nil where a part does not fit 64 bits.
  func adding(_ other: NetworkCost) -> NetworkCost? {
    var exact = CheckedArithmetic()
    let sum = NetworkCost(
      macs: exact.sum(macs, other.macs), parameters: exact.sum(parameters, other.parameters),
      weights: exact.sum(weights, other.weights), poolingInputs: exact.sum(poolingInputs, other.poolingInputs),
      activationBytes: exact.sum(activationBytes, other.activationBytes),
      latencies: latencies.merging(other.latencies) { exact.sum($0, $1) })
    return exact.overflowed ? nil : sum
  }
}

/// One of the additive costs of a network.
package enum CostMeasure: Hashable, Sendable {
  case macs
  case parameters
  case weights
  case poolingInputs
  case activationBytes
  /// Nanoseconds on a device, by its latency table.
  case latency(device: String)

  /// Those that a graph alone tells.
  package static let ofGraphs: [CostMeasure] = [.macs, .parameters, .weights, .poolingInputs, .activationBytes]

  /// The name in JSON.
  package var name: String {
    switch self {
    case .macs: "macs"
    case .parameters: "parameters"
    case .weights: "weights"
    case .poolingInputs: "pooling_inputs"
    case .activationBytes: "activation_bytes"
    case .latency(let device): "latency(\(device))"
    }
  }

  /// In sentences: `MACs`, `parameters`, `bytes of activations`.
  package var unit: String {
    switch self {
    case .macs: "MACs"
    case .parameters: "parameters"
    case .weights: "weights"
    case .poolingInputs: "inputs of pools"
    case .activationBytes: "bytes of activations"
    case .latency(let device): "ns on '\(device)'"
    }
  }

  /// The measure of a name; nil where there is none.
  package init?(name: String) {
    if let found = Self.ofGraphs.first(where: { $0.name == name }) {
      self = found
    } else if let device = name.wholeMatch(of: /latency\(([^()]+)\)/)?.output.1 {
      self = .latency(device: String(device))
    } else {
      return nil
    }
  }

  /// The device that it is of; nil for what a graph alone tells.
  package var device: String? { if case .latency(let device) = self { device } else { nil } }
}

/// As its name.
extension CostMeasure: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let measure = CostMeasure(name: name) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(name)' is no measure")
    }
    self = measure
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}

/// Why a cost has no value. Domains of a checked space are typed, but their products can still leave 64 bits.
package enum CostError: Error, Hashable, Sendable {
  /// The cost of this node, or the sum up to it, does not fit 64 bits.
  case overflow(at: NodeID)
  /// An extent, attribute or selector of this node is not what the checker promises: a verifier failure.
  case malformed(NodeID)
  /// The architecture does not decide exactly the existing decisions.
  case notAMember
  /// The space has no latency table of this device.
  case noTable(device: String)
  case noRow(MissingRow)
}

/// A kernel that a network has and a device's table has not.
package struct MissingRow: Hashable, Sendable {
  package let device: String
  package let kernel: KernelShape
  /// The operation that heads the kernel.
  package let node: NodeID
}
