extension Space {
  /// The space with every decision bound to an architecture: no decisions, no choices, every extent a number.
  ///
  /// Node numbers, layers and places stay, so that weights of the bound network can be matched with the supernet's. What
  /// the space requires of its members is not repeated of the one.
  ///
  /// - Throws: `EvaluationError` only for an architecture that is not a member.
  package func bound(to architecture: Architecture) throws(EvaluationError) -> Space {
    var binder = ArchitectureBinder(space: self, architecture: architecture)
    let result = try binder.inline(body)
    var bound = self
    bound.devices.boundKernels = KernelFusion(self)
    bound.decisions = []
    bound.layers = layers.map { Layer(name: $0.name, decisions: []) }
    bound.requirements = []
    bound.hints.sharing = []
    bound.hints.groups = []
    bound.body = Region(nodes: binder.nodes, result: result)
    bound.otherOutputs = otherOutputs.map { NamedOutput(name: $0.name, node: binder.actual($0.node), shape: $0.shape) }
    return bound
  }
}

private struct ArchitectureBinder {
  let space: Space
  let architecture: Architecture
  var nodes: [Node] = []
  /// What a choice's number stands for now.
  private var renamed: [NodeID: NodeID] = [:]

  init(space: Space, architecture: Architecture) {
    self.space = space
    self.architecture = architecture
  }

  mutating func inline(_ region: Region) throws(EvaluationError) -> NodeID {
    for node in region.nodes {
      if case .choice(let choice) = node.operation {
        let value = try choice.selector.evaluate { space.value(of: $0, in: architecture) }
        guard let taken = choice.alternatives.first(where: { $0.values.contains(value) }) else { throw .wrongType }
        renamed[node.id] = try inline(taken.region)
      } else {
        var copy = node
        copy.operation = try bind(node.operation)
        copy.type = TensorType(
          copies: try value(node.type.copies), channels: try value(node.type.channels),
          height: try value(node.type.height), width: try value(node.type.width))
        nodes.append(copy)
      }
    }
    return actual(region.result)
  }

  func actual(_ id: NodeID) -> NodeID { renamed[id] ?? id }

  private func value(_ expression: Expression) throws(EvaluationError) -> Expression {
    .constant(try expression.evaluate { space.value(of: $0, in: architecture) })
  }

  private func bind(_ operation: Operation) throws(EvaluationError) -> Operation {
    switch operation {
    case .input, .zero, .choice: return operation
    case .convolution(var convolution, let x):
      convolution.channels = try value(convolution.channels)
      convolution.kernel = try value(convolution.kernel)
      convolution.kernelWidth = try value(convolution.kernelWidth)
      convolution.stride = try value(convolution.stride)
      convolution.dilation = try value(convolution.dilation)
      convolution.groups = try value(convolution.groups)
      return .convolution(convolution, of: actual(x))
    case .depthwise(var depthwise, let x):
      depthwise.kernel = try value(depthwise.kernel)
      depthwise.stride = try value(depthwise.stride)
      depthwise.dilation = try value(depthwise.dilation)
      depthwise.copies = try value(depthwise.copies)
      return .depthwise(depthwise, of: actual(x))
    case .batchNorm(let x): return .batchNorm(of: actual(x))
    case .activation(let function, let x): return .activation(try value(function), of: actual(x))
    case .squeezeExcite(var excite, let x):
      excite.inner = try value(excite.inner)
      excite.function = try value(excite.function)
      excite.gate = try value(excite.gate)
      return .squeezeExcite(excite, of: actual(x))
    case .splitAttention(var attention, let x):
      attention.inner = try value(attention.inner)
      attention.function = try value(attention.function)
      return .splitAttention(attention, of: actual(x))
    case .pool(var pool, let x):
      pool.kernel = try value(pool.kernel)
      pool.stride = try value(pool.stride)
      return .pool(pool, of: actual(x))
    case .globalPool(let x): return .globalPool(of: actual(x))
    case .linear(var linear, let x):
      linear.features = try value(linear.features)
      return .linear(linear, of: actual(x))
    case .layerNorm(let x): return .layerNorm(of: actual(x))
    case .slice(var slice, let x):
      slice.first = try value(slice.first)
      slice.channels = try value(slice.channels)
      return .slice(slice, of: actual(x))
    case .shuffle(let groups, let x): return .shuffle(try value(groups), of: actual(x))
    case .softmax(var softmax, let x):
      softmax.parts = try value(softmax.parts)
      softmax.groups = try value(softmax.groups)
      return .softmax(softmax, of: actual(x))
    case .resize(var resize, let x):
      resize.height = try value(resize.height)
      resize.width = try value(resize.width)
      return .resize(resize, of: actual(x))
    case .attention(var attention, let x, let memory):
      attention.heads = try value(attention.heads)
      attention.width = try value(attention.width)
      return .attention(attention, of: actual(x), memory: actual(memory))
    case .positionEmbedding(let x): return .positionEmbedding(of: actual(x))
    case .quantize(var quantization, let x):
      quantization.bits = try value(quantization.bits)
      quantization.mode = try value(quantization.mode)
      return .quantize(quantization, of: actual(x))
    case .add(let a, let b): return .add(actual(a), actual(b))
    case .join(let join, let operands):
      var present: [Operand] = []
      for operand in operands {
        let isThere = try operand.presence.map(value)?.constant?.boolean ?? true
        if isThere { present.append(Operand(actual(operand.node))) }
      }
      // A sum of nothing is zero.
      return present.isEmpty ? .zero : .join(join, present)
    }
  }
}
