import Diagnostics
import SpaceIR

extension Expander {
  /// One operation of the IR with its result type; checks positive extents, kernels and what the operands must be.
  mutating func expand(
    _ primitive: Primitive, _ arguments: Arguments, on inputs: [Tensor], label: String, range: SourceRange,
    into site: inout Site
  ) -> Tensor? {
    let decided = arguments.sorted { $0.key < $1.key }.map { _, argument in
      isDecided(argument.expression, at: argument.range ?? range)
    }
    guard !decided.contains(false) else { return nil }
    switch primitive {
    case .identity: return inputs.first
    case .add: return join(.add, inputs, label: label, at: range, into: &site)
    case .multiply: return join(.multiply, inputs, label: label, at: range, into: &site)
    case .concat: return join(.concat, inputs, label: label, at: range, into: &site)
    case .zero: return zero(arguments, like: inputs[0], label: label, at: range, into: &site)
    case .convolution, .depthwise, .batchNorm, .layerNorm, .activation, .squeezeExcite, .splitAttention, .attention,
      .positionEmbedding, .maxPool, .averagePool, .globalPool, .linear, .slice, .shuffle, .softmax, .resize, .quantize:
      guard let operation = operation(primitive, arguments, on: inputs, at: range),
        case .success(let type) = resultType(of: operation, operands: inputs.map(\.type))
      else { return nil }
      return append(operation, type: type, label: label, to: &site)
    }
  }

  /// - Parameter place: Where an argument is written.
  private mutating func windows(
    of operation: Operation, on operand: TensorType, _ place: (String) -> SourceRange
  ) -> Bool {
    guard let window = WindowRule(of: operation) else { return true }
    return zip(window.kernels, ["kernel", "kernel_width"]).allSatisfy { kernel, name in
      self.window(kernel, of: window, on: operand, place(name))
    }
  }

  private mutating func operation(
    _ primitive: Primitive, _ arguments: Arguments, on inputs: [Tensor], at range: SourceRange
  ) -> Operation? {
    let input = inputs[0]
    func expression(_ name: String) -> Expression? { arguments[name]?.expression }
    func place(_ name: String) -> SourceRange { arguments[name]?.range ?? range }
    func size(_ name: String) -> (String, Expression, SourceRange)? { expression(name).map { (name, $0, place(name)) } }
    let takesCopies = [.batchNorm, .activation, .splitAttention, .quantize].contains(primitive)
    for input in inputs where !takesCopies && !holds(equal(input.type.copies, .integer(1))) {
      report(.needsJoinedCopies(operation: primitive.rawValue, copies: describe(input.type.copies)), at: range)
      return nil
    }
    switch primitive {
    case .identity, .add, .multiply, .concat, .zero: return nil
    case .batchNorm: return .batchNorm(of: input.id)
    case .layerNorm: return .layerNorm(of: input.id)
    case .positionEmbedding: return .positionEmbedding(of: input.id)
    case .globalPool: return .globalPool(of: input.id)
    case .activation: return expression("function").map { .activation($0, of: input.id) }
    case .convolution:
      guard let channels = expression("channels"), let kernel = expression("kernel"), let stride = expression("stride"),
        let dilation = expression("dilation"), let groups = expression("groups"),
        let bias = constantBias(arguments["bias"], range)
      else { return nil }
      let isPositive = positive([size("channels"), size("stride"), size("dilation"), size("groups")])
      let width = expression("kernel_width")
      let convolution = Convolution(
        channels: channels, kernel: kernel, kernelWidth: width, stride: stride, dilation: dilation, groups: groups,
        bias: bias)
      guard windows(of: .convolution(convolution, of: input.id), on: input.type, place), isPositive else { return nil }
      let parts = [("the channels that enter", input.type.channels), ("'channels'", channels)]
      for (what, whole) in parts where groups != .integer(1) {
        guard divides(groups, whole, what: "'groups'", whole: what, at: place("groups")) else { return nil }
      }
      return .convolution(convolution, of: input.id)
    case .depthwise:
      guard let kernel = expression("kernel"), let stride = expression("stride"), let copies = expression("copies"),
        let dilation = expression("dilation")
      else { return nil }
      let isPositive = positive([size("stride"), size("copies"), size("dilation")])
      let operation = Operation.depthwise(
        Depthwise(kernel: kernel, stride: stride, dilation: dilation, copies: copies), of: input.id)
      return windows(of: operation, on: input.type, place) && isPositive ? operation : nil
    case .squeezeExcite:
      guard let inner = expression("inner"), let function = expression("function"), let gate = expression("gate"),
        positive([size("inner")])
      else { return nil }
      return .squeezeExcite(SqueezeExcite(inner: inner, function: function, gate: gate), of: input.id)
    case .splitAttention:
      guard let inner = expression("inner"), let function = expression("function"), positive([size("inner")])
      else { return nil }
      return .splitAttention(SplitAttention(inner: inner, function: function), of: input.id)
    case .attention:
      guard let heads = expression("heads"), let width = expression("width"),
        positive([size("heads"), size("width")]),
        divides(heads, width, what: "'heads'", whole: "'width'", wholePlace: place("width"), at: place("heads"))
      else { return nil }
      return .attention(Attention(heads: heads, width: width), of: input.id, memory: inputs.last?.id ?? input.id)
    case .maxPool, .averagePool:
      guard let kernel = expression("kernel"), let stride = expression("stride") else { return nil }
      let isPositive = positive([size("stride")])
      let kind: Pool.Kind = primitive == .maxPool ? .max : .average
      let operation = Operation.pool(Pool(kind: kind, kernel: kernel, stride: stride), of: input.id)
      return windows(of: operation, on: input.type, place) && isPositive ? operation : nil
    case .linear:
      guard let features = expression("features"), let bias = constantBias(arguments["bias"], range),
        positive([size("features")])
      else { return nil }
      guard holds(equal(input.type.height, .integer(1))), holds(equal(input.type.width, .integer(1))) else {
        report(.needsVector(operation: primitive.rawValue, shape: describe(input.type)), at: range)
        return nil
      }
      return .linear(Linear(features: features, bias: bias), of: input.id)
    case .slice:
      guard let first = expression("first"), let channels = expression("channels"), positive([size("channels")]),
        slice(
          first, from: place("first"), channels, of: input.type.channels, at: place("channels"))
      else { return nil }
      return .slice(Slice(first: first, channels: channels), of: input.id)
    case .shuffle:
      guard let groups = expression("groups"), positive([size("groups")]),
        divides(
          groups, input.type.channels, what: "'groups'", whole: "the channels that enter", at: place("groups"))
      else { return nil }
      return .shuffle(groups, of: input.id)
    case .softmax:
      guard let parts = expression("parts"), let groups = expression("groups"),
        positive([size("parts"), size("groups")]),
        divides(
          Expression.binary(.multiply, parts, groups).folded, input.type.channels, what: "'parts' times 'groups'",
          whole: "the channels that enter", at: place("parts"))
      else { return nil }
      return .softmax(Softmax(parts: parts, groups: groups), of: input.id)
    case .resize:
      guard let height = expression("height"), let width = expression("width"),
        positive([size("height"), size("width")]),
        let method = constantWord(arguments["method"], "method", range).flatMap(Resize.Method.init(rawValue:))
      else { return nil }
      return .resize(Resize(height: height, width: width, method: method), of: input.id)
    case .quantize:
      guard let bits = expression("bits"), let mode = expression("mode"), positive([size("bits")]) else { return nil }
      return .quantize(Quantization(bits: bits, mode: mode), of: input.id)
    }
  }

