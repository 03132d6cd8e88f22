import SpaceIR

extension ProgramBinder {
  /// Emits the kernels of a node; nil where it is zero. A node that changes nothing is the buffer that it reads.
  mutating func emit(_ node: Node, _ operands: [NodeID]) throws(EvaluationError) -> BufferID? {
    let shape = try shape(of: node.type)
    if case .zero = node.operation { return nil }
    switch node.operation {
    case .add: return sum(of: operands, shape)
    case .join(let join, _):
      guard !operands.isEmpty else { return nil }
      switch join {
      case .add: return sum(of: operands, shape)
      case .multiply: return product(of: operands.map { buffer(of: $0) })
      case .concat: return sideBySide(operands.map { buffer(of: $0) }, shape)
      }
    case .input(let number): return newInput(number, shape)
    case .attention(let attention, _, _):
      return try emit(attention, of: buffer(of: operands[0]), memory: buffer(of: operands[1]), node, shape)
    default: return try emit(node, of: buffer(of: operands[0]), shape)
    }
  }

  /// Of operations with one operand.
  private mutating func emit(_ node: Node, of x: BufferID, _ shape: [Int]) throws(EvaluationError) -> BufferID {
    let weights = try slices(of: node)
    switch node.operation {
    case .convolution(let convolution, _): return try emit(convolution, x, shape, weights)
    case .depthwise(let depthwise, _): return try emit(depthwise, x, shape, weights)
    case .batchNorm:
      let statistics = [1, 1, 1, shape[3]]
      let running: [SliceID?] = weights.count > 2 ? [weights[2], weights[3]] : [nil, nil]
      return emit(
        .batchNorm(epsilon: options.epsilon, function: nil), [x], [shape, statistics, statistics],
        slices: [weights[0], weights[1]] + running)
    case .layerNorm:
      let statistics = Array(shape[..<3]) + [1]
      return emit(
        .layerNorm(epsilon: options.epsilon), [x], [shape, statistics, statistics], slices: [weights[0], weights[1]])
    case .positionEmbedding: return emit(.positionEmbedding, [x], [shape], slices: [weights[0]])
    case .activation(let function, _): return emit(.activation(try self.function(function)), [x], [shape])
    case .squeezeExcite(let excite, _): return try emit(excite, x, node.type.channels, shape, weights)
    case .splitAttention(let attention, _): return try emit(attention, x, node.type.channels, shape, weights)
    case .pool(let pool, _):
      let window = Window(kernel: try integer(pool.kernel), stride: try integer(pool.stride))
      return emit(.pool(pool.kind, window), [x], [shape])
    case .globalPool: return emit(.globalPool, [x], [shape])
    case .linear:
      return emit(.linear, [x], [shape], slices: [weights[0], weights.count > 1 ? weights[1] : nil])
    case .slice(let slice, _):
      let range = ChannelRange(first: try integer(slice.first), place: 0, count: shape[3])
      return shape == buffers[x.index].shape ? x : emit(.copyChannels(range, adds: false), [x], [shape])
    case .shuffle(let groups, _):
      let groups = try integer(groups)
      return groups == 1 || groups == shape[3] ? x : emit(.shuffle(groups: groups, adds: false), [x], [shape])
    case .softmax(let softmax, _):
      return emit(.softmax(parts: try integer(softmax.parts), groups: try integer(softmax.groups)), [x], [shape])
    case .resize(let resize, _):
      return shape == buffers[x.index].shape ? x : emit(.resize(resize.method), [x], [shape])
    case .quantize(let quantization, _):
      guard let mode = try evaluate(quantization.mode).word.flatMap(QuantizationMode.init(rawValue:)) else {
        throw .wrongType
      }
      return emit(.quantize(bits: try integer(quantization.bits), mode), [x], [shape])
    case .input, .zero, .add, .join, .attention: preconditionFailure("emitted elsewhere")
    case .choice: preconditionFailure("a choice is a step of its own")
    }
  }

  private mutating func emit(
    _ convolution: Convolution, _ x: BufferID, _ shape: [Int], _ weights: [SliceID]
  ) throws(EvaluationError) -> BufferID {
    let window = GroupedWindow(
      height: try integer(convolution.kernel), width: try integer(convolution.kernelWidth),
      stride: try integer(convolution.stride), dilation: try integer(convolution.dilation),
      groups: try integer(convolution.groups))
    let slices: [SliceID?] = [weights[0], weights.count > 1 ? weights[1] : nil]
    guard let plain = window.plain else { return emit(.groupedConvolution(window), [x], [shape], slices: slices) }
    return emit(.convolution(plain), [x], [shape], slices: slices)
  }

