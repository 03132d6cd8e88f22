extension BackwardEmitter {
  /// A value of the forward pass, for a backward kernel that reads it: kept, or computed again where that is cheap.
  ///
  /// What a recomputed value is made from is read by the backward pass anyway (batch norm's, an activation's and a scale's
  /// gradients read their operands), so nothing is kept for its sake; an expansion's input is the block's own.
  mutating func value(_ kept: BufferID) -> BufferID {
    if let known = recomputed[kept.index] { return known }
    guard kept.index < makers.count, let maker = makers[kept.index], isComputedAgain(maker, to: kept) else {
      return kept
    }
    let kernel: Kernel
    var inputs = maker.inputs.map { value($0) }
    var slices = maker.slices
    if case .batchNorm(_, let function) = maker.kernel {
      kernel = .normalise(function: function)
      inputs += maker.outputs[1...].compactMap { $0 }
      slices = Array(slices.prefix(2))
    } else {
      kernel = maker.kernel
    }
    buffers.append(KernelProgram.Buffer(shape: buffers[kept.index].shape, offset: 0))
    let made = BufferID(index: buffers.count - 1)
    emit(kernel, inputs, [made], slices)
    recomputed[kept.index] = made
    return made
  }

  /// Vectors are too small to be worth a kernel call.
  private func isComputedAgain(_ maker: Instruction, to value: BufferID) -> Bool {
    let shape = buffers[value.index].shape
    guard shape[1] * shape[2] > 1 else { return false }
    switch maker.kernel {
    // Of a sum only the last mask would be found.
    case .batchNorm, .activation, .scale, .copiesWeightedSum, .mask(adds: false): return true
    case .convolution(let window):
      let widens = shape[3] > buffers[maker.inputs[0].index].shape[3]
      return recomputation == .elementwiseAndExpansions && window.kernel == 1 && widens
    default: return false
    }
  }
}
