import SpaceIR

extension Space {
  /// The first thing that no kernel carries out, in words, with its layer; nil: the whole space can be lowered.
  var firstWithoutKernel: (what: String, layer: String)? {
    var found: (what: String, layer: String)?
    body.forEachNode { node in
      if found == nil, let what = withoutKernel(node.operation) { found = (what, layers[node.layer.index].name) }
    }
    return found
  }

  private func withoutKernel(_ operation: Operation) -> String? {
    switch operation {
    case .quantize(let it, _):
      let least = bounds(of: it.bits)?.least.floor ?? 0
      return least < 2 ? "a rounding to fewer than 2 bits" : nil
    case .convolution(let it, _): return masked(it.kernel) ?? masked(it.kernelWidth)
    case .depthwise(let it, _): return masked(it.kernel)
    case .input, .batchNorm, .pool, .globalPool, .linear, .add, .choice, .activation, .squeezeExcite, .splitAttention,
      .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .zero, .join:
      return nil
    }
  }

  /// A mask keeps channels; the sides of a kernel have none.
  private func masked(_ kernel: Expression) -> String? {
    let hints = kernel.support.compactMap { hint(for: $0) }
    return hints.first { $0.sharing == .mask }.map { "a kernel that '\($0.parameter)' masks (say 'nested')" }
  }

  /// The line of the file's `hints: {share: ...}` for a decision.
  func hint(for decision: DecisionID) -> Hints.SharingHint? {
    hints.sharing.first { $0.parameter == self[decision].parameter }
  }
}
