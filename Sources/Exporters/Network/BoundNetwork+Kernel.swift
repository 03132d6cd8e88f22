package import SpaceIR
package import SpacePlanner

extension BoundNetwork {
  /// A network that is one kernel of a device: what a row of a latency table is about.
  ///
  /// Its input has the kernel's shape, copies of channels one after another; a join has an input for each operand, and of
  /// a concatenation the operands share its channels out as equally as they can.
  ///
  /// - Throws: `PlanError` for an operation that has no kernel.
  package init(kernel: KernelShape) throws(PlanError) {
    var builder = KernelBuilder(kernel)
    try self.init(builder.space())
  }
}

/// Builds the graph of a kernel, in which every operation is of one layer.
private struct KernelBuilder {
  let kernel: KernelShape
  private var inputs: [ImageShape] = []
  private var nodes: [Node] = []

  init(_ kernel: KernelShape) { self.kernel = kernel }

  mutating func space() -> Space {
    var result = operation()
    for follower in kernel.followers {
      let type = type(of: result)
      result =
        follower == DeviceOperation.batchNorm.rawValue
        ? add(.batchNorm(of: result), type, "batch_norm")
        : add(.activation(.constant(.word(follower)), of: result), type, "activation")
    }
    let type = type(of: result)
    var space = Space(
      name: kernel.operation.rawValue, decisions: [], layers: [Layer(name: "kernel", decisions: [])],
      input: inputs[0], classes: 1, hints: Hints(), body: Region(nodes: nodes, result: result))
    space.inputName = inputs.count > 1 ? "input1" : "input"
    space.otherInputs = inputs.dropFirst().enumerated().map { NamedInput(name: "input\($0 + 2)", shape: $1) }
    space.outputName = "output"
    let extents = type.extents4
    space.output = ImageShape(channels: extents.allChannels, height: extents.height, width: extents.width)
    return space
  }

  // MARK: Fields

  /// The values of a field of the row.
  private func values(_ name: String) -> [Value] {
    var start = 0
    for field in kernel.operation.fields {
      if field.name == name { return Array(kernel.values[start..<start + field.width]) }
      start += field.width
    }
    preconditionFailure("'\(kernel.operation.rawValue)' has no field '\(name)'")
  }

  private func number(_ name: String) -> Expression { .constant(values(name)[0]) }
  private func integer(_ name: String) -> Int { values(name)[0].integer ?? 1 }
  private func flag(_ name: String) -> Bool { values(name)[0].boolean ?? false }

  private func shape(_ name: String) -> ImageShape {
    let sides = values(name).map { $0.integer ?? 1 }
    return ImageShape(channels: sides[0], height: sides[1], width: sides[2])
  }

  // MARK: Nodes

  private func type(of id: NodeID) -> TensorType { nodes[id.index].type }

  private mutating func add(_ operation: Operation, _ type: TensorType, _ place: String) -> NodeID {
    let isTaken = nodes.contains { $0.place == place }
    let id = NodeID(index: nodes.count)
    nodes.append(
      Node(
        id: id, operation: operation, type: type, layer: LayerID(index: 0),
        place: isTaken ? "\(place)\(id.index)" : place))
    return id
  }

  private mutating func input(_ shape: ImageShape, copies: Int = 1) -> NodeID {
    inputs.append(ImageShape(channels: copies * shape.channels, height: shape.height, width: shape.width))
    let type = TensorType(
      copies: .integer(copies), channels: .integer(shape.channels), height: .integer(shape.height),
      width: .integer(shape.width))
    return add(.input(inputs.count - 1), type, "input\(inputs.count)")
  }

  /// Of one operand, with the type that the rule gives.
  private mutating func apply(_ x: NodeID, _ operation: Operation) -> NodeID {
    guard case .success(let type) = resultType(of: operation, operands: operation.operands.map(type(of:))) else {
      preconditionFailure("a kernel's sizes fit: \(kernel)")
    }
    return add(operation, type, kernel.operation.rawValue)
  }

