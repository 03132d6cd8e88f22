import SpaceIR

extension Space {
  /// The first thing that no kernel carries out, in words, with its layer; nil: the whole space can be lowered.
  var firstWithoutKernel: (what: String, layer: String)? {
    if !otherInputs.isEmpty { return ("several inputs", "input") }
    if let output = otherOutputs.first { return ("a further output", output.name) }
    if output.height != 1 || output.width != 1 { return ("an output of more than one pixel", "output") }
    var found: (what: String, layer: String)?
    body.forEachNode { node in
      if found == nil, let what = withoutKernel(node.operation) { found = (what, layers[node.layer.index].name) }
    }
    if found == nil, let hint = hints.sharing.first(where: { $0.sharing == .nested || $0.sharing == .mask }) {
      found = ("the hint to share '\(hint.parameter)' as '\(hint.sharing.rawValue)'", "hints")
    }
    return found
  }

  private func withoutKernel(_ operation: Operation) -> String? {
    if let window = WindowRule(of: operation), window.kernels.contains(where: canBeEven) { return "an even kernel" }
    return switch operation {
    case .input, .batchNorm, .pool, .globalPool, .linear, .add, .choice: nil
    case .convolution(let it, _):
      if it.groups != .integer(1) {
        "a grouped convolution"
      } else if it.dilation != .integer(1) {
        "a dilated convolution"
      } else if it.kernelWidth != it.kernel {
        "a convolution of unequal sides"
      } else {
        nil
      }
    case .depthwise(let it, _): it.dilation == .integer(1) ? nil : "a dilated convolution"
    case .activation(let function, _): withoutKernel(function)
    case .squeezeExcite(let it, _): withoutKernel(it.function) ?? withoutKernel(it.gate)
    case .splitAttention(let it, _): withoutKernel(it.function)
    case .layerNorm: "'layer_norm'"
    case .slice: "'slice'"
    case .shuffle: "'shuffle'"
    case .softmax: "'softmax'"
    case .resize: "'resize'"
    case .attention: "'attention'"
    case .positionEmbedding: "'position_embedding'"
    case .quantize: "'quantize'"
    case .zero: "'zero'"
    case .join(let join, _): "'\(join.rawValue)' of several operands"
    }
  }

  /// An option of 0, under which there is no window, is none.
  private func canBeEven(_ kernel: Expression) -> Bool {
    let kernel = kernel.folded
    if let value = kernel.constant { return value.integer.map { $0 > 0 && $0 % 2 == 0 } ?? false }
    guard let id = kernel.support.first else { return false }
    return self[id].options.contains { option in canBeEven(kernel.binding { $0 == id ? option : nil }) }
  }

  /// Every word that the expression can be has a kernel, or the first that has none.
  private func withoutKernel(_ function: Expression) -> String? {
    var words = function.constant?.word.map { [$0] } ?? []
    for id in function.support { words += self[id].options.compactMap(\.word) }
    let known = ActivationFunction.allCases.filter(\.hasKernel).map(\.rawValue)
    return words.first { !known.contains($0) && ActivationFunction(rawValue: $0) != nil }.map { "'\($0)'" }
  }
}

extension ActivationFunction {
  package var hasKernel: Bool {
    switch self {
    case .relu, .swish, .hardSwish, .sigmoid, .hardSigmoid: true
    case .gelu, .tanh: false
    }
  }
}
