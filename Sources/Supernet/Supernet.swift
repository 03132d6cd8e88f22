package import Engine
package import SpaceIR
package import SpacePlanner

/// Shared weights of a space on an engine, and the passes that use them: one architecture in memory at a time.
///
/// The same type runs a supernet and a single network; the latter is a space without decisions.
package final class Supernet: Sendable {
  package let plan: SupernetPlan
  package let context: EngineContext

  /// Allocates all weights, zero-filled except batch-norm scales and running variances, which are 1.
  ///
  /// - Throws: `EngineError`, out of memory included.
  package init(_ plan: SupernetPlan, library: EngineLibrary, options: EngineOptions) throws {
    self.plan = plan
    context = try EngineContext(library: library, options: options, tensors: plan.tensors.map(\.encoded))
    for (index, tensor) in plan.tensors.enumerated() where tensor.firstConstant != 0 {
      try context.write([Float](repeating: tensor.firstConstant, count: tensor.count), of: index)
    }
  }

  /// Fills weights with normal numbers, as `WeightTensor.firstDeviation` says. Biases and shifts stay zero.
  ///
  /// - Parameter normals: See `WeightTensor.firstValues`.
  package func initialise(_ normals: (_ tensor: String) -> () -> Double) throws {
    for (index, tensor) in plan.tensors.enumerated() where tensor.firstDeviation != nil {
      try context.write(tensor.firstValues(normals), of: index)
    }
  }

  /// The engine program of one architecture for a batch of this many images.
  package func program(
    for architecture: Architecture, batch: Int, pass: BindingOptions.Pass, labelSmoothing: Double = 0
  ) throws -> EngineProgram {
    let options = BindingOptions(
      batch: batch, pass: pass, labelSmoothing: labelSmoothing,
      elementBytes: context.options.elementType.byteCount)
    return EngineProgram(try plan.bind(architecture, options))
  }

  /// Copies the weights that an architecture uses into the network that was built from it alone.
  ///
  /// - Parameter network: The supernet of `space.bound(to: architecture)`.
  /// - Precondition: both have the same element type.
  package func copyWeights(of architecture: Architecture, to network: Supernet) throws {
    for (target, slice) in try correspondence(of: architecture, to: network) {
      switch context.options.elementType {
      case .float32: try copy(slice, to: target, of: network, as: Float.self)
      case .float64: try copy(slice, to: target, of: network, as: Double.self)
      }
    }
  }

  private func copy<Element: EngineElement>(
    _ slice: WeightSlice, to target: TensorID, of network: Supernet, as type: Element.Type
  ) throws {
    let values = try context.read(.value, of: slice.tensor.index, as: type)
    let shape = plan.tensors[slice.tensor.index].shape
    try network.context.write(cut(values, shape: shape, slice), of: target.index)
  }

  /// The box of this supernet's tensor that each tensor of the bound network was cut from.
  package func correspondence(
    of architecture: Architecture, to network: Supernet
  ) throws -> [(target: TensorID, slice: WeightSlice)] {
    let options = BindingOptions(batch: 1, pass: .forward)
    let shared = try plan.bind(architecture, options)
    let own = try network.plan.bind(Architecture(choices: []), options)
    precondition(shared.instructions.count == own.instructions.count, "one architecture has one program")
    var pairs: [(TensorID, WeightSlice)] = []
    for (a, b) in zip(shared.instructions, own.instructions) {
      for (x, y) in zip(a.slices, b.slices) {
        guard let x, let y else { continue }
        pairs.append((own.slices[y.index].tensor, shared.slices[x.index]))
      }
    }
    return pairs
  }
}

/// The elements of a box, in order.
///
/// - Complexity: one copy for each run of elements that are neighbours in the tensor.
package func cut<Element>(_ values: [Element], shape: [Int], _ slice: WeightSlice) -> [Element] {
  var result: [Element] = []
  result.reserveCapacity(slice.extent.reduce(1, *))
  forEachRun(of: slice, in: shape) { result.append(contentsOf: values[$0]) }
  return result
}

/// The box as ranges of the tensor's row-major elements, in order and as long as they can be.
package func forEachRun(of slice: WeightSlice, in shape: [Int], _ body: (Range<Int>) -> Void) {
  var outer = shape.count
  var length = 1
  // Inner axes that are taken whole join the run of the axis before them.
  while outer > 0 {
    outer -= 1
    length *= slice.extent[outer]
    if slice.extent[outer] != shape[outer] { break }
  }
  func visit(_ axis: Int, _ base: Int) {
    let stride = shape[(axis + 1)...].reduce(1, *)
    let first = base + slice.offset[axis] * stride
    guard axis < outer else { return body(first..<first + length) }
    for position in 0..<slice.extent[axis] { visit(axis + 1, first + position * stride) }
  }
  if length > 0 { visit(0, 0) }
}

extension WeightTensor {
  fileprivate var encoded: EngineTensor {
    EngineTensor(shape: shape, role: isTrained ? (isDecayed ? .weight : .undecayed) : .statistic)
  }
}
