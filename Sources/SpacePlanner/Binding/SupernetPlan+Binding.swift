package import SpaceIR

extension SupernetPlan {
  /// The kernel program of one architecture.
  ///
  /// - Throws: `EvaluationError` for an architecture that is not a member of the space.
  /// - Complexity: linear in the operations of the architecture, and quadratic in buffers alive at once.
  package func bind(_ architecture: Architecture, _ options: BindingOptions) throws(EvaluationError) -> KernelProgram {
    var binder = ProgramBinder(plan: self, architecture: architecture, options: options)
    try binder.run(steps)
    let logits = binder.finish()
    var program = binder.program(logits: logits)
    program.arenaBytes = placeBuffers(of: &program, elementBytes: options.elementBytes)
    return program
  }
}

/// Emits the forward pass while walking the plan, then the backward pass from the forward instructions.
struct ProgramBinder {
  let plan: SupernetPlan
  let architecture: Architecture
  let options: BindingOptions
  var buffers: [KernelProgram.Buffer] = []
  var slices: [WeightSlice] = []
  var forward: [Instruction] = []
  var segments: [KernelProgram.ProgramSegment] = []
  /// The buffer of each node that ran; a choice stands for the result of the alternative that was taken.
  private var results: [NodeID: BufferID] = [:]
  private var last: BufferID?

  init(plan: SupernetPlan, architecture: Architecture, options: BindingOptions) {
    self.plan = plan
    self.architecture = architecture
    self.options = options
  }

  mutating func run(_ steps: [PlanStep]) throws(EvaluationError) {
    for step in steps {
      switch step {
      case .operation(let node): try run(node)
      case .invertedResidual(let segment):
        let start = forward.count
        try run(segment.parts)
        if let layer = segment.expand.first?.layer {
          segments.append(KernelProgram.ProgramSegment(layer: layer, instructions: start..<forward.count))
        }
      case .choice(let id, let selector, let alternatives):
        let value = try evaluate(selector)
        guard let taken = alternatives.first(where: { $0.values.contains(value) }) else { throw .wrongType }
        try run(taken.steps)
        results[id] = buffer(of: taken.result)
        last = results[id]
      }
    }
  }

  // MARK: Values

  func evaluate(_ expression: Expression) throws(EvaluationError) -> Value {
    if case .constant(let value) = expression { return value }
    return try expression.evaluate { plan.space.value(of: $0, in: architecture) }
  }

  func integer(_ expression: Expression) throws(EvaluationError) -> Int {
    guard let value = try evaluate(expression).integer else { throw .wrongType }
    return value
  }

  func function(_ expression: Expression) throws(EvaluationError) -> ActivationFunction {
    guard let function = try evaluate(expression).word.flatMap(ActivationFunction.init(rawValue:)) else {
      throw .wrongType
    }
    return function
  }

  func buffer(of node: NodeID) -> BufferID {
    guard let buffer = results[node] else { preconditionFailure("plan order: \(node) is read before it ran") }
    return buffer
  }

  mutating func newBuffer(_ shape: [Int]) -> BufferID {
    buffers.append(KernelProgram.Buffer(shape: shape, offset: 0))
    return BufferID(index: buffers.count - 1)
  }

  mutating func emit(
    _ kernel: Kernel, _ inputs: [BufferID], _ shapes: [[Int]], slices: [SliceID?] = []
  ) -> BufferID {
    let outputs = shapes.map { newBuffer($0) }
    forward.append(Instruction(kernel: kernel, inputs: inputs, outputs: outputs.map(Optional.some), slices: slices))
    return outputs[0]
  }

  mutating func finish() -> BufferID {
    guard let last else { preconditionFailure("a plan has an operation") }
    return last
  }

  // MARK: Operations

  private mutating func run(_ node: Node) throws(EvaluationError) {
    let output = try emit(node)
    results[node.id] = output
    last = output
  }