  private mutating func operation() -> NodeID {
    switch kernel.operation {
    case .add, .multiply, .concat: return join()
    case .attention:
      let x = input(shape("in"))
      let memory = shape("memory") == shape("in") ? x : input(shape("memory"))
      let attention = Attention(heads: number("heads"), width: number("width"))
      return apply(x, .attention(attention, of: x, memory: memory))
    case .batchNorm, .activation, .splitAttention:
      let x = input(shape("in"), copies: integer("copies"))
      return apply(x, operation(of: x))
    case .globalPool, .maxPool, .averagePool:
      // To a pool the copies of a channel are channels.
      var shape = shape("in")
      shape.channels *= integer("copies")
      let x = input(shape)
      return apply(x, operation(of: x))
    case .conv, .depthwise, .linear, .layerNorm, .squeezeExcite, .positionEmbedding, .slice, .shuffle, .softmax,
      .resize, .quantize:
      let x = input(shape("in"))
      return apply(x, operation(of: x))
    }
  }

  /// What takes one operand.
  private func operation(of x: NodeID) -> Operation {
    switch kernel.operation {
    case .conv:
      return .convolution(
        Convolution(
          channels: number("channels"), kernel: number("kernel"), kernelWidth: number("kernel_width"),
          stride: number("stride"), dilation: number("dilation"), groups: number("groups"), bias: flag("bias")), of: x)
    case .depthwise:
      return .depthwise(
        Depthwise(
          kernel: number("kernel"), stride: number("stride"), dilation: number("dilation"), copies: number("copies")),
        of: x)
    case .linear: return .linear(Linear(features: number("features"), bias: flag("bias")), of: x)
    case .batchNorm: return .batchNorm(of: x)
    case .layerNorm: return .layerNorm(of: x)
    case .activation: return .activation(number("function"), of: x)
    case .squeezeExcite:
      return .squeezeExcite(
        SqueezeExcite(inner: number("inner"), function: number("function"), gate: number("gate")), of: x)
    case .splitAttention:
      return .splitAttention(SplitAttention(inner: number("inner"), function: number("function")), of: x)
    case .positionEmbedding: return .positionEmbedding(of: x)
    case .maxPool, .averagePool:
      let kind = kernel.operation == .maxPool ? Pool.Kind.max : .average
      return .pool(Pool(kind: kind, kernel: number("kernel"), stride: number("stride")), of: x)
    case .globalPool: return .globalPool(of: x)
    case .slice: return .slice(Slice(first: .integer(0), channels: number("channels")), of: x)
    case .shuffle: return .shuffle(number("groups"), of: x)
    case .softmax: return .softmax(Softmax(parts: number("parts"), groups: number("groups")), of: x)
    case .resize:
      let method = values("method")[0].word.flatMap(Resize.Method.init(rawValue:)) ?? .nearest
      return .resize(Resize(height: number("height"), width: number("width"), method: method), of: x)
    case .quantize: return .quantize(Quantization(bits: number("bits"), mode: number("mode")), of: x)
    case .attention, .add, .multiply, .concat: preconditionFailure("'\(kernel.operation.rawValue)' takes several")
    }
  }

  private mutating func join() -> NodeID {
    let count = integer("operands")
    guard kernel.operation == .concat else {
      let shape = shape(kernel.operation == .add ? "in" : "out")
      let operands = (0..<count).map { _ in Operand(input(shape)) }
      return add(
        .join(kernel.operation == .add ? .add : .multiply, operands), TensorType(shape), kernel.operation.rawValue)
    }
    let whole = shape("out")
    let operands = (0..<count).map { number in
      let channels = whole.channels * (number + 1) / count - whole.channels * number / count
      return Operand(input(ImageShape(channels: channels, height: whole.height, width: whole.width)))
    }
    return add(.join(.concat, operands), TensorType(whole), kernel.operation.rawValue)
  }
}
