import SpaceIR

/// The cost formula of one node: what is computed, and the integer expressions it is computed from.
///
/// The only copy of the formulas. A walk evaluates the arguments for one architecture; the diagram evaluates them for
/// every combination of the decisions they mention.
struct OperationCost: Sendable {
  /// Arguments in order are given with each case; extents are of one image.
  enum Formula: Hashable, Sendable {
    /// channels in, channels out, kernel, height out, width out, kernel width, groups
    case convolution(bias: Bool)
    /// channels, copies, kernel, height out, width out
    case depthwise
    /// channels, copies
    case batchNorm
    /// channels, inner, height, width: two linear maps with bias
    case squeezeExcite
    /// channels, copies, inner, height, width: one linear map to `inner`, one for each copy back, all with bias
    case splitAttention
    /// channels: scale and shift
    case layerNorm
    /// channels, height, width
    case positionEmbedding
    /// channels, width, height and width of the queries; channels, height and width of the memory. Maps to queries, keys
    /// and values and back, all with bias; products of queries with keys and of weights with values.
    case attention
    /// channels, copies, height, width of the operand
    case averagePool
    /// features in, features out
    case linear(bias: Bool)
    /// copies, channels, height, width of the result
    case featureMap
    /// The values of a kernel's fields, words among them; what it takes is the row of a device's table.
    case kernel(DeviceKernel.Form, device: String)
  }
  let formula: Formula
  let arguments: [Expression]

  /// Everything that one operation costs: what it computes, and the feature map that it writes.
  static func all(_ operation: Operation, operands: [TensorType], result: TensorType) -> [OperationCost] {
    [OperationCost(operation, operands: operands, result: result), OperationCost(writing: result, by: operation)]
      .compactMap { $0 }
  }

  /// The latency of a kernel on a device.
  init(_ kernel: DeviceKernel, on device: String) {
    formula = .kernel(kernel.form, device: device)
    arguments = kernel.arguments
  }

  /// Nil for what writes no feature map: inputs, and choices, whose alternatives do.
  private init?(writing result: TensorType, by operation: Operation) {
    if case .input = operation { return nil }
    if case .choice = operation { return nil }
    formula = .featureMap
    arguments = result.extents
  }

  /// Nil for operations that compute nothing that is counted.
  init?(_ operation: Operation, operands: [TensorType], result: TensorType) {
    guard let operand = operands.first else { return nil }
    switch operation {
    case .input, .activation, .add, .choice, .slice, .shuffle, .softmax, .resize, .quantize, .zero, .join: return nil
    case .convolution(let payload, _):
      formula = .convolution(bias: payload.bias)
      arguments = [
        operand.channels, payload.channels, payload.kernel, result.height, result.width, payload.kernelWidth,
        payload.groups,
      ]
    case .layerNorm:
      formula = .layerNorm
      arguments = [operand.channels]
    case .positionEmbedding:
      formula = .positionEmbedding
      arguments = [operand.channels, operand.height, operand.width]
    case .attention(let payload, _, _):
      let memory = operands.count > 1 ? operands[1] : operand
      formula = .attention
      arguments = [
        operand.channels, payload.width, operand.height, operand.width, memory.channels, memory.height, memory.width,
      ]
    case .depthwise(let payload, _):
      formula = .depthwise
      arguments = [operand.channels, payload.copies, payload.kernel, result.height, result.width]
    case .batchNorm:
      formula = .batchNorm
      arguments = [operand.channels, operand.copies]
    case .squeezeExcite(let payload, _):
      formula = .squeezeExcite
      arguments = [operand.channels, payload.inner, operand.height, operand.width]
    case .splitAttention(let payload, _):
      formula = .splitAttention
      arguments = [operand.channels, operand.copies, payload.inner, operand.height, operand.width]
    case .pool(let payload, _):
      guard payload.kind == .average else { return nil }
      formula = .averagePool
      arguments = [operand.channels, operand.copies, operand.height, operand.width]
    case .globalPool:
      formula = .averagePool
      arguments = [operand.channels, operand.copies, operand.height, operand.width]
    case .linear(let payload, _):
      formula = .linear(bias: payload.bias)
      arguments = [operand.channels, payload.features]
    }
  }
}

