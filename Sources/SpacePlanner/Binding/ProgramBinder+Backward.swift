import SpaceIR

extension ProgramBinder {
  /// The whole program: forward, losses, and the reverse of the forward pass where asked for.
  func program(outputs: [BufferID]) -> KernelProgram {
    var instructions = forward
    for (number, logits) in outputs.enumerated() {
      instructions.append(
        Instruction(
          kernel: .crossEntropy(smoothing: options.labelSmoothing, output: number), inputs: [logits], outputs: [],
          slices: []))
    }
    let forwardCount = instructions.count
    var backward = BackwardEmitter(buffers: buffers, forward: forward, slices: slices, options: options)
    if options.pass == .forwardAndBackward {
      for (number, logits) in outputs.enumerated() {
        backward.start(from: logits, .crossEntropyBackward(smoothing: options.labelSmoothing, output: number))
      }
      for instruction in forward.reversed() { backward.reverse(instruction) }
      instructions += backward.instructions
    }
    return KernelProgram(
      buffers: backward.buffers, slices: slices, instructions: instructions, forwardCount: forwardCount,
      logits: outputs[0], furtherLogits: Array(outputs.dropFirst()), branches: branches, arenaBytes: 0,
      segments: segments)
  }
}

/// Emits the backward pass instruction by instruction, from the last to the first.
///
/// A value read by several instructions has one gradient buffer: the first to come writes it, the others add.
struct BackwardEmitter {
  var buffers: [KernelProgram.Buffer]
  var instructions: [Instruction] = []
  let recomputation: BindingOptions.Recomputation
  private let trainsMasks: Bool
  /// By value of the forward pass: what wrote it as its first result, and where the backward pass has it again.
  var makers: [Instruction?]
  var recomputed: [Int: BufferID] = [:]
  private var gradients: [Int: BufferID] = [:]
  /// By value of the forward pass: whether a trained weight is behind it. The images of the batch and zeros have no gradient.
  private let dependsOnWeights: [Bool]

  /// By slice, whether its tensor is trained.
  private let isTrained: [Bool]

  init(
    buffers: [KernelProgram.Buffer], forward: [Instruction], slices: [WeightSlice], options: BindingOptions
  ) {
    self.buffers = buffers
    let isTrained = slices.map { slice in options.frozen.map { !$0[slice.tensor.index] } ?? true }
    self.isTrained = isTrained
    recomputation = options.recomputation
    trainsMasks = options.trainsMasks
    makers = [Instruction?](repeating: nil, count: buffers.count)
    for instruction in forward {
      if let output = instruction.outputs.first.flatMap({ $0 }) { makers[output.index] = instruction }
    }
    var depends = [Bool](repeating: false, count: buffers.count)
    for instruction in forward {
      let does =
        instruction.slices.contains { $0.map { isTrained[$0.index] } ?? false }
        || instruction.inputs.contains { depends[$0.index] }
      if does { for output in instruction.outputs.compactMap({ $0 }) { depends[output.index] = true } }
    }
    dependsOnWeights = depends
  }

  /// The gradient of a loss with respect to its logits.
  mutating func start(from logits: BufferID, _ kernel: Kernel) {
    let target = gradient(of: logits)
    guard let buffer = target.buffer else { return }
    guard target.adds else { return emit(kernel, [logits], [buffer]) }
    // Two losses of one value: that of the second is added.
    buffers.append(KernelProgram.Buffer(shape: buffers[logits.index].shape, offset: 0))
    let own = BufferID(index: buffers.count - 1)
    emit(kernel, [logits], [own])
    emit(.copy(adds: true), [own], [buffer])
  }

  /// Where a value's gradient goes, if it has one.
  struct Target {
    let buffer: BufferID?
    let adds: Bool
  }

  mutating func gradient(of value: BufferID) -> Target {
    guard dependsOnWeights[value.index] else { return Target(buffer: nil, adds: false) }
    if let known = gradients[value.index] { return Target(buffer: known, adds: true) }
    buffers.append(KernelProgram.Buffer(shape: buffers[value.index].shape, offset: 0))
    let made = BufferID(index: buffers.count - 1)
    gradients[value.index] = made
    return Target(buffer: made, adds: false)
  }

  /// The same for kernels that always compute the gradient: where there is none, it goes to a buffer nothing reads.
  private mutating func requiredGradient(of value: BufferID) -> (buffer: BufferID, adds: Bool) {
    let target = gradient(of: value)
    if let buffer = target.buffer { return (buffer, target.adds) }
    buffers.append(KernelProgram.Buffer(shape: buffers[value.index].shape, offset: 0))
    return (BufferID(index: buffers.count - 1), false)
  }

