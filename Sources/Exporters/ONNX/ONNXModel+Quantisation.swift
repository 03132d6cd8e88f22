package import SpaceIR

extension ONNXModel {
  /// The same network with activations of 8 bits without sign and weights of 8 bits with sign, as pairs of QuantizeLinear
  /// and DequantizeLinear around what runtimes have integer kernels for ("QDQ").
  ///
  /// - Weights of convolutions and linear maps: symmetric, a scale for each output channel; biases of 32 bits. See
  ///   `WeightRange`.
  /// - Activations: a scale and a zero point for each value that has a range. What only moves numbers keeps those of its
  ///   operand. Nothing stands between a convolution and the ReLU behind it, which become one.
  /// - Values inside squeeze-excite, attention and functions stay in float, and so do the outputs of the network.
  ///
  /// - Parameters:
  ///   - ranges: By node, the least and the greatest number that it was seen to have.
  ///   - weights: How many levels weights have.
  package func quantised(
    _ ranges: [NodeID: ClosedRange<Float>], weights: WeightRange = .reduced
  ) -> ONNXModel {
    var pass = QuantisationPass(graph, greatest: weights.rawValue)
    for (name, node) in nodesOfValues {
      if let range = ranges[node] { pass.ranges[name] = range }
    }
    var model = self
    model.graph = pass.run()
    return model
  }
}

extension ONNXModel {
  /// The greatest integer that a weight has.
  package enum WeightRange: Int, Hashable, Sendable {
    /// Seven bits. On x86 without VNNI the products of an activation and a weight are added in pairs in 16 bits, which
    /// 255 * 63 * 2 fits and 255 * 127 * 2 does not.
    case reduced = 63
    /// Eight bits, for processors that add in 32.
    case full = 127
  }
}

/// Scale and zero point of a value.
private struct Quantiser: Hashable {
  let scale: Float
  let zero: UInt8

  /// Zero is a level (Jacob et al. 2018, arXiv 1712.05877, section 2.1).
  init(_ range: ClosedRange<Float>) {
    let (low, high) = (min(0, range.lowerBound), max(0, range.upperBound))
    // In Double, where no difference of two numbers of 32 bits is infinite.
    let step = Float((Double(high) - Double(low)) / 255)
    scale = step.isNormal ? step : 1
    zero = UInt8(clamping: Int((-low / scale).rounded()))
  }
}

private struct QuantisationPass {
  let graph: ONNXGraph
  /// Of weights.
  private let greatest: Int
  var ranges: [String: ClosedRange<Float>] = [:]
  private var result: ONNXGraph
  private var quantisers: [String: Quantiser] = [:]
  private var constants: [String: ONNXTensor] = [:]
  private var readers: [String: [ONNXNode]] = [:]
  /// Constants that integers have taken the place of.
  private var replaced: Set<String> = []

  init(_ graph: ONNXGraph, greatest: Int) {
    self.graph = graph
    self.greatest = greatest
    result = graph
    result.nodes = []
    for tensor in graph.constants { constants[tensor.name] = tensor }
    for node in graph.nodes { for input in Set(node.inputs) { readers[input, default: []].append(node) } }
  }

  mutating func run() -> ONNXGraph {
    let outputs = Set(graph.outputs.map(\.name))
    for input in graph.inputs { quantise(input.name, maker: nil, outputs) }
    for original in graph.nodes {
      var node = original
      if node.type == .conv || node.type == .gemm { quantiseWeights(of: &node) }
      for index in node.inputs.indices where quantisers[node.inputs[index]] != nil {
        node.inputs[index] = Self.back(node.inputs[index])
      }
      result.nodes.append(node)
      quantise(original.outputs[0], maker: original, outputs)
    }
    var used: Set<String> = []
    for node in result.nodes { used.formUnion(node.inputs) }
    result.constants.removeAll { replaced.contains($0.name) && !used.contains($0.name) }
    return result
  }

  private static func back(_ name: String) -> String { "\(name)/dequantized" }

  // MARK: Activations

  /// Whether runtimes have an integer kernel for it.
  private func isInteger(_ type: ONNXOperator) -> Bool {
    switch type {
    case .conv, .gemm, .add, .mul, .maxPool, .averagePool, .globalAveragePool, .concat, .relu: true
    case .reshape, .transpose, .flatten, .slice: true
    case .abs, .batchNormalization, .clip, .constantOfShape, .dequantizeLinear, .div, .erf, .hardSigmoid, .hardSwish,
      .identity, .layerNormalization, .matMul, .max, .min, .quantizeLinear, .reduceMax, .reduceMin, .reduceSum,
      .resize, .round, .shape, .sigmoid, .softmax, .sub, .tanh:
      false
    }
  }

  private func movesOnly(_ type: ONNXOperator) -> Bool {
    switch type {
    case .reshape, .transpose, .flatten, .slice, .maxPool: true
    case .abs, .add, .averagePool, .batchNormalization, .clip, .concat, .constantOfShape, .conv, .dequantizeLinear,
      .div, .erf, .gemm, .globalAveragePool, .hardSigmoid, .hardSwish, .identity, .layerNormalization, .matMul, .max,
      .min, .mul, .quantizeLinear, .reduceMax, .reduceMin, .reduceSum, .relu, .resize, .round, .shape, .sigmoid,
      .softmax, .sub, .tanh:
      false
    }
  }

