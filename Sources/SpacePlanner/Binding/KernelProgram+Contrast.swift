extension KernelProgram {
  /// The program with a contrastive loss in the place of its cross-entropy: positives are input 1 of the batch, with the shape
  /// of the output.
  ///
  /// - Parameters:
  ///   - negatives: All of a tensor `[vectors, elements]`; nil: none.
  ///   - factor: Multiplies the gradient.
  package func contrasted(negatives: WeightSlice?, temperature: Double, factor: Double) -> KernelProgram {
    var program = self
    program.buffers.append(Buffer(shape: buffers[logits.index].shape, offset: nil, input: 1))
    let positives = BufferID(index: program.buffers.count - 1)
    var slices: [SliceID?] = []
    if let negatives {
      program.slices.append(negatives)
      slices = [SliceID(index: program.slices.count - 1)]
    }
    program.instructions = instructions.map { instruction in
      switch instruction.kernel {
      case .crossEntropy:
        Instruction(
          kernel: .contrast(temperature: temperature), inputs: [logits, positives], outputs: [], slices: slices)
      case .crossEntropyBackward:
        Instruction(
          kernel: .contrastBackward(temperature: temperature, factor: factor), inputs: [logits, positives],
          outputs: instruction.outputs, slices: slices)
      default: instruction
      }
    }
    return program
  }

  /// The forward pass without a loss: what it computes is read.
  package var withoutLoss: KernelProgram {
    var program = self
    program.instructions = instructions[..<forwardCount].filter {
      if case .crossEntropy = $0.kernel { false } else { true }
    }
    program.forwardCount = program.instructions.count
    return program
  }

  /// The forward pass up to the first kernel that uses some tensors, whose operand is read; nil where there is none.
  package func before(_ isMeant: (TensorID) -> Bool) -> KernelProgram? {
    let first = instructions[..<forwardCount].firstIndex { instruction in
      instruction.slices.contains { $0.map { isMeant(slices[$0.index].tensor) } ?? false }
    }
    guard let first else { return nil }
    var program = self
    program.instructions = Array(instructions[..<first])
    program.forwardCount = first
    program.logits = instructions[first].inputs[0]
    return program
  }
}

extension SupernetPlan {
  /// The plan with a queue of negatives as its last tensor.
  package func withQueue(vectors: Int, elements: Int) -> SupernetPlan {
    let queue = WeightTensor(name: "queue", role: .queue, shape: [vectors, elements], fanIn: 1)
    return SupernetPlan(
      space: space, tensors: tensors + [queue], steps: steps, weights: weights, types: types,
      recordsStatistics: recordsStatistics)
  }
}
