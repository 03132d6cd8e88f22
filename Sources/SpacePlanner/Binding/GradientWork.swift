/// What the backward pass of a program multiplies and adds in its maps, beside as much in the forward pass.
package struct GradientWork: Hashable, Sendable {
  /// For gradients of weights, and of the maps' inputs; multiply-adds of the whole batch.
  package var weights = 0
  package var inputs = 0
}

extension KernelProgram {
  /// - Parameter isTrained: Whether a tensor's gradient is computed.
  package func gradientWork(training isTrained: (TensorID) -> Bool) -> GradientWork {
    var work = GradientWork()
    for instruction in instructions[forwardCount...] {
      switch instruction.kernel {
      case .convolutionBackward, .depthwiseBackward, .linearBackward, .groupedConvolutionBackward,
        .dilatedDepthwiseBackward:
        guard let weight = instruction.slices.first.flatMap({ $0 }).map({ slices[$0.index] }) else { continue }
        // Every weight meets every position of the result once.
        let macs = weight.extent.reduce(1, *) * buffers[instruction.inputs[0].index].shape[..<3].reduce(1, *)
        if isTrained(weight.tensor) { work.weights += macs }
        if instruction.outputs.first.flatMap({ $0 }) != nil { work.inputs += macs }
      default: continue
      }
    }
    return work
  }
}