  private mutating func quantise(_ value: String, maker: ONNXNode?, _ outputs: Set<String>) {
    guard !outputs.contains(value), let quantiser = quantiser(of: value, maker: maker) else { return }
    quantisers[value] = quantiser
    let scale = constant("\(value)/scale", [], .float([quantiser.scale]))
    let zero = constant("\(value)/zero_point", [], .uint8([quantiser.zero]))
    let whole = "\(value)/quantized"
    result.nodes.append(
      ONNXNode(name: whole, type: .quantizeLinear, inputs: [value, scale, zero], outputs: [whole], attributes: []))
    let back = Self.back(value)
    result.nodes.append(
      ONNXNode(name: back, type: .dequantizeLinear, inputs: [whole, scale, zero], outputs: [back], attributes: []))
  }

  private func quantiser(of value: String, maker: ONNXNode?) -> Quantiser? {
    let users = readers[value] ?? []
    guard !users.isEmpty else { return nil }
    if let maker, movesOnly(maker.type), let source = quantisers[maker.inputs[0]] { return source }
    guard let range = ranges[value] else { return nil }
    let isMade = maker.map { isInteger($0.type) } ?? true
    guard isMade || users.contains(where: { isInteger($0.type) }) else { return nil }
    if users.count == 1, users[0].type == .relu, let maker, [.conv, .gemm, .add].contains(maker.type) { return nil }
    return Quantiser(range)
  }

  private mutating func constant(_ name: String, _ shape: [Int], _ values: ONNXTensor.Values) -> String {
    result.constants.append(ONNXTensor(name: name, shape: shape, values: values))
    return name
  }

  // MARK: Weights

  /// The greatest number of a bias; half of what 32 bits hold, so that the products have the other half.
  private static let greatestBias = 1 << 30

  /// The step of a channel's weights: what its largest one needs, and at least what its bias needs, whose step is this one
  /// times that of what enters. Weights too small for either are 0.
  private func step(largest: Float, bias: Float, entering: Float) -> Float {
    let room = abs(bias) / (Float(Self.greatestBias) * entering)
    let least = max(largest / Float(greatest), room)
    return least.isNormal && (least * entering).isNormal ? least : 1
  }

  private static func whole(_ value: Double, atMost limit: Int) -> Int {
    Int(min(max(value, -Double(limit)), Double(limit)))
  }

  private mutating func quantiseWeights(of node: inout ONNXNode) {
    guard let entering = quantisers[node.inputs[0]], let weights = constants[node.inputs[1]],
      case .float(let values) = weights.values
    else { return }
    let count = weights.shape[0]
    let size = values.count / count
    let bias = node.inputs.count > 2 ? constants[node.inputs[2]] : nil
    var terms: [Float]?
    if case .float(let values) = bias?.values { terms = values }
    var scales: [Float] = []
    var whole: [Int8] = []
    whole.reserveCapacity(values.count)
    for channel in 0..<count {
      let own = values[channel * size..<(channel + 1) * size]
      let largest = own.reduce(0) { max($0, abs($1)) }
      let scale = step(largest: largest, bias: terms?[channel] ?? 0, entering: entering.scale)
      scales.append(scale)
      for value in own {
        whole.append(Int8(Self.whole(Double((value / scale).rounded(.toNearestOrEven)), atMost: greatest)))
      }
    }
    let name = weights.name
    let scale = constant("\(name)/scale", [count], .float(scales))
    let zero = constant("\(name)/zero_point", [count], .int8([Int8](repeating: 0, count: count)))
    node.inputs[1] = integers(name, ONNXTensor(name: "", shape: weights.shape, values: .int8(whole)), scale, zero)
    guard let bias, let terms else { return }
    let steps = scales.map { $0 * entering.scale }
    let numbers = zip(terms, steps).map { term, step in
      Int32(Self.whole((Double(term) / Double(step)).rounded(), atMost: Int(Int32.max)))
    }
    let biasScale = constant("\(bias.name)/scale", [count], .float(steps))
    let biasZero = constant("\(bias.name)/zero_point", [count], .int32([Int32](repeating: 0, count: count)))
    node.inputs[2] = integers(
      bias.name, ONNXTensor(name: "", shape: bias.shape, values: .int32(numbers)), biasScale, biasZero)
  }

  /// A constant of integers, and the node that gives its numbers back.
  private mutating func integers(_ name: String, _ tensor: ONNXTensor, _ scale: String, _ zero: String) -> String {
    replaced.insert(name)
    let whole = constant("\(name)/quantized", tensor.shape, tensor.values)
    let back = Self.back(name)
    result.nodes.append(
      ONNXNode(
        name: back, type: .dequantizeLinear, inputs: [whole, scale, zero], outputs: [back],
        attributes: [ONNXAttribute("axis", .integer(0))]))
    return back
  }
}
