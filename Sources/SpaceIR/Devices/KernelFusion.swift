/// Which operations of a space are one kernel, and the kernels of its regions.
///
/// A kernel is an operation and the chain of batch normalisations and activations behind it in the same region, as far as
/// each reads the one before it and nothing else does. What a choice decides is a kernel of its own. A network has the
/// kernels that it has in its space: binding it joins none.
package struct KernelFusion: Hashable, Sendable {
  /// Batch normalisations and activations that belong to the kernel of their operand.
  private var followers: Set<NodeID> = []

  /// Of a space that was bound to a network, those of the space before.
  ///
  /// - Complexity: O(nodes of the space).
  package init(_ space: Space) {
    if let known = space.devices.boundKernels {
      self = known
      return
    }
    var readers: [NodeID: Int] = [:]
    space.body.forEachNode { node in
      for operand in node.operation.operands { readers[operand, default: 0] += 1 }
      if case .choice(let choice) = node.operation {
        for alternative in choice.alternatives { readers[alternative.region.result, default: 0] += 1 }
      }
    }
    readers[space.body.result, default: 0] += 1
    for output in space.otherOutputs { readers[output.node, default: 0] += 1 }
    collect(space.body, readers)
  }

  private mutating func collect(_ region: Region, _ readers: [NodeID: Int]) {
    // The end of the kernel that the node before belongs to.
    var last: NodeID?
    for node in region.nodes {
      if let last, readers[last] == 1, node.operation.follower(of: last) != nil { followers.insert(node.id) }
      switch node.operation {
      case .input, .zero: last = nil
      case .choice(let choice):
        last = nil
        for alternative in choice.alternatives { collect(alternative.region, readers) }
      case .convolution, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool, .globalPool,
        .linear, .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize, .add,
        .join:
        last = node.id
      }
    }
  }

  /// The kernels of a region's own nodes, those of alternatives left out.
  ///
  /// - Parameter type: Of every node that the region sees.
  package func kernels(of region: Region, type: (NodeID) -> TensorType?) -> [DeviceKernel] {
    var kernels: [DeviceKernel] = []
    var position = 0
    while position < region.nodes.count {
      let node = region.nodes[position]
      position += 1
      let operands = node.operation.operands.compactMap(type)
      guard var kernel = PendingKernel(node.operation, operands: operands, result: node.type) else { continue }
      while position < region.nodes.count, followers.contains(region.nodes[position].id) {
        kernel.append(region.nodes[position].operation)
        position += 1
      }
      kernels.append(
        DeviceKernel(
          form: .init(operation: kernel.operation, followers: kernel.followers),
          arguments: kernel.arguments + kernel.functions, node: node.id))
    }
    return kernels
  }
}

extension Operation {
  /// What it is behind a kernel that ends in a node; nil where it begins one itself.
  fileprivate func follower(of last: NodeID) -> DeviceKernel.Follower? {
    switch self {
    case .batchNorm(of: last): .batchNorm
    case .activation(_, of: last): .activation
    case .input, .zero, .choice, .convolution, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention,
      .pool, .globalPool, .linear, .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding,
      .quantize, .add, .join:
      nil
    }
  }
}

/// A kernel that grows by what follows.
private struct PendingKernel {
  let operation: DeviceOperation
  let arguments: [Expression]
  var followers: [DeviceKernel.Follower] = []
  var functions: [Expression] = []

  mutating func append(_ next: Operation) {
    if case .activation(let function, _) = next {
      followers.append(.activation)
      functions.append(function)
    } else {
      followers.append(.batchNorm)
    }
  }

  /// Nil for what takes no time of its own.
  init?(_ operation: Operation, operands: [TensorType], result: TensorType) {
    let entering = operands.first ?? result
    let shape = entering.shape
    switch operation {
    case .input, .zero, .choice: return nil
    case .convolution(let it, _):
      self.operation = .conv
      arguments =
        shape + [
          it.channels, it.kernel, it.kernelWidth, it.stride, it.dilation, it.groups, .constant(.boolean(it.bias)),
        ]
    case .depthwise(let it, _):
      self.operation = .depthwise
      arguments = shape + [it.kernel, it.stride, it.dilation, it.copies]
    case .linear(let it, _):
      self.operation = .linear
      arguments = shape + [it.features, .constant(.boolean(it.bias))]
    case .batchNorm:
      self.operation = .batchNorm
      arguments = shape + [entering.copies]
    case .layerNorm:
      self.operation = .layerNorm
      arguments = shape
    case .activation(let function, _):
      self.operation = .activation
      arguments = shape + [function, entering.copies]
    case .squeezeExcite(let it, _):
      self.operation = .squeezeExcite
      arguments = shape + [it.inner, it.function, it.gate]
    case .splitAttention(let it, _):
      self.operation = .splitAttention
      arguments = shape + [entering.copies, it.inner, it.function]
    case .attention(let it, _, _):
      self.operation = .attention
      arguments = shape + (operands.count > 1 ? operands[1] : entering).shape + [it.heads, it.width]
    case .positionEmbedding:
      self.operation = .positionEmbedding
      arguments = shape
    case .pool(let it, _):
      switch it.kind {
      case .max: self.operation = .maxPool
      case .average: self.operation = .averagePool
      }
      arguments = shape + [it.kernel, it.stride, entering.copies]
    case .globalPool:
      self.operation = .globalPool
      arguments = shape + [entering.copies]
    case .slice(let it, _):
      self.operation = .slice
      arguments = shape + [it.channels]
    case .shuffle(let groups, _):
      self.operation = .shuffle
      arguments = shape + [groups]
    case .softmax(let it, _):
      self.operation = .softmax
      arguments = shape + [it.parts, it.groups]
    case .resize(let it, _):
      self.operation = .resize
      arguments = shape + [it.height, it.width, .word(it.method.rawValue)]
    case .quantize(let it, _):
      self.operation = .quantize
      arguments = shape + [it.bits, it.mode]
    case .add:
      self.operation = .add
      arguments = shape + [.integer(2)]
    case .join(let join, let operands):
      switch join {
      case .add: self.operation = .add
      case .multiply: self.operation = .multiply
      case .concat: self.operation = .concat
      }
      arguments = result.shape + [operands.presentCount]
    }
  }
}

extension TensorType {
  fileprivate var shape: [Expression] { [channels, height, width] }
}

extension [Operand] {
  /// How many of them are there.
  fileprivate var presentCount: Expression {
    let always = Expression.integer(count { $0.presence == nil })
    return compactMap(\.presence).reduce(always) { sum, presence in
      .binary(.add, sum, .call(.select, [presence, .integer(1), .integer(0)]))
    }
  }
}