extension OperationCost.Formula {
  /// Whether what it takes is looked up.
  var isKernel: Bool { if case .kernel = self { true } else { false } }

  /// Whether the formula is zero for every argument under this measure.
  func isFree(under measure: CostMeasure) -> Bool {
    switch (measure, self) {
    case (.latency(let device), .kernel(_, let other)): device != other
    case (.latency, _), (_, .kernel): true
    case (.activationBytes, .featureMap): false
    case (.activationBytes, _), (_, .featureMap): true
    case (.macs, .batchNorm), (.macs, .averagePool), (.weights, .batchNorm), (.weights, .averagePool),
      (.parameters, .averagePool), (.macs, .layerNorm), (.macs, .positionEmbedding), (.weights, .layerNorm),
      (.weights, .positionEmbedding):
      true
    case (.poolingInputs, .squeezeExcite), (.poolingInputs, .splitAttention), (.poolingInputs, .averagePool): false
    case (.poolingInputs, _): true
    case (.macs, _), (.weights, _), (.parameters, _): false
    }
  }

  /// The cost for evaluated arguments; nil where it does not fit 64 bits.
  ///
  /// - Precondition: The formula is not that of a kernel, which has a row instead.
  func cost(_ x: [Int]) -> NetworkCost? {
    var exact = CheckedArithmetic()
    var cost = NetworkCost()
    switch self {
    case .convolution(let bias):
      // The checker sees to it that the groups divide the channels.
      cost.weights = exact.product(exact.product(x[0] / max(x[6], 1), x[1]), exact.product(x[2], x[5]))
      cost.macs = exact.product(cost.weights, x[3], x[4])
      cost.parameters = exact.sum(cost.weights, bias ? x[1] : 0)
    case .layerNorm: cost.parameters = exact.product(2, x[0])
    case .positionEmbedding: cost.parameters = exact.product(x[0], x[1], x[2])
    case .attention:
      let (queries, memory) = (exact.product(x[2], x[3]), exact.product(x[5], x[6]))
      let outer = exact.product(2, exact.product(x[0], x[1]))
      let inner = exact.product(2, exact.product(x[4], x[1]))
      let pairs = exact.product(2, exact.product(queries, exact.product(memory, x[1])))
      cost.weights = exact.sum(outer, inner)
      cost.macs = exact.sum(exact.sum(exact.product(outer, queries), exact.product(inner, memory)), pairs)
      cost.parameters = exact.sum(cost.weights, exact.sum(exact.product(3, x[1]), x[0]))
    case .depthwise:
      cost.weights = exact.product(exact.product(x[0], x[1]), exact.product(x[2], x[2]))
      cost.macs = exact.product(cost.weights, x[3], x[4])
      cost.parameters = cost.weights
    case .batchNorm:
      cost.parameters = exact.product(2, x[0], x[1])
    case .squeezeExcite:
      cost.weights = exact.product(2, x[0], x[1])
      cost.macs = cost.weights
      cost.parameters = exact.sum(cost.weights, exact.sum(x[0], x[1]))
      cost.poolingInputs = exact.product(x[0], x[2], x[3])
    case .splitAttention:
      let outward = exact.product(x[0], x[1])
      cost.weights = exact.sum(exact.product(x[0], x[2]), exact.product(x[2], outward))
      cost.macs = cost.weights
      cost.parameters = exact.sum(cost.weights, exact.sum(x[2], outward))
      cost.poolingInputs = exact.product(x[0], x[3], x[4])
    case .averagePool:
      cost.poolingInputs = exact.product(exact.product(x[0], x[1]), x[2], x[3])
    case .linear(let bias):
      cost.weights = exact.product(x[0], x[1])
      cost.macs = cost.weights
      cost.parameters = exact.sum(cost.weights, bias ? x[1] : 0)
    case .featureMap:
      cost.activationBytes = exact.product(exact.product(x[0], x[1]), x[2], exact.product(4, x[3]))
    case .kernel: preconditionFailure("the latency of a kernel is looked up")
    }
    return exact.overflowed ? nil : cost
  }
}
