package import SpaceIR
package import SpacePlanner

/// One network as exporters read it: the operations that its outputs depend on, in order, with a number for every extent.
///
/// Zeros have left sums, and what changes nothing (a join of one operand, a slice of everything, a shuffle of one group)
/// is what it passes on. Its weights are named as `SupernetPlan` names those of the bound space, which is what trainings
/// save.
package struct BoundNetwork: Sendable {
  /// Without decisions and choices; every expression is a constant.
  package let space: Space
  /// Of the tensors that the operations use, batch norm's statistics among them.
  package let tensors: [WeightTensor]
  /// How many operations of the architecture were left out because no output depends on them.
  package let leftOut: Int

  /// - Parameter bound: Of `Space.bound(to:)`, or the space of a compiled architecture file.
  /// - Throws: `PlanError` for an operation that has no kernel.
  package init(_ bound: Space) throws(PlanError) {
    precondition(bound.decisions.isEmpty, "a network has no decisions")
    let pruned = bound.pruned
    space = pruned
    leftOut = bound.body.nodes.count(where: \.computes) - pruned.body.nodes.count(where: \.computes)
    tensors = try SupernetPlan(for: pruned, statistics: .recorded).tensors
  }

  /// The operations in order.
  package var nodes: [Node] { space.body.nodes }

  /// The layer and the place in it: `s2[1].inverted_residual.else.mobile.expand.conv`.
  package func path(of node: Node) -> String { "\(space.layers[node.layer.index].name).\(node.place)" }

  /// The results in the order of the space, by name.
  package var outputs: [NamedOutput] {
    let name = space.outputName.isEmpty ? "logits" : space.outputName
    return [NamedOutput(name: name, node: space.body.result, shape: space.output)] + space.otherOutputs
  }

  /// The images of a batch, in the order of the space.
  package var inputs: [NamedInput] {
    let name = space.inputName.isEmpty ? "images" : space.inputName
    return [NamedInput(name: name, shape: space.input)] + space.otherInputs
  }

  /// How many operations, and outputs, read each value.
  package var readers: [NodeID: Int] {
    var readers: [NodeID: Int] = [:]
    for node in nodes { for operand in node.operation.operands { readers[operand, default: 0] += 1 } }
    for output in outputs { readers[output.node, default: 0] += 1 }
    return readers
  }
}

extension Node {
  /// Whether it stands for work: what an input, a zero or a join of one passes on is none.
  fileprivate var computes: Bool {
    switch operation {
    case .input, .zero: false
    case .join(_, let operands): operands.count > 1
    case .convolution, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool, .globalPool,
      .linear, .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize, .add,
      .choice:
      true
    }
  }
}

extension Expression {
  /// The number of a bound space's expression.
  ///
  /// - Precondition: It is a constant whole number, as everything in a bound space is that counts.
  package var boundInteger: Int {
    guard let value = constant?.integer else { preconditionFailure("not a bound whole number: \(self)") }
    return value
  }

  /// The function that an activation's expression names.
  ///
  /// - Precondition: As `boundInteger`.
  package var boundFunction: ActivationFunction {
    guard let function = constant?.word.flatMap(ActivationFunction.init(rawValue:)) else {
      preconditionFailure("not a bound function: \(self)")
    }
    return function
  }
}

extension TensorType {
  /// The extents as numbers; of a bound space.
  package var extents4: BoundExtents {
    BoundExtents(
      copies: copies.boundInteger, channels: channels.boundInteger, height: height.boundInteger,
      width: width.boundInteger)
  }
}

/// The extents of a value of one image.
package struct BoundExtents: Hashable, Sendable {
  package let copies: Int
  /// Of one copy.
  package let channels: Int
  package let height: Int
  package let width: Int

  /// Of all copies together.
  package var allChannels: Int { copies * channels }
  package var positions: Int { height * width }
}