  mutating func emit(
    _ kernel: Kernel, _ inputs: [BufferID], _ outputs: [BufferID?], _ slices: [SliceID?] = []
  ) {
    instructions.append(Instruction(kernel: kernel, inputs: inputs, outputs: outputs, slices: slices))
  }

  mutating func reverse(_ forward: Instruction) {
    // An output that nothing reads has no gradient, and passes none on.
    guard let output = forward.outputs.first.flatMap({ $0 }), let dy = gradients[output.index] else { return }
    guard let x = forward.inputs.first else { return }
    switch forward.kernel {
    case .scale, .copiesWeightedSum: reversePair(forward, dy)
    case .multiply: reverseProduct(forward, dy)
    case .add: reverseSum(forward, dy)
    case .batchNorm, .layerNorm: reverseNorm(forward, dy)
    case .attention(let heads): reverseAttention(forward, heads: heads, dy)
    case .copyChannels(let range, _): reverseChannels(range, of: x, dy)
    case .mask: reverseMask(forward, dy)
    case .resizeBackward(let method, _): reverseSpreading(method, of: x, dy)
    default:
      let dx = gradient(of: x)
      let trains = forward.slices.contains { $0.map { isTrained[$0.index] } ?? false }
      // Of a map that is not trained, and of which nothing before it is, nobody wants anything.
      if !forward.slices.isEmpty, !trains, dx.buffer == nil { return }
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
      emit(.convolutionBackward(window, adds: dx.adds), operands(of: forward, dy, x), [dx.buffer], forward.slices)
    case .depthwise(let window, let copies):
      emit(
        .depthwiseBackward(window, copies: copies, adds: dx.adds), operands(of: forward, dy, x), [dx.buffer],
        forward.slices)
    case .linear: emit(.linearBackward(adds: dx.adds), operands(of: forward, dy, x), [dx.buffer], forward.slices)
    case .groupedConvolution(let window):
      emit(
        .groupedConvolutionBackward(window, adds: dx.adds), operands(of: forward, dy, x), [dx.buffer], forward.slices)
    case .dilatedDepthwise(let window, let copies, let dilation):
      emit(
        .dilatedDepthwiseBackward(window, copies: copies, dilation: dilation, adds: dx.adds),
        operands(of: forward, dy, x), [dx.buffer], forward.slices)
    case .positionEmbedding: emit(.positionEmbeddingBackward(adds: dx.adds), [dy], [dx.buffer], forward.slices)
    default: return false
    }
    return true
  }

  /// The operand of a map is read for the gradient of its weights alone.
  private mutating func operands(of map: Instruction, _ dy: BufferID, _ x: BufferID) -> [BufferID] {
    guard let weight = map.slices.first.flatMap({ $0 }), isTrained[weight.index] else { return [dy] }
    return [dy, value(x)]
  }

  private mutating func reverseNorm(_ forward: Instruction, _ dy: BufferID) {
    guard let mean = forward.outputs[1], let deviation = forward.outputs[2] else { return }
    let trains = forward.slices.prefix(2).contains { $0.map { isTrained[$0.index] } ?? false }
    guard trains || dependsOnWeights[forward.inputs[0].index] else { return }
    let dx = requiredGradient(of: forward.inputs[0])
    let kernel: Kernel
    if case .batchNorm(_, let function) = forward.kernel {
      kernel = .batchNormBackward(function: function, adds: dx.adds)
    } else {
      kernel = .layerNormBackward(adds: dx.adds)
    }
    emit(kernel, [dy, value(forward.inputs[0]), mean, deviation], [dx.buffer], Array(forward.slices.prefix(2)))
  }

