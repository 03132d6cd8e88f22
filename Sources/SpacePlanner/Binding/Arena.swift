/// Gives every buffer an offset so that buffers alive at the same time do not overlap; returns the arena's size in bytes.
///
/// A buffer lives from the instruction that first writes it to the last one that reads or writes it; logits live to the
/// end, and what a batch norm reads as long as the engine may still be computing its result piece by piece. Offsets are multiples of 64 bytes. Greedy first fit in order of first write: optimal placement is NP-hard
/// (Garey and Johnson 1979, SR2), and training programs are nearly stacks, for which first fit is close to the lower bound.
func placeBuffers(of program: inout KernelProgram, elementBytes: Int) -> Int {
  var first = [Int?](repeating: nil, count: program.buffers.count)
  var last = [Int](repeating: 0, count: program.buffers.count)
  for (index, instruction) in program.instructions.enumerated() {
    for buffer in instruction.outputs.compactMap({ $0 }) + instruction.inputs {
      first[buffer.index] = first[buffer.index] ?? index
      last[buffer.index] = index
    }
  }
  for (index, reader) in program.instructions.piecewiseReaders {
    for buffer in program.instructions[index].inputs + program.instructions[index].outputs.compactMap({ $0 }) {
      last[buffer.index] = max(last[buffer.index], reader)
    }
  }
  for output in [program.logits] + program.furtherLogits { last[output.index] = program.instructions.count }
  let order = program.buffers.indices.filter { first[$0] != nil && program.buffers[$0].offset != nil }
    .sorted { (first[$0] ?? 0, $0) < (first[$1] ?? 0, $1) }
  var alive: [Placed] = []
  var arena = 0
  for index in order {
    let start = first[index] ?? 0
    alive.removeAll { $0.last < start }
    let bytes = (program.buffers[index].shape.reduce(1, *) * elementBytes + 63) / 64 * 64
    let offset = firstGap(of: bytes, among: alive)
    program.buffers[index].offset = offset
    let placed = Placed(offset: offset, end: offset + bytes, last: last[index])
    alive.insert(placed, at: alive.firstIndex { $0.offset > offset } ?? alive.count)
    arena = max(arena, placed.end)
  }
  return arena
}

extension [Instruction] {
  /// Batch norms with the instruction after them that the engine may run together with them, by their places.
  ///
  /// One that makes a convolution's gradient may have one between that makes the convolution's input.
  fileprivate var piecewiseReaders: [(maker: Int, reader: Int)] {
    indices.compactMap { index in
      guard self[index].isPiecewise, let made = self[index].outputs.first.flatMap({ $0 }) else { return nil }
      return self[(index + 1)...].prefix(2).firstIndex { $0.isConvolution && $0.inputs.contains(made) }
        .map { (index, $0) }
    }
  }
}

extension Instruction {
  fileprivate var isPiecewise: Bool {
    switch kernel {
    case .batchNorm, .normalise, .batchNormBackward: true
    default: false
    }
  }

  fileprivate var isConvolution: Bool {
    switch kernel {
    case .convolution, .convolutionBackward, .depthwise, .depthwiseBackward: true
    default: false
    }
  }
}

private struct Placed {
  let offset: Int
  let end: Int
  let last: Int
}

/// The lowest offset at which the bytes fit between buffers sorted by offset.
private func firstGap(of bytes: Int, among alive: [Placed]) -> Int {
  var offset = 0
  for buffer in alive {
    if buffer.offset - offset >= bytes { return offset }
    offset = max(offset, buffer.end)
  }
  return offset
}
