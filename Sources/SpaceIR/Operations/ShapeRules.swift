/// Why an operation has no result type. Those that carry expressions can still hold for every architecture in which the
/// node is live, so that a caller may enumerate; the others cannot.
package enum ShapeError: Error, Hashable, Sendable {
  /// `input`, `zero`, `choice` and `join` have the type that is written on them.
  case noRule
  case operandCount(expected: Int, found: Int)
  /// A kernel is odd and positive.
  case evenKernel(Int)
  /// A stride, a number of channels, copies or features is a positive integer.
  case notPositive(attribute: String, Value)
  /// The operand needs one copy and has these.
  case copies(Expression)
  /// The operand needs one pixel and has this type.
  case sides(TensorType)
  /// Operands of `add`, not structurally equal after folding.
  case differ(TensorType, TensorType)
}

extension TensorType {
  package var folded: TensorType {
    TensorType(copies: copies.folded, channels: channels.folded, height: height.folded, width: width.folded)
  }

  /// Copies, channels, height, width.
  package var extents: [Expression] { [copies, channels, height, width] }

  package func binding(_ replacement: (DecisionID) -> Value?) -> TensorType {
    TensorType(
      copies: copies.binding(replacement), channels: channels.binding(replacement),
      height: height.binding(replacement), width: width.binding(replacement))
  }
}

/// The side of a windowed operation's result: ceil(side / stride), folded.
package func strided(_ side: Expression, by stride: Expression) -> Expression {
  if stride.folded == .integer(1) { return side.folded }
  return Expression.call(.ceiling, [.binary(.divide, side, stride)]).folded
}

/// The type of an operation's result, folded, from the types of `operation.operands` in their order.
///
/// | operation | operand | result |
/// |---|---|---|
/// | convolution | one copy | its channels; sides ceil(side / stride) |
/// | depthwise | one copy | its copies; channels kept; sides ceil(side / stride) |
/// | pool | one copy | channels kept; sides ceil(side / stride) |
/// | batch_norm, activation | any | the operand's type |
/// | squeeze_excite | one copy | the operand's type |
/// | split_attention | any | the operand's type with one copy |
/// | global_pool | one copy | sides 1 |
/// | linear | one copy, sides 1 | its features |
/// | layer_norm, position_embedding | one copy | the operand's type |
/// | quantize | any | the operand's type |
/// | slice | one copy | its channels; sides kept |
/// | shuffle, softmax | one copy | the operand's type |
/// | resize | one copy | channels kept; its sides |
/// | attention | one copy each | the first operand's type |
/// | add | two of one type | that type |
///
/// `input`, `zero`, `choice` and `join` have the type that is written on them.
///
/// Constant kernels are odd, or even and the constant stride; constant strides, channels, copies and features are positive
/// integers.
package func resultType(of operation: Operation, operands: [TensorType]) -> Result<TensorType, ShapeError> {
  Result { () throws(ShapeError) in try inferredType(of: operation, operands: operands.map(\.folded)) }
}

private func inferredType(of operation: Operation, operands: [TensorType]) throws(ShapeError) -> TensorType {
  let expected = operation.operands.count
  guard expected > 0 else { throw .noRule }
  guard operands.count == expected else { throw .operandCount(expected: expected, found: operands.count) }
  var type = operands[0]
  switch operation {
  case .input, .zero, .choice, .join: throw .noRule
  case .convolution(let convolution, _):
    try needOneCopy(type)
    try needMiddle(try positive("kernel_width", convolution.kernelWidth), stride: convolution.stride)
    _ = try positive("dilation", convolution.dilation)
    _ = try positive("groups", convolution.groups)
    type = try windowed(type, kernel: convolution.kernel, stride: convolution.stride)
    type.channels = try positive("channels", convolution.channels)
  case .depthwise(let depthwise, _):
    try needOneCopy(type)
    _ = try positive("dilation", depthwise.dilation)
    type = try windowed(type, kernel: depthwise.kernel, stride: depthwise.stride)
    type.copies = try positive("copies", depthwise.copies)
  case .pool(let pool, _):
    try needOneCopy(type)
    type = try windowed(type, kernel: pool.kernel, stride: pool.stride)
  case .batchNorm, .activation: break
  case .quantize(let quantization, _): _ = try positive("bits", quantization.bits)
  case .layerNorm, .positionEmbedding: try needOneCopy(type)
  case .slice(let slice, _):
    try needOneCopy(type)
    type.channels = try positive("channels", slice.channels)
  case .shuffle(let groups, _):
    try needOneCopy(type)
    _ = try positive("groups", groups)
  case .softmax(let softmax, _):
    try needOneCopy(type)
    _ = try positive("parts", softmax.parts)
    _ = try positive("groups", softmax.groups)
  case .resize(let resize, _):
    try needOneCopy(type)
    type.height = try positive("height", resize.height)
    type.width = try positive("width", resize.width)
  case .attention(let attention, _, _):
    try needOneCopy(type)
    try needOneCopy(operands[1])
    _ = try positive("heads", attention.heads)
    _ = try positive("width", attention.width)
  case .squeezeExcite(let excite, _):
    try needOneCopy(type)
    _ = try positive("inner", excite.inner)
  case .splitAttention(let attention, _):
    _ = try positive("inner", attention.inner)
    type.copies = .integer(1)
  case .globalPool:
    try needOneCopy(type)
    (type.height, type.width) = (.integer(1), .integer(1))
  case .linear(let linear, _):
    try needOneCopy(type)
    guard type.height == .integer(1), type.width == .integer(1) else { throw .sides(type) }
    type.channels = try positive("features", linear.features)
  case .add:
    guard operands[0] == operands[1] else { throw .differ(operands[0], operands[1]) }
  }
  return type
}

