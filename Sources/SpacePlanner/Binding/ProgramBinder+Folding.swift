extension ProgramBinder {
  /// Folds each activation into the batch norm before it, where nothing else reads what lies between: one pass over
  /// memory instead of two, and one value less to keep.
  mutating func foldActivations(outputs: [BufferID]) {
    var readers = [Int](repeating: 0, count: buffers.count)
    for instruction in forward { for input in instruction.inputs { readers[input.index] += 1 } }
    for output in outputs { readers[output.index] += 1 }
    var norms: [Int: Int] = [:]
    var kept: [Instruction] = []
    kept.reserveCapacity(forward.count)
    /// By old position: the new one, of a folded activation that of what follows it.
    var positions: [Int] = []
    for instruction in forward {
      positions.append(kept.count)
      switch instruction.kernel {
      case .batchNorm:
        if let y = instruction.outputs[0] { norms[y.index] = kept.count }
        kept.append(instruction)
      case .activation(let function):
        guard let norm = norms[instruction.inputs[0].index], readers[instruction.inputs[0].index] == 1,
          case .batchNorm(let epsilon, function: nil) = kept[norm].kernel
        else {
          kept.append(instruction)
          continue
        }
        kept[norm] = Instruction(
          kernel: .batchNorm(epsilon: epsilon, function: function), inputs: kept[norm].inputs,
          outputs: instruction.outputs + kept[norm].outputs.dropFirst(), slices: kept[norm].slices)
      default: kept.append(instruction)
      }
    }
    positions.append(kept.count)
    forward = kept
    segments = segments.map {
      KernelProgram.ProgramSegment(
        layer: $0.layer,
        instructions: positions[$0.instructions.lowerBound]..<positions[$0.instructions.upperBound])
    }
  }
}
