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
    if primitive != .identity, primitive != .batchNorm, primitive != .activation, primitive != .splitAttention,
      input.type.copies != .integer(1)
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
        let bias = expression("bias")?.constant?.boolean, positive([("'channels'", channels), ("'stride'", stride)], range),
        odd(kernel, range)
      else { return nil }
      return Built(
        value: .convolution(Convolution(channels: channels, kernel: kernel, stride: stride, bias: bias), of: input.id))
    case .depthwise:
      guard let kernel = expression("kernel"), let stride = expression("stride"), let copies = expression("copies"),
        positive([("'stride'", stride), ("'copies'", copies)], range), odd(kernel, range)
      else { return nil }
      return Built(value: .depthwise(Depthwise(kernel: kernel, stride: stride, copies: copies), of: input.id))
    case .squeezeExcite:
      guard let inner = expression("inner"), let function = expression("function"), let gate = expression("gate"),
        positive([("'inner'", inner)], range)
      else { return nil }
      return Built(value: .squeezeExcite(SqueezeExcite(inner: inner, function: function, gate: gate), of: input.id))
    case .splitAttention:
      guard let inner = expression("inner"), let function = expression("function"), positive([("'inner'", inner)], range)
      else { return nil }
      return Built(value: .splitAttention(SplitAttention(inner: inner, function: function), of: input.id))
    case .maxPool, .averagePool:
      guard let kernel = expression("kernel"), let stride = expression("stride"),
        positive([("'stride'", stride)], range), odd(kernel, range)
      else { return nil }
      let kind: Pool.Kind = primitive == .maxPool ? .max : .average
      return Built(value: .pool(Pool(kind: kind, kernel: kernel, stride: stride), of: input.id))
    case .linear:
      guard let features = expression("features"), let bias = expression("bias")?.constant?.boolean,
        positive([("'features'", features)], range)
      else { return nil }
      guard input.type.height == .integer(1), input.type.width == .integer(1) else {
        report(.needsVector(operation: primitive.rawValue, shape: describe(input.type)), at: range)
        return nil
      }
      return Built(value: .linear(Linear(features: features, bias: bias), of: input.id))
    }
  }

  private mutating func positive(_ extents: [(String, Expression)], _ range: SourceRange) -> Bool {
    extents.reduce(true) { $0 && positive($1.1, what: $1.0, at: range) }
  }
}