  private mutating func reverseWithoutWeights(
    _ forward: Instruction, _ dy: BufferID, _ x: BufferID, _ y: BufferID, _ target: BufferID, adds: Bool
  ) {
    switch forward.kernel {
    case .activation(let function): emit(.activationBackward(function, adds: adds), [dy, value(x)], [target])
    case .pool(let kind, let window): emit(.poolBackward(kind, window, adds: adds), [dy, value(x)], [target])
    case .globalPool: emit(.globalPoolBackward(adds: adds), [dy], [target])
    case .copiesSum(let copies): emit(.copiesSumBackward(copies: copies, adds: adds), [dy], [target])
    case .copiesSoftmax(let copies): emit(.copiesSoftmaxBackward(copies: copies, adds: adds), [dy, y], [target])
    case .copy, .quantize: emit(.copy(adds: adds), [dy], [target])
    case .softmax(let parts, let groups):
      emit(.softmaxBackward(parts: parts, groups: groups, adds: adds), [dy, y], [target])
    case .resize(let method): emit(.resizeBackward(method, adds: adds), [dy], [target])
    case .shuffle(let groups, _):
      emit(.shuffle(groups: buffers[x.index].shape[3] / groups, adds: adds), [dy], [target])
    default: preconditionFailure("no backward rule: \(forward.kernel)")
    }
  }

  private mutating func reversePair(_ forward: Instruction, _ dy: BufferID) {
    let (x, s) = (forward.inputs[0], forward.inputs[1])
    let (dx, ds) = (requiredGradient(of: x), requiredGradient(of: s))
    switch forward.kernel {
    case .copiesWeightedSum(let copies):
      emit(
        .copiesWeightedSumBackward(copies: copies, adds: dx.adds, addsToWeights: ds.adds), [dy, value(x), value(s)],
        [dx.buffer, ds.buffer])
    default:
      emit(
        .scaleBackward(adds: dx.adds, addsToScale: ds.adds), [dy, value(x), value(s)], [dx.buffer, ds.buffer])
    }
  }

  /// Each factor's gradient by itself where both are one value, so that the second can be added to the first.
  private mutating func reverseProduct(_ forward: Instruction, _ dy: BufferID) {
    let (a, b) = (forward.inputs[0], forward.inputs[1])
    let da = gradient(of: a)
    if a == b {
      guard let target = da.buffer else { return }
      emit(.multiplyBackward(adds: da.adds, addsToSecond: false), [dy, value(a), value(b)], [target, nil])
      emit(.multiplyBackward(adds: false, addsToSecond: true), [dy, value(a), value(b)], [nil, target])
      return
    }
    let db = gradient(of: b)
    guard da.buffer != nil || db.buffer != nil else { return }
    emit(
      .multiplyBackward(adds: da.adds, addsToSecond: db.adds), [dy, value(a), value(b)], [da.buffer, db.buffer])
  }

  /// Queries, keys and values are maps that nothing else reads, so their gradients are written.
  private mutating func reverseAttention(_ forward: Instruction, heads: Int, _ dy: BufferID) {
    let targets = forward.inputs.map { requiredGradient(of: $0) }
    precondition(targets.allSatisfy { !$0.adds }, "queries, keys and values are read once")
    emit(.attentionBackward(heads: heads), [dy] + forward.inputs.map { value($0) }, targets.map(\.buffer))
  }

  /// The first part of a gradient is added to zeros, unless it is the whole.
  private mutating func reverseChannels(_ range: ChannelRange, of x: BufferID, _ dy: BufferID) {
    let dx = gradient(of: x)
    guard let target = dx.buffer else { return }
    let isWhole = range.count == buffers[x.index].shape[3]
    if !dx.adds && !isWhole { emit(.zero, [], [target]) }
    emit(.copyChannels(range.reversed, adds: dx.adds || !isWhole), [dy], [target])
  }

  private mutating func reverseMask(_ forward: Instruction, _ dy: BufferID) {
    let x = forward.inputs[0]
    let dx = gradient(of: x)
    guard trainsMasks || dx.buffer != nil else { return }
    emit(.maskBackward(adds: dx.adds), trainsMasks ? [dy, value(x)] : [dy], [dx.buffer], forward.slices)
  }

  /// What was spread over a larger grid is read from the same places.
  private mutating func reverseSpreading(_ method: Resize.Method, of x: BufferID, _ dy: BufferID) {
    let dx = gradient(of: x)
    guard let target = dx.buffer else { return }
    guard dx.adds else { return emit(.resize(method), [dy], [target]) }
    buffers.append(KernelProgram.Buffer(shape: buffers[x.index].shape, offset: 0))
    let own = BufferID(index: buffers.count - 1)
    emit(.resize(method), [dy], [own])
    emit(.copy(adds: true), [own], [target])
  }

  private mutating func reverseSum(_ forward: Instruction, _ dy: BufferID) {
    for operand in forward.inputs {
      let target = gradient(of: operand)
      if let buffer = target.buffer { emit(.copy(adds: target.adds), [dy], [buffer]) }
    }
  }
}
