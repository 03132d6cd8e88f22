@testable import SpaceIR

/// Builds small valid spaces: inverted residuals with nested choices, conditional decisions and symbolic extents.
struct RandomSpace {
  private var random: SplitMix64
  private var decisions: [Decision] = []
  private var layers: [Layer] = []
  private var types: [NodeID: TensorType] = [:]
  private var nodeCount = 0

  static func make(seed: UInt64) -> Space {
    var builder = RandomSpace(random: SplitMix64(seed: seed))
    return builder.space(seed: seed)
  }

  private init(random: SplitMix64) { self.random = random }

  private mutating func space(seed: UInt64) -> Space {
    let shape = ImageShape(channels: 3, height: random.pick([8, 9, 32]), width: random.pick([8, 17]))
    var body: [Node] = []
    let type = TensorType(
      channels: .integer(3), height: .integer(shape.height), width: .integer(shape.width))
    layers.append(Layer(name: "input", decisions: []))
    var last = append(.input(0), type, to: &body, "1")
    layers.append(Layer(name: "stem", decisions: []))
    last = convolve(last, channels: .integer(8), kernel: .integer(3), stride: .integer(2), to: &body, "1")
    for index in 0..<Int.random(in: 1...3, using: &random) { last = stage("s\(index)", last, to: &body) }
    layers.append(Layer(name: "head", decisions: []))
    last = apply(.globalPool(of: last), to: &body, "1")
    last = apply(.linear(Linear(features: .integer(10), bias: true), of: last), to: &body, "2")
    let hints = Hints(
      distribution: random.pick(Hints.Grouping.allCases),
      groups: random.once(in: 2) ? [] : [["s0"], ["s1[2]", "head.channels"]],
      sharing: random.once(in: 2) ? [] : [.init(parameter: "channels", sharing: random.pick(Hints.Sharing.allCases))])
    return Space(
      name: "random-\(seed)", decisions: decisions, layers: layers, input: shape, classes: 10, hints: hints,
      body: Region(nodes: body, result: last))
  }

  // MARK: Stages

  /// A stage that may be skipped; all its other decisions then exist only when it is not.
  private mutating func stage(_ name: String, _ input: NodeID, to nodes: inout [Node]) -> NodeID {
    let first = DecisionID(index: decisions.count)
    let isOptional = random.once(in: 2)
    var existence: Existence?
    if isOptional {
      let or = decide("or", of: name, [.word("layer"), .word("bypass")], nil)
      existence = Existence(parent: or, options: [0])
    }
    let layer = layers.count
    layers.append(Layer(name: name, decisions: []))
    var inner: [Node] = []
    let result = block(name, input, isOptional: isOptional, existence, to: &inner)
    layers[layer] = Layer(name: name, decisions: (first.index..<decisions.count).map(DecisionID.init))
    guard isOptional else {
      nodes += inner
      return result
    }
    let selector = Expression.decision(first)
    let isLayer = Expression.binary(.equal, selector, .word("layer"))
    var type = types[input]!
    type.channels = Expression.call(.select, [isLayer, types[result]!.channels, type.channels]).folded
    let alternatives = [
      Alternative(values: [.word("layer")], region: Region(nodes: inner, result: result)),
      Alternative(values: [.word("bypass")], region: Region(nodes: [], result: input)),
    ]
    return append(.choice(Choice(selector: selector, alternatives: alternatives)), type, to: &nodes, "or")
  }

  private mutating func block(
    _ name: String, _ input: NodeID, isOptional: Bool, _ existence: Existence?, to nodes: inout [Node]
  ) -> NodeID {
    let channels = size("channels", of: name, [8, 16, 24], existence)
    let kernel = size("kernel", of: name, [3, 5], existence)
    let stride = isOptional ? .integer(1) : size("stride", of: name, [1, 2], existence)
    let splits = decide("splits", of: name, [0, 1, 2, 4].map(Value.integer), existence)
    let expansion = decide("expansion", of: name, ["3/4", "1", "3/2"].map(Self.value), existence)
    let copies = Expression.call(.maximum, [.decision(splits), .integer(1)])
    let middle = Expression.call(
      .roundTo, [.binary(.multiply, types[input]!.channels, .decision(expansion)), .integer(8)])
    var last = convolve(input, channels: middle, kernel: .integer(1), stride: .integer(1), to: &nodes, "1")
    let depthwise = Depthwise(kernel: kernel, stride: stride, copies: copies)
    last = apply(.depthwise(depthwise, of: last), to: &nodes, "2")
    last = attention(splits, of: name, last, to: &nodes)
    last = convolve(last, channels: channels, kernel: .integer(1), stride: .integer(1), to: &nodes, "4")
    guard stride == .integer(1) else { return last }
    return shortcut(from: input, around: last, to: &nodes)
  }