private func needOneCopy(_ type: TensorType) throws(ShapeError) {
  guard type.copies == .integer(1) else { throw .copies(type.copies) }
}

private func windowed(_ type: TensorType, kernel: Expression, stride: Expression) throws(ShapeError) -> TensorType {
  try needMiddle(try positive("kernel", kernel), stride: stride)
  let stride = try positive("stride", stride)
  var result = type
  (result.height, result.width) = (strided(type.height, by: stride), strided(type.width, by: stride))
  return result
}

/// A kernel has a middle to pad around, unless windows lie side by side and nothing is padded.
private func needMiddle(_ kernel: Expression, stride: Expression) throws(ShapeError) {
  if case .integer(let size) = kernel.constant, size % 2 == 0, let stride = stride.folded.constant,
    stride != .integer(size)
  {
    throw .evenKernel(size)
  }
}

/// The folded attribute; a constant has to be a positive integer.
private func positive(_ attribute: String, _ expression: Expression) throws(ShapeError) -> Expression {
  let folded = expression.folded
  guard let value = folded.constant else { return folded }
  guard case .integer(let number) = value, number > 0 else { throw .notPositive(attribute: attribute, value) }
  return folded
}

extension Operation {
  /// Every expression written on the operation, with the name of its attribute; regions hold their own.
  package var attributes: [(name: String, expression: Expression)] {
    switch self {
    case .input, .batchNorm, .globalPool, .add, .layerNorm, .positionEmbedding, .zero: []
    case .convolution(let it, _):
      [
        ("channels", it.channels), ("kernel", it.kernel), ("kernel_width", it.kernelWidth), ("stride", it.stride),
        ("dilation", it.dilation), ("groups", it.groups),
      ]
    case .depthwise(let it, _):
      [("kernel", it.kernel), ("stride", it.stride), ("dilation", it.dilation), ("copies", it.copies)]
    case .slice(let it, _): [("first", it.first), ("channels", it.channels)]
    case .shuffle(let groups, _): [("groups", groups)]
    case .softmax(let it, _): [("parts", it.parts), ("groups", it.groups)]
    case .resize(let it, _): [("height", it.height), ("width", it.width)]
    case .attention(let it, _, _): [("heads", it.heads), ("width", it.width)]
    case .quantize(let it, _): [("bits", it.bits), ("mode", it.mode)]
    case .join(_, let operands): operands.compactMap { operand in operand.presence.map { ("when", $0) } }
    case .activation(let function, _): [("function", function)]
    case .squeezeExcite(let it, _): [("inner", it.inner), ("function", it.function), ("gate", it.gate)]
    case .splitAttention(let it, _): [("inner", it.inner), ("function", it.function)]
    case .pool(let it, _): [("kernel", it.kernel), ("stride", it.stride)]
    case .linear(let it, _): [("features", it.features)]
    case .choice(let choice): [("selector", choice.selector)]
    }
  }

  /// Whether a supernet keeps tensors for it.
  package var bearsWeights: Bool {
    switch self {
    case .convolution, .depthwise, .batchNorm, .squeezeExcite, .splitAttention, .linear, .layerNorm, .attention,
      .positionEmbedding:
      true
    case .input, .activation, .pool, .globalPool, .add, .choice, .slice, .shuffle, .softmax, .resize, .quantize, .zero,
      .join:
      false
    }
  }
}

extension TensorType {
  /// The type of images of this shape.
  package init(_ shape: ImageShape) {
    self.init(channels: .integer(shape.channels), height: .integer(shape.height), width: .integer(shape.width))
  }
}
