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

extension Operation {
  /// The tensors of the operation, given its operand's and its own type.
  func weightDemands(input: TensorType, output: TensorType, recordsStatistics: Bool) -> [WeightDemand] {
    switch self {
    case .input, .activation, .pool, .globalPool, .add, .choice: return []
    case .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize, .zero, .join:
      preconditionFailure("the planner refuses operations without a kernel")
    case .convolution(let convolution, _):
      let kernel = convolution.kernel
      let weight = WeightDemand(
        role: .convolution, label: "weight", extents: [convolution.channels, kernel, kernel, input.channels],
        fanIn: [kernel, kernel, input.channels], centred: [1, 2])
      return convolution.bias ? [weight, .bias("bias", [convolution.channels])] : [weight]
    case .depthwise(let depthwise, _):
      let kernel = depthwise.kernel
      return [
        WeightDemand(
          role: .depthwise, label: "weight", extents: [depthwise.copies, kernel, kernel, input.channels],
          fanIn: [kernel, kernel], centred: [1, 2])
      ]
    case .batchNorm:
      let extents = [output.copies, output.channels]
      let trained: [(WeightTensor.Role, String)] = [(.scale, "scale"), (.shift, "shift")]
      let recorded: [(WeightTensor.Role, String)] = [(.runningMean, "mean"), (.runningVariance, "variance")]
      return (recordsStatistics ? trained + recorded : trained).map {
        WeightDemand(role: $0.0, label: $0.1, extents: extents, fanIn: [], centred: [])
      }
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
    }
  }
}

extension WeightDemand {
  fileprivate static func bias(_ label: String, _ extents: [Expression]) -> WeightDemand {
    WeightDemand(role: .bias, label: label, extents: extents, fanIn: [], centred: [])
  }

  fileprivate static func linear(_ label: String, out: Expression, in input: Expression) -> WeightDemand {
    WeightDemand(role: .linear, label: label, extents: [out, input], fanIn: [input], centred: [])
  }
}
