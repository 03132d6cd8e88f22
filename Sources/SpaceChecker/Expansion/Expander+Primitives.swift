import Diagnostics
import SpaceIR

extension Expander {
  /// One operation of the IR with its result type; checks positive extents, odd kernels and what the operand must be.
  mutating func expand(
    _ primitive: Primitive, _ arguments: Arguments, on input: Tensor, label: String, range: SourceRange,
    into site: inout Site
  ) -> Tensor? {
    guard let operation = operation(primitive, arguments, on: input, at: range) else { return nil }
    guard let operation = operation.value else { return input }
    switch resultType(of: operation, operands: [input.type]) {
    case .success(let type): return append(operation, type: type, label: label, to: &site)
    case .failure: return nil
    }
  }

  private struct Built {
    /// Nil: the identity, which adds no node.
    let value: Operation?
  }

  private mutating func operation(
    _ primitive: Primitive, _ arguments: Arguments, on input: Tensor, at range: SourceRange
  ) -> Built? {
    func expression(_ name: String) -> Expression? { arguments[name]?.expression }
    func place(_ name: String) -> SourceRange { arguments[name]?.range ?? range }
    func size(_ name: String) -> (String, Expression, SourceRange)? { expression(name).map { (name, $0, place(name)) } }
    if primitive != .identity, primitive != .batchNorm, primitive != .activation, primitive != .splitAttention,
      !holds(equal(input.type.copies, .integer(1)))
    {
      report(.needsJoinedCopies(operation: primitive.rawValue, copies: describe(input.type.copies)), at: range)
      return nil
    }
    switch primitive {
    case .identity: return Built(value: nil)
    case .batchNorm: return Built(value: .batchNorm(of: input.id))
    case .globalPool: return Built(value: .globalPool(of: input.id))
    case .activation: return expression("function").map { Built(value: .activation($0, of: input.id)) }
    case .convolution:
      guard let channels = expression("channels"), let kernel = expression("kernel"), let stride = expression("stride"),
        let bias = constantBias(arguments["bias"], range),
        ![positive([size("channels"), size("stride")]), odd(kernel, place("kernel"))].contains(false)
      else { return nil }
      return Built(
        value: .convolution(Convolution(channels: channels, kernel: kernel, stride: stride, bias: bias), of: input.id))
    case .depthwise:
      guard let kernel = expression("kernel"), let stride = expression("stride"), let copies = expression("copies"),
        ![positive([size("stride"), size("copies")]), odd(kernel, place("kernel"))].contains(false)
      else { return nil }
      return Built(value: .depthwise(Depthwise(kernel: kernel, stride: stride, copies: copies), of: input.id))
    case .squeezeExcite:
      guard let inner = expression("inner"), let function = expression("function"), let gate = expression("gate"),
        positive([size("inner")])
      else { return nil }
      return Built(value: .squeezeExcite(SqueezeExcite(inner: inner, function: function, gate: gate), of: input.id))
    case .splitAttention:
      guard let inner = expression("inner"), let function = expression("function"), positive([size("inner")])
      else { return nil }
      return Built(value: .splitAttention(SplitAttention(inner: inner, function: function), of: input.id))
    case .maxPool, .averagePool:
      guard let kernel = expression("kernel"), let stride = expression("stride"),
        ![positive([size("stride")]), odd(kernel, place("kernel"))].contains(false)
      else { return nil }
      let kind: Pool.Kind = primitive == .maxPool ? .max : .average
      return Built(value: .pool(Pool(kind: kind, kernel: kernel, stride: stride), of: input.id))
    case .linear:
      guard let features = expression("features"), let bias = constantBias(arguments["bias"], range),
        positive([size("features")])
      else { return nil }
      guard holds(equal(input.type.height, .integer(1))), holds(equal(input.type.width, .integer(1))) else {
        report(.needsVector(operation: primitive.rawValue, shape: describe(input.type)), at: range)
        return nil
      }
      return Built(value: .linear(Linear(features: features, bias: bias), of: input.id))
    }
  }

  private func holds(_ proof: Proof) -> Bool {
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

  private mutating func positive(_ sizes: [(String, Expression, SourceRange)?]) -> Bool {
    sizes.reduce(true) { isRight, size in
      guard let (name, extent, range) = size else { return false }
      return positive(extent, what: "'\(name)'", at: range) && isRight
    }
  }
}
