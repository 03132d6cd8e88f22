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

  private mutating func nodeReference() throws(IRTextError) -> NodeID {
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
    case input, convolution, depthwise, activation, pool, linear, add, choice
    case batchNorm = "batch_norm"
    case squeezeExcite = "squeeze_excite"
    case splitAttention = "split_attention"
    case globalPool = "global_pool"
  }

  private mutating func operation() throws(IRTextError) -> Operation {
    let name = try word(OperationName.self, "an operation")
    switch name {
    case .input: return .input
    case .choice: return .choice(Choice(selector: try expression(), alternatives: []))
    case .add:
      let left = try nodeReference()
      return .add(left, try nodeReference())
    case .batchNorm: return .batchNorm(of: try nodeReference())
    case .globalPool: return .globalPool(of: try nodeReference())
    case .convolution, .depthwise, .activation, .squeezeExcite, .splitAttention, .pool, .linear:
      return try attributed(name, of: try nodeReference())
    }
  }

  /// The attributes in their written order.
  private mutating func attributed(_ name: OperationName, of x: NodeID) throws(IRTextError) -> Operation {
    switch name {
    case .convolution:
      let channels = try attribute("channels")
      let kernel = try attribute("kernel")
      let stride = try attribute("stride")
      let bias = try flag("bias")
      return .convolution(Convolution(channels: channels, kernel: kernel, stride: stride, bias: bias), of: x)
    case .depthwise:
      let kernel = try attribute("kernel")
      let stride = try attribute("stride")
      return .depthwise(Depthwise(kernel: kernel, stride: stride, copies: try attribute("copies")), of: x)
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
    case .input, .choice, .add, .batchNorm, .globalPool:
      preconditionFailure("an operation without attributes was sent here")
    }
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