  /// `case 0 {}`, `case 1 { squeeze_excite }`, `case 2, 4 { split_attention }`; the gate exists only at 1.
  private mutating func attention(
    _ splits: DecisionID, of name: String, _ input: NodeID, to nodes: inout [Node]
  ) -> NodeID {
    let gates = [ActivationFunction.sigmoid, .hardSigmoid].map { Value.word($0.rawValue) }
    let gate = decide("gate", of: name, gates, Existence(parent: splits, options: [1]))
    var excite: [Node] = []
    var split: [Node] = []
    let quarter = Expression.call(.makeDivisible, [.binary(.divide, types[input]!.channels, .integer(4)), .integer(4)])
    let squeeze = SqueezeExcite(inner: quarter, function: .word("relu"), gate: .decision(gate))
    // The operand has max(splits, 1) copies, which is one copy only where this alternative is taken.
    var type = types[input]!
    let excited = append(.squeezeExcite(squeeze, of: input), type, to: &excite, "3.1")
    let joined = apply(
      .splitAttention(SplitAttention(inner: quarter, function: .word("swish")), of: input), to: &split, "3.2")
    type.copies = .integer(1)
    let alternatives = [
      Alternative(values: [.integer(0)], region: Region(nodes: [], result: input)),
      Alternative(values: [.integer(1)], region: Region(nodes: excite, result: excited)),
      Alternative(values: [.integer(2), .integer(4)], region: Region(nodes: split, result: joined)),
    ]
    return append(
      .choice(Choice(selector: .decision(splits), alternatives: alternatives)), type, to: &nodes, "3")
  }

  /// An addition where the widths are equal.
  private mutating func shortcut(from input: NodeID, around body: NodeID, to nodes: inout [Node]) -> NodeID {
    let (from, to) = (types[input]!.channels, types[body]!.channels)
    if from == to { return apply(.add(input, body), to: &nodes, "5") }
    let condition = Expression.binary(.equal, from, to).folded
    if condition.constant != nil { return body }
    var added: [Node] = []
    let sum = append(.add(body, input), types[body]!, to: &added, "5.then.1")
    let alternatives = [
      Alternative(values: [.boolean(true)], region: Region(nodes: added, result: sum)),
      Alternative(values: [.boolean(false)], region: Region(nodes: [], result: body)),
    ]
    return append(
      .choice(Choice(selector: condition, alternatives: alternatives)), types[body]!, to: &nodes, "5")
  }

  // MARK: Parts

  private mutating func convolve(
    _ input: NodeID, channels: Expression, kernel: Expression, stride: Expression, to nodes: inout [Node],
    _ place: String
  ) -> NodeID {
    let convolution = Convolution(channels: channels, kernel: kernel, stride: stride, bias: random.once(in: 3))
    let raw = apply(.convolution(convolution, of: input), to: &nodes, place)
    let normal = apply(.batchNorm(of: raw), to: &nodes, place + ".norm")
    let function = Expression.word(random.pick(ActivationFunction.allCases).rawValue)
    return apply(.activation(function, of: normal), to: &nodes, place + ".act")
  }

  private mutating func size(
    _ parameter: String, of owner: String, _ options: [Int], _ existence: Existence?
  ) -> Expression {
    if random.once(in: 3) { return .integer(random.pick(options)) }
    return .decision(decide(parameter, of: owner, options.map(Value.integer), existence))
  }

  private mutating func decide(
    _ parameter: String, of owner: String, _ options: [Value], _ existence: Existence?
  ) -> DecisionID {
    decisions.append(
      Decision(
        name: "\(owner).\(parameter)", parameter: parameter, owner: owner, options: options, existence: existence))
    return DecisionID(index: decisions.count - 1)
  }

  private mutating func apply(_ operation: Operation, to nodes: inout [Node], _ place: String) -> NodeID {
    let operands = operation.operands.map { types[$0]! }
    switch resultType(of: operation, operands: operands) {
    case .success(let type): return append(operation, type, to: &nodes, place)
    case .failure(let error): preconditionFailure("the generator built a wrong node: \(error)")
    }
  }

  private mutating func append(
    _ operation: Operation, _ type: TensorType, to nodes: inout [Node], _ place: String
  ) -> NodeID {
    let id = NodeID(index: nodeCount)
    nodeCount += 1
    nodes.append(
      Node(id: id, operation: operation, type: type, layer: LayerID(index: layers.count - 1), place: place))
    types[id] = type
    return id
  }

  private static func value(_ text: String) -> Value {
    let parts = text.split(separator: "/").map { Int($0)! }
    return Value(Rational(parts[0], parts.count == 2 ? parts[1] : 1))
  }
}