  /// Zeros of the input's shape, or of its sides divided by the stride and other channels.
  private mutating func zero(
    _ arguments: Arguments, like input: Tensor, label: String, at range: SourceRange, into site: inout Site
  ) -> Tensor? {
    guard let stride = arguments["stride"],
      positive(stride.expression, what: "'stride'", at: stride.range ?? range)
    else { return nil }
    var type = input.type
    if let channels = arguments["channels"] {
      guard positive(channels.expression, what: "'channels'", at: channels.range ?? range) else { return nil }
      type.channels = channels.expression
    }
    (type.height, type.width) = (
      strided(type.height, by: stride.expression), strided(type.width, by: stride.expression)
    )
    return append(.zero, type: type.folded, label: label, to: &site)
  }

  func holds(_ proof: Proof) -> Bool {
    if case .holds = proof { true } else { false }
  }

  /// Whether there is a bias is written, never chosen: an operation has one set of weights.
  private mutating func constantBias(_ bias: Typed?, _ range: SourceRange) -> Bool? {
    guard let bias else { return nil }
    if let constant = bias.expression.constant?.boolean { return constant }
    report(
      .choiceNotHere(where: "for 'bias'"), at: bias.range ?? range,
      notes: [Note("choose between two operations instead")])
    return nil
  }

  /// A word that is written, never chosen.
  private mutating func constantWord(_ word: Typed?, _ name: String, _ range: SourceRange) -> String? {
    guard let word else { return nil }
    if let constant = word.expression.constant?.word { return constant }
    report(
      .choiceNotHere(where: "for '\(name)'"), at: word.range ?? range,
      notes: [Note("choose between two operations instead")])
    return nil
  }

  private mutating func positive(_ sizes: [(String, Expression, SourceRange)?]) -> Bool {
    sizes.reduce(true) { isRight, size in
      guard let (name, extent, range) = size else { return false }
      return positive(extent, what: "'\(name)'", at: range) && isRight
    }
  }
}