  private mutating func emit(
    _ depthwise: Depthwise, _ x: BufferID, _ shape: [Int], _ weights: [SliceID]
  ) throws(EvaluationError) -> BufferID {
    let window = Window(kernel: try integer(depthwise.kernel), stride: try integer(depthwise.stride))
    let copies = try integer(depthwise.copies)
    let dilation = try integer(depthwise.dilation)
    let kernel: Kernel =
      dilation == 1
      ? .depthwise(window, copies: copies) : .dilatedDepthwise(window, copies: copies, dilation: dilation)
    return emit(kernel, [x], [shape], slices: [weights[0]])
  }

  /// Hu et al. 2018: pool, reduce, activation, widen, gate, multiply.
  private mutating func emit(
    _ excite: SqueezeExcite, _ x: BufferID, _ channels: Expression, _ shape: [Int], _ weights: [SliceID]
  ) throws(EvaluationError) -> BufferID {
    let vector = [shape[0], 1, 1, shape[3]]
    let inner = [shape[0], 1, 1, try integer(excite.inner)]
    let pooled = try masked(emit(.globalPool, [x], [vector]), channels)
    let reduced = emit(.linear, [pooled], [inner], slices: [weights[0], weights[1]])
    let active = try masked(emit(.activation(function(excite.function)), [reduced], [inner]), excite.inner)
    let widened = emit(.linear, [active], [vector], slices: [weights[2], weights[3]])
    let gate = emit(.activation(try function(excite.gate)), [widened], [vector])
    return emit(.scale, [x, gate], [shape])
  }

  /// ResNeSt as FP-NAS puts it into the block (fbnetv2.md, section 6.1): sum, pool, reduce, activation, one linear map
  /// for each split, softmax over the splits, weighted sum. Pooling comes before the sum, which is the same and cheaper.
  private mutating func emit(
    _ attention: SplitAttention, _ x: BufferID, _ channels: Expression, _ shape: [Int], _ weights: [SliceID]
  ) throws(EvaluationError) -> BufferID {
    let copies = buffers[x.index].shape[3] / shape[3]
    let wide = [shape[0], 1, 1, copies * shape[3]]
    let vector = [shape[0], 1, 1, shape[3]]
    let inner = [shape[0], 1, 1, try integer(attention.inner)]
    let pooled = emit(.globalPool, [x], [wide])
    let summed = try masked(emit(.copiesSum(copies: copies), [pooled], [vector]), channels)
    let reduced = emit(.linear, [summed], [inner], slices: [weights[0], weights[1]])
    let active = try masked(emit(.activation(function(attention.function)), [reduced], [inner]), attention.inner)
    let widened = emit(.linear, [active], [wide], slices: [weights[2], weights[3]])
    let shares = emit(.copiesSoftmax(copies: copies), [widened], [wide])
    return emit(.copiesWeightedSum(copies: copies), [x, shares], [shape])
  }

  /// Vaswani et al. 2017, section 3.2.2: the linear maps are convolutions of 1x1 over the positions.
  private mutating func emit(
    _ attention: Attention, of x: BufferID, memory: BufferID, _ node: Node, _ shape: [Int]
  ) throws(EvaluationError) -> BufferID {
    let weights = try slices(of: node)
    let heads = try integer(attention.heads)
    let width = try integer(attention.width)
    let inner = Array(shape[..<3]) + [width]
    let remembered = Array(buffers[memory.index].shape[..<3]) + [width]
    let pointwise = Kernel.convolution(Window(kernel: 1, stride: 1))
    let queries = emit(pointwise, [x], [inner], slices: [weights[0], weights[1]])
    let keys = emit(pointwise, [memory], [remembered], slices: [weights[2], weights[3]])
    let values = emit(pointwise, [memory], [remembered], slices: [weights[4], weights[5]])
    let attended = emit(.attention(heads: heads), [queries, keys, values], [inner])
    return emit(pointwise, [attended], [shape], slices: [weights[6], weights[7]])
  }
}
