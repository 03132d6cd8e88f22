import SpaceIR

extension ProgramBinder {
  /// The whole program: forward, loss, and the reverse of the forward pass where asked for.
  func program(logits: BufferID) -> KernelProgram {
    var backward = BackwardEmitter(buffers: buffers)
    var instructions = forward
    instructions.append(
      Instruction(kernel: .crossEntropy(smoothing: options.labelSmoothing), inputs: [logits], outputs: [], slices: []))
    let forwardCount = instructions.count
    if options.pass == .forwardAndBackward {
      let start = backward.gradient(of: logits)
      backward.instructions.append(
        Instruction(
          kernel: .crossEntropyBackward(smoothing: options.labelSmoothing), inputs: [logits],
          outputs: [start.buffer], slices: []))
      for instruction in forward.reversed() { backward.reverse(instruction) }
      instructions += backward.instructions
    }
    return KernelProgram(
      buffers: backward.buffers, slices: slices, instructions: instructions, forwardCount: forwardCount,
      logits: logits, arenaBytes: 0, segments: segments)
  }
}

/// Emits the backward pass instruction by instruction, from the last to the first.
///
/// A value read by several instructions has one gradient buffer: the first to come writes it, the others add.
private struct BackwardEmitter {
  var buffers: [KernelProgram.Buffer]
  var instructions: [Instruction] = []
  private var gradients: [Int: BufferID] = [:]

  init(buffers: [KernelProgram.Buffer]) { self.buffers = buffers }

  /// Where a value's gradient goes. The images of the batch have none.
  struct Target {
    let buffer: BufferID?
    let adds: Bool
  }

  mutating func gradient(of value: BufferID) -> Target {
    guard buffers[value.index].offset != nil else { return Target(buffer: nil, adds: false) }
    if let known = gradients[value.index] { return Target(buffer: known, adds: true) }
    buffers.append(KernelProgram.Buffer(shape: buffers[value.index].shape, offset: 0))
    let made = BufferID(index: buffers.count - 1)
    gradients[value.index] = made
    return Target(buffer: made, adds: false)
  }

  /// The same for kernels that always compute the gradient: that of the images goes to a buffer that nothing reads.
  private mutating func requiredGradient(of value: BufferID) -> (buffer: BufferID, adds: Bool) {
    let target = gradient(of: value)
    if let buffer = target.buffer { return (buffer, target.adds) }
    buffers.append(KernelProgram.Buffer(shape: buffers[value.index].shape, offset: 0))
    return (BufferID(index: buffers.count - 1), false)
  }

  private mutating func emit(
    _ kernel: Kernel, _ inputs: [BufferID], _ outputs: [BufferID?], _ slices: [SliceID?] = []
  ) {
    instructions.append(Instruction(kernel: kernel, inputs: inputs, outputs: outputs, slices: slices))
  }

  mutating func reverse(_ forward: Instruction) {
    // An output that nothing reads has no gradient, and passes none on.
    guard let output = forward.outputs.first.flatMap({ $0 }), let dy = gradients[output.index] else { return }
    let x = forward.inputs[0]
    switch forward.kernel {
    case .scale, .copiesWeightedSum: reversePair(forward, dy)
    case .add: reverseSum(forward, dy)
    case .batchNorm: reverseBatchNorm(forward, dy)
    default:
      let dx = gradient(of: x)
      if reverseWithWeights(forward, dy, x, dx) { return }
      guard let target = dx.buffer else { return }
      reverseWithoutWeights(forward, dy, x, output, target, adds: dx.adds)
    }
  }

  private mutating func reverseWithWeights(
    _ forward: Instruction, _ dy: BufferID, _ x: BufferID, _ dx: Target
  ) -> Bool {
    switch forward.kernel {
    case .convolution(let window):
      emit(.convolutionBackward(window, adds: dx.adds), [dy, x], [dx.buffer], forward.slices)
    case .depthwise(let window, let copies):
      emit(.depthwiseBackward(window, copies: copies, adds: dx.adds), [dy, x], [dx.buffer], forward.slices)
    case .linear: emit(.linearBackward(adds: dx.adds), [dy, x], [dx.buffer], forward.slices)
    default: return false
    }
    return true
  }

  private mutating func reverseBatchNorm(_ forward: Instruction, _ dy: BufferID) {
    guard let mean = forward.outputs[1], let deviation = forward.outputs[2] else { return }
    let dx = requiredGradient(of: forward.inputs[0])
    emit(
      .batchNormBackward(adds: dx.adds), [dy, forward.inputs[0], mean, deviation], [dx.buffer],
      Array(forward.slices.prefix(2)))
  }

  private mutating func reverseWithoutWeights(
    _ forward: Instruction, _ dy: BufferID, _ x: BufferID, _ y: BufferID, _ target: BufferID, adds: Bool
  ) {
    switch forward.kernel {
    case .activation(let function): emit(.activationBackward(function, adds: adds), [dy, x], [target])
    case .pool(let kind, let window): emit(.poolBackward(kind, window, adds: adds), [dy, x], [target])
    case .globalPool: emit(.globalPoolBackward(adds: adds), [dy], [target])
    case .copiesSum(let copies): emit(.copiesSumBackward(copies: copies, adds: adds), [dy], [target])
    case .copiesSoftmax(let copies): emit(.copiesSoftmaxBackward(copies: copies, adds: adds), [dy, y], [target])
    case .copy: emit(.copy(adds: adds), [dy], [target])
    default: preconditionFailure("no backward rule: \(forward.kernel)")
    }
  }

  private mutating func reversePair(_ forward: Instruction, _ dy: BufferID) {
    let (x, s) = (forward.inputs[0], forward.inputs[1])
    let (dx, ds) = (requiredGradient(of: x), requiredGradient(of: s))
    switch forward.kernel {
    case .copiesWeightedSum(let copies):
      emit(
        .copiesWeightedSumBackward(copies: copies, adds: dx.adds, addsToWeights: ds.adds), [dy, x, s],
        [dx.buffer, ds.buffer])
    default: emit(.scaleBackward(adds: dx.adds, addsToScale: ds.adds), [dy, x, s], [dx.buffer, ds.buffer])
    }
  }

  private mutating func reverseSum(_ forward: Instruction, _ dy: BufferID) {
    for operand in forward.inputs {
      let target = gradient(of: operand)
      if let buffer = target.buffer { emit(.copy(adds: target.adds), [dy], [buffer]) }
    }
  }
}
