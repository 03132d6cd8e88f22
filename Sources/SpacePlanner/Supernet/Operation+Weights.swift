import SpaceIR

/// A tensor an operation needs, with extents over decisions.
struct WeightDemand {
  let role: WeightTensor.Role
  /// Tells the tensors of one operation apart.
  let label: String
  let extents: [Expression]
  let fanIn: [Expression]
  /// Axes along which a smaller kernel is the middle of a larger one; the others are prefixes.
  let centred: Set<Int>
}

extension SupernetPlan {
  func weightDemands(of node: Node) -> [WeightDemand] {
    node.weightDemands(types: types, recordsStatistics: recordsStatistics)
  }
}

extension Node {
  /// The tensors of the operation, in the order in which kernels take them.
  func weightDemands(types: [NodeID: TensorType], recordsStatistics: Bool) -> [WeightDemand] {
    let inputs = operation.operands.compactMap { types[$0] }
    let input = inputs.first ?? type
    switch operation {
    case .input, .activation, .pool, .globalPool, .add, .choice, .slice, .shuffle, .softmax, .resize, .quantize, .zero,
      .join:
      return []
    case .convolution(let convolution, _): return convolution.weightDemands(input: input)
    case .depthwise(let depthwise, _):
      let kernel = depthwise.kernel
      return [
        WeightDemand(
          role: .depthwise, label: "weight", extents: [depthwise.copies, kernel, kernel, input.channels],
          fanIn: [kernel, kernel], centred: [1, 2])
      ]
    case .batchNorm:
      let extents = [type.copies, type.channels]
      let trained: [(WeightTensor.Role, String)] = [(.scale, "scale"), (.shift, "shift")]
      let recorded: [(WeightTensor.Role, String)] = [(.runningMean, "mean"), (.runningVariance, "variance")]
      return (recordsStatistics ? trained + recorded : trained).map {
        WeightDemand(role: $0.0, label: $0.1, extents: extents, fanIn: [], centred: [])
      }
    case .layerNorm:
      return [(WeightTensor.Role.scale, "scale"), (.shift, "shift")].map {
        WeightDemand(role: $0.0, label: $0.1, extents: [type.channels], fanIn: [], centred: [])
      }
    case .positionEmbedding:
      return [
        WeightDemand(
          role: .position, label: "embedding", extents: [type.height, type.width, type.channels], fanIn: [],
          centred: [])
      ]
    case .squeezeExcite(let excite, _):
      return [
        .linear("reduce", out: excite.inner, in: input.channels), .bias("reduce_bias", [excite.inner]),
        .linear("widen", out: input.channels, in: excite.inner), .bias("widen_bias", [input.channels]),
      ]
    case .splitAttention(let attention, _):
      let widen = WeightDemand(
        role: .splitLinear, label: "widen", extents: [input.copies, input.channels, attention.inner],
        fanIn: [attention.inner], centred: [])
      return [
        .linear("reduce", out: attention.inner, in: input.channels), .bias("reduce_bias", [attention.inner]),
        widen, .bias("widen_bias", [input.copies, input.channels]),
      ]
    case .linear(let linear, _):
      let weight = WeightDemand.linear("weight", out: linear.features, in: input.channels)
      return linear.bias ? [weight, .bias("bias", [linear.features])] : [weight]
    case .attention(let attention, _, _):
      let memory = inputs.count > 1 ? inputs[1] : input
      return WeightDemand.map("queries", out: attention.width, in: input.channels)
        + WeightDemand.map("keys", out: attention.width, in: memory.channels)
        + WeightDemand.map("values", out: attention.width, in: memory.channels)
        + WeightDemand.map("output", out: type.channels, in: attention.width)
    }
  }
}

extension Convolution {
  fileprivate func weightDemands(input: TensorType) -> [WeightDemand] {
    let entering =
      groups == .integer(1) ? input.channels : Expression.call(.floor, [.binary(.divide, input.channels, groups)])
    let weight = WeightDemand(
      role: .convolution, label: "weight", extents: [channels, kernel, kernelWidth, entering],
      fanIn: [kernel, kernelWidth, entering], centred: [1, 2])
    return bias ? [weight, .bias("bias", [channels])] : [weight]
  }
}

extension WeightDemand {
  fileprivate static func bias(_ label: String, _ extents: [Expression]) -> WeightDemand {
    WeightDemand(role: .bias, label: label, extents: extents, fanIn: [], centred: [])
  }

  fileprivate static func linear(_ label: String, out: Expression, in input: Expression) -> WeightDemand {
    WeightDemand(role: .linear, label: label, extents: [out, input], fanIn: [input], centred: [])
  }

  /// A linear map of every position, with bias.
  fileprivate static func map(_ label: String, out: Expression, in input: Expression) -> [WeightDemand] {
    let one = Expression.integer(1)
    return [
      WeightDemand(role: .projection, label: label, extents: [out, one, one, input], fanIn: [input], centred: []),
      .bias("\(label)_bias", [out]),
    ]
  }
}
