package import SpaceIR

extension SupernetPlan {
  /// The kernel program of one architecture: the operations that its outputs depend on, and no others.
  ///
  /// - Throws: `EvaluationError` for an architecture that is not a member of the space.
  /// - Complexity: linear in the operations of the architecture, and quadratic in buffers alive at once.
  package func bind(_ architecture: Architecture, _ options: BindingOptions) throws(EvaluationError) -> KernelProgram {
    var selection = NodeSelection(plan: self, architecture: architecture)
    try selection.take(steps)
    var binder = ProgramBinder(plan: self, of: .architecture(architecture), options: options)
    let outputs = try binder.run(selection)
    binder.foldActivations(outputs: outputs)
    var program = binder.program(outputs: outputs)
    program.arenaBytes = placeBuffers(of: &program, elementBytes: options.elementBytes)
    return program
  }
}

/// Emits the forward pass, then the backward pass from the forward instructions.
struct ProgramBinder {
  /// What decisions are.
  enum Subject {
    case architecture(Architecture)
    /// All architectures at once.
    case mixture(MixtureBook)
  }

  let plan: SupernetPlan
  var subject: Subject
  let options: BindingOptions
  var buffers: [KernelProgram.Buffer] = []
  var slices: [WeightSlice] = []
  var forward: [Instruction] = []
  var segments: [KernelProgram.ProgramSegment] = []
  /// The buffer of each node that ran.
  var results: [NodeID: BufferID] = [:]
  /// Branches that the batch can drop.
  var branches: [BranchInput] = []
  /// The shapes of nodes that are known to be zero. They cost nothing until something other than a sum reads them.
  var zeros: [NodeID: [Int]] = [:]

  init(plan: SupernetPlan, of subject: Subject, options: BindingOptions) {
    self.plan = plan
    self.subject = subject
    self.options = options
  }

  /// Emits what was selected; returns the outputs of the space in their order.
  mutating func run(_ selection: NodeSelection) throws(EvaluationError) -> [BufferID] {
    let outputs = selection.outputs
    let isLive = selection.live(from: outputs)
    var starts: [Int] = []
    for (index, taken) in selection.nodes.enumerated() {
      starts.append(forward.count)
      guard isLive[index] else { continue }
      if let result = try emit(taken.node, taken.operands) {
        results[taken.node.id] = result
      } else {
        zeros[taken.node.id] = try shape(of: taken.node.type)
      }
    }
    starts.append(forward.count)
    for segment in selection.segments {
      let range = starts[segment.nodes.lowerBound]..<starts[segment.nodes.upperBound]
      if !range.isEmpty { segments.append(KernelProgram.ProgramSegment(layer: segment.layer, instructions: range)) }
    }
    return outputs.map { buffer(of: $0) }
  }

  // MARK: Values

  func evaluate(_ expression: Expression) throws(EvaluationError) -> Value {
    switch subject {
    case .architecture(let architecture): return try plan.evaluate(expression, in: architecture)
    case .mixture(let book): return try book.value(of: expression)
    }
  }

  /// The option of a decision that has weights of its own for each; -1: it does not exist.
  private func option(of decision: DecisionID) -> Int {
    switch subject {
    case .architecture(let architecture): architecture[decision] ?? -1
    case .mixture(let book): book.assignment[decision] ?? -1
    }
  }

  /// The value with its channels masked where a mixture's have no fixed number; copies have equal channels.
  mutating func masked(_ value: BufferID, _ channels: Expression) throws(EvaluationError) -> BufferID {
    guard case .mixture(let book) = subject, let mask = try book.mask(of: channels) else { return value }
    return emit(.mask(adds: false), [value], [buffers[value.index].shape], slices: [add(mask)])
  }

  /// Adds a slice to the program's.
  mutating func add(_ slice: WeightSlice) -> SliceID {
    slices.append(slice)
    return SliceID(index: slices.count - 1)
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

  func isZero(_ node: NodeID) -> Bool { results[node] == nil && zeros[node] != nil }

  mutating func buffer(of node: NodeID) -> BufferID {
    if let buffer = results[node] { return buffer }
    guard let shape = zeros[node] else { preconditionFailure("plan order: \(node) is read before it ran") }
    let buffer = emit(.zero, [], [shape])
    results[node] = buffer
    return buffer
  }

  mutating func newBuffer(_ shape: [Int]) -> BufferID {
    buffers.append(KernelProgram.Buffer(shape: shape, offset: 0))
    return BufferID(index: buffers.count - 1)
  }

  mutating func newInput(_ number: Int, _ shape: [Int]) -> BufferID {
    buffers.append(KernelProgram.Buffer(shape: shape, offset: nil, input: number))
    return BufferID(index: buffers.count - 1)
  }

  mutating func emit(
    _ kernel: Kernel, _ inputs: [BufferID], _ shapes: [[Int]], slices: [SliceID?] = []
  ) -> BufferID {
    let outputs = shapes.map { newBuffer($0) }
    forward.append(Instruction(kernel: kernel, inputs: inputs, outputs: outputs.map(Optional.some), slices: slices))
    return outputs[0]
  }

  /// `[n, h, w, copies * c]`.
  func shape(of type: TensorType) throws(EvaluationError) -> [Int] {
    [
      options.batch, try integer(type.height), try integer(type.width),
      try integer(type.copies) * integer(type.channels),
    ]
  }

  // MARK: Weights

  mutating func slices(of node: Node) throws(EvaluationError) -> [SliceID] {
    guard let weights = plan.weights[node.id] else { return [] }
    let key = weights.keys.map(option)
    // A decision that does not exist in this network tells nothing apart: the first set that the others leave.
    guard let tensors = weights.variants[key] ?? weights.firstVariant(agreeingWith: key) else {
      throw .wrongType
    }
    let demands = plan.weightDemands(of: node)
    var result: [SliceID] = []
    for (tensor, demand) in zip(tensors, demands) {
      let full = plan.tensors[tensor.index].shape
      var extent: [Int] = []
      for expression in demand.extents { extent.append(try integer(expression)) }
      let offset = extent.indices.map { demand.centred.contains($0) ? (full[$0] - extent[$0]) / 2 : 0 }
      result.append(add(WeightSlice(tensor: tensor, offset: offset, extent: extent)))
    }
    return result
  }
}
