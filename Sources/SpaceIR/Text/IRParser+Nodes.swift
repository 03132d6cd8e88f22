extension IRParser {
  /// `{ node … yield %n }`
  mutating func region() throws(IRTextError) -> Region {
    guard regionDepth < IRParser.maximumRegions else {
      throw failure("regions are at most \(IRParser.maximumRegions) deep")
    }
    regionDepth += 1
    defer { regionDepth -= 1 }
    try symbol("{")
    var nodes: [Node] = []
    while case .node = token { nodes.append(try node()) }
    try keyword("yield")
    let result = try nodeReference()
    try symbol("}")
    return Region(nodes: nodes, result: result)
  }

  private mutating func node() throws(IRTextError) -> Node {
    let id = try nodeReference()
    try symbol("=")
    var operation = try operation()
    try symbol(":")
    let type = try tensorType()
    let (layer, place) = try place()
    if case .choice(var choice) = operation {
      choice.alternatives = try alternatives()
      operation = .choice(choice)
    }
    return Node(id: id, operation: operation, type: type, layer: layer, place: place)
  }

  mutating func nodeReference() throws(IRTextError) -> NodeID {
    guard case .node(let index) = token else { throw unexpected("a node, such as '%4'") }
    advance()
    return NodeID(index: index)
  }

  private mutating func tensorType() throws(IRTextError) -> TensorType {
    try keyword("tensor")
    try symbol("<")
    try symbol("[")
    try keyword("n")
    try symbol(",")
    let first = try expression()
    let second = accept(keyword: "x") ? try expression() : nil
    try symbol(",")
    let height = try expression()
    try symbol(",")
    let width = try expression()
    try symbol("]")
    try symbol(">")
    guard let second else { return TensorType(channels: first, height: height, width: width) }
    return TensorType(copies: first, channels: second, height: height, width: width)
  }

  private mutating func alternatives() throws(IRTextError) -> [Alternative] {
    try symbol("{")
    var alternatives: [Alternative] = []
    while accept(keyword: "case") {
      let values = try values()
      alternatives.append(Alternative(values: values, region: try region()))
    }
    try symbol("}")
    return alternatives
  }
}

// Operations.
extension IRParser {
  /// The words that start an operation.
  private enum OperationName: String {
    case input, convolution, depthwise, activation, pool, linear, add, choice, slice, shuffle, softmax, resize
    case attention
    case quantize, zero, join
    case layerNorm = "layer_norm"
    case positionEmbedding = "position_embedding"
    case batchNorm = "batch_norm"
    case squeezeExcite = "squeeze_excite"
    case splitAttention = "split_attention"
    case globalPool = "global_pool"
  }

  private mutating func operation() throws(IRTextError) -> Operation {
    let name = try word(OperationName.self, "an operation")
    switch name {
    case .input: return .input(try index())
    case .zero: return .zero
    case .join: return try join()
    case .layerNorm: return .layerNorm(of: try nodeReference())
    case .positionEmbedding: return .positionEmbedding(of: try nodeReference())
    case .choice: return .choice(Choice(selector: try expression(), alternatives: []))
    case .add:
      let left = try nodeReference()
      return .add(left, try nodeReference())
    case .batchNorm: return .batchNorm(of: try nodeReference())
    case .globalPool: return .globalPool(of: try nodeReference())
    case .convolution, .depthwise, .activation, .squeezeExcite, .splitAttention, .pool, .linear, .slice, .shuffle,
      .softmax, .resize, .attention, .quantize:
      return try attributed(name, of: try nodeReference())
    }
  }

  /// The attributes in their written order.
  private mutating func attributed(_ name: OperationName, of x: NodeID) throws(IRTextError) -> Operation {
    switch name {
    case .convolution:
      let channels = try attribute("channels")
      let kernel = try attribute("kernel")
      let width = try optionalAttribute("kernel_width")
      let stride = try attribute("stride")
      let dilation = try optionalAttribute("dilation") ?? .integer(1)
      let groups = try optionalAttribute("groups") ?? .integer(1)
      let bias = try flag("bias")
      return .convolution(
        Convolution(
          channels: channels, kernel: kernel, kernelWidth: width, stride: stride, dilation: dilation, groups: groups,
          bias: bias), of: x)
    case .depthwise:
      let kernel = try attribute("kernel")
      let stride = try attribute("stride")
      let dilation = try optionalAttribute("dilation") ?? .integer(1)
      return .depthwise(
        Depthwise(kernel: kernel, stride: stride, dilation: dilation, copies: try attribute("copies")), of: x)
    case .slice:
      let first = try attribute("first")
      return .slice(Slice(first: first, channels: try attribute("channels")), of: x)
    case .shuffle: return .shuffle(try attribute("groups"), of: x)
    case .softmax:
      let parts = try attribute("parts")
      return .softmax(Softmax(parts: parts, groups: try attribute("groups")), of: x)
    case .resize:
      let height = try attribute("height")
      let width = try attribute("width")
      try keyword("method")
      let method = try word(Resize.Method.self, "'nearest' or 'bilinear'")
      return .resize(Resize(height: height, width: width, method: method), of: x)
    case .attention:
      let memory = try nodeReference()
      let heads = try attribute("heads")
      return .attention(Attention(heads: heads, width: try attribute("width")), of: x, memory: memory)
    case .quantize:
      let bits = try attribute("bits")
      return .quantize(Quantization(bits: bits, mode: try attribute("mode")), of: x)
    case .squeezeExcite:
      let inner = try attribute("inner")
      let function = try attribute("function")
      return .squeezeExcite(SqueezeExcite(inner: inner, function: function, gate: try attribute("gate")), of: x)
    case .splitAttention:
      let inner = try attribute("inner")
      return .splitAttention(SplitAttention(inner: inner, function: try attribute("function")), of: x)
    case .pool:
      try keyword("kind")
      let kind = try word(Pool.Kind.self, "'max' or 'average'")
      let kernel = try attribute("kernel")
      return .pool(Pool(kind: kind, kernel: kernel, stride: try attribute("stride")), of: x)
    case .linear:
      let features = try attribute("features")
      return .linear(Linear(features: features, bias: try flag("bias")), of: x)
    case .activation: return .activation(try attribute("function"), of: x)
    case .input, .zero, .choice, .add, .join, .batchNorm, .globalPool, .layerNorm, .positionEmbedding:
      preconditionFailure("an operation without attributes was sent here")
    }
  }

  /// The number of an input; none is 0.
  private mutating func index() throws(IRTextError) -> Int {
    guard case .number = token else { return 0 }
    return try integer()
  }

  private mutating func join() throws(IRTextError) -> Operation {
    let join = try word(Join.self, "'add', 'multiply' or 'concat'")
    var operands: [Operand] = []
    while case .node = token {
      let node = try nodeReference()
      operands.append(Operand(node, when: try optionalAttribute("when")))
    }
    return .join(join, operands)
  }

  private mutating func optionalAttribute(_ name: String) throws(IRTextError) -> Expression? {
    accept(keyword: name) ? try expression() : nil
  }

  private mutating func attribute(_ name: String) throws(IRTextError) -> Expression {
    try keyword(name)
    return try expression()
  }

  private mutating func flag(_ name: String) throws(IRTextError) -> Bool {
    try keyword(name)
    guard case .boolean(let value) = try value() else { throw failure("'\(name)' is true or false") }
    return value
  }
}