  private mutating func emit(_ node: Node) throws(EvaluationError) -> BufferID {
    let shape = try shape(of: node.type)
    let weights = try slices(of: node)
    switch node.operation {
    case .input:
      buffers.append(KernelProgram.Buffer(shape: shape, offset: nil))
      return BufferID(index: buffers.count - 1)
    case .convolution(let convolution, let x):
      let window = Window(kernel: try integer(convolution.kernel), stride: try integer(convolution.stride))
      return emit(
        .convolution(window), [buffer(of: x)], [shape], slices: [weights[0], weights.count > 1 ? weights[1] : nil])
    case .depthwise(let depthwise, let x):
      let window = Window(kernel: try integer(depthwise.kernel), stride: try integer(depthwise.stride))
      let copies = try integer(depthwise.copies)
      return emit(.depthwise(window, copies: copies), [buffer(of: x)], [shape], slices: [weights[0]])
    case .batchNorm(let x):
      let statistics = [1, 1, 1, shape[3]]
      let running: [SliceID?] = weights.count > 2 ? [weights[2], weights[3]] : [nil, nil]
      return emit(
        .batchNorm(epsilon: options.epsilon), [buffer(of: x)], [shape, statistics, statistics],
        slices: [weights[0], weights[1]] + running)
    case .activation(let function, let x):
      return emit(.activation(try self.function(function)), [buffer(of: x)], [shape])
    case .squeezeExcite(let excite, let x): return try emit(excite, buffer(of: x), shape, weights)
    case .splitAttention(let attention, let x): return try emit(attention, buffer(of: x), shape, weights)
    case .pool(let pool, let x):
      let window = Window(kernel: try integer(pool.kernel), stride: try integer(pool.stride))
      return emit(.pool(pool.kind, window), [buffer(of: x)], [shape])
    case .globalPool(let x): return emit(.globalPool, [buffer(of: x)], [shape])
    case .linear(_, let x):
      return emit(.linear, [buffer(of: x)], [shape], slices: [weights[0], weights.count > 1 ? weights[1] : nil])
    case .add(let a, let b): return emit(.add, [buffer(of: a), buffer(of: b)], [shape])
    case .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize, .zero,
      .join:
      preconditionFailure("the planner refuses operations without a kernel")
    case .choice: preconditionFailure("a choice is a step of its own")
    }
  }

  /// Hu et al. 2018: pool, reduce, activation, widen, gate, multiply.
  private mutating func emit(
    _ excite: SqueezeExcite, _ x: BufferID, _ shape: [Int], _ weights: [SliceID]
  ) throws(EvaluationError) -> BufferID {
    let vector = [shape[0], 1, 1, shape[3]]
    let inner = [shape[0], 1, 1, try integer(excite.inner)]
    let pooled = emit(.globalPool, [x], [vector])
    let reduced = emit(.linear, [pooled], [inner], slices: [weights[0], weights[1]])
    let active = emit(.activation(try function(excite.function)), [reduced], [inner])
    let widened = emit(.linear, [active], [vector], slices: [weights[2], weights[3]])
    let gate = emit(.activation(try function(excite.gate)), [widened], [vector])
    return emit(.scale, [x, gate], [shape])
  }

  /// ResNeSt as FP-NAS puts it into the block (fbnetv2.md, section 6.1): sum, pool, reduce, activation, one linear map for
  /// each split, softmax over the splits, weighted sum. Pooling comes before the sum, which is the same and cheaper.
  private mutating func emit(
    _ attention: SplitAttention, _ x: BufferID, _ shape: [Int], _ weights: [SliceID]
  ) throws(EvaluationError) -> BufferID {
    let copies = buffers[x.index].shape[3] / shape[3]
    let wide = [shape[0], 1, 1, copies * shape[3]]
    let vector = [shape[0], 1, 1, shape[3]]
    let inner = [shape[0], 1, 1, try integer(attention.inner)]
    let pooled = emit(.globalPool, [x], [wide])
    let summed = emit(.copiesSum(copies: copies), [pooled], [vector])
    let reduced = emit(.linear, [summed], [inner], slices: [weights[0], weights[1]])
    let active = emit(.activation(try function(attention.function)), [reduced], [inner])
    let widened = emit(.linear, [active], [wide], slices: [weights[2], weights[3]])
    let shares = emit(.copiesSoftmax(copies: copies), [widened], [wide])
    return emit(.copiesWeightedSum(copies: copies), [x, shares], [shape])
  }

  /// `[n, h, w, copies * c]`.
  private func shape(of type: TensorType) throws(EvaluationError) -> [Int] {
    [
      options.batch, try integer(type.height), try integer(type.width),
      try integer(type.copies) * integer(type.channels),
    ]
  }

  // MARK: Weights

  private mutating func slices(of node: Node) throws(EvaluationError) -> [SliceID] {
    guard let weights = plan.weights[node.id] else { return [] }
    let key = weights.keys.map { architecture[$0] ?? -1 }
    guard let tensors = weights.variants[key] else { throw .wrongType }
    let input = node.operation.operands.first.flatMap { plan.types[$0] } ?? node.type
    let demands = node.operation.weightDemands(
      input: input, output: node.type, recordsStatistics: plan.recordsStatistics)
    var result: [SliceID] = []
    for (tensor, demand) in zip(tensors, demands) {
      let full = plan.tensors[tensor.index].shape
      var extent: [Int] = []
      for expression in demand.extents { extent.append(try integer(expression)) }
      let offset = extent.indices.map { demand.centred.contains($0) ? (full[$0] - extent[$0]) / 2 : 0 }
      slices.append(WeightSlice(tensor: tensor, offset: offset, extent: extent))
      result.append(SliceID(index: slices.count - 1))
    }
    return result
  }
}
