import CEngine

/// A kernel program, encoded once and run as often as wanted, from any thread.
package final class EngineProgram: @unchecked Sendable {
  // Proof of Sendable: the C arrays are written in the initializer only, and freed when no reference is left.
  private let instructions: UnsafeMutableBufferPointer<es_instruction>
  private let buffers: UnsafeMutableBufferPointer<es_buffer>
  private let slices: UnsafeMutableBufferPointer<es_slice>
  private let header: UnsafeMutablePointer<es_program>

  package let arenaBytes: Int
  /// Shape of the logits: [n, h, w, classes], for a classifier one position.
  package let logitsShape: EngineBuffer.Shape

  /// - Parameters:
  ///   - forward: With one `crossEntropy` for each output that has labels, the first among them.
  ///   - backward: Run after `forward` by `accumulate`, not by `evaluate`.
  ///   - logits: The buffer that holds the logits when the forward part has run.
  ///   - arenaBytes: What all buffers lie in.
  /// - Precondition: `logits` is a place in `buffers`. Anything else that is wrong is an `EngineError` of the run.
  package init(
    forward: [EngineInstruction], backward: [EngineInstruction], buffers: [EngineBuffer], slices: [EngineSlice],
    logits: EngineBuffer.ID, arenaBytes: Int
  ) {
    instructions = .copy(of: (forward + backward).lazy.map(\.encoded))
    self.buffers = .copy(of: buffers.lazy.map(\.encoded))
    self.slices = .copy(of: slices.lazy.map(\.encoded))
    self.arenaBytes = arenaBytes
    logitsShape = buffers[logits.index].shape
    header = .allocate(capacity: 1)
    header.initialize(
      to: es_program(
        instructions: instructions.baseAddress, instruction_count: Int32(instructions.count),
        forward_count: Int32(forward.count), buffers: self.buffers.baseAddress,
        buffer_count: Int32(self.buffers.count), slices: self.slices.baseAddress,
        slice_count: Int32(self.slices.count), logits: Int32(clamping: logits.index), arena_bytes: Int64(arenaBytes)))
  }

  deinit {
    instructions.deallocate()
    buffers.deallocate()
    slices.deallocate()
    header.deallocate()
  }

  package var instructionCount: Int { instructions.count }

  /// Valid while the program lives.
  var encoded: UnsafePointer<es_program> { UnsafePointer(header) }
}

extension UnsafeMutableBufferPointer {
  fileprivate static func copy(of elements: some Collection<Element>) -> Self {
    let room = Self.allocate(capacity: elements.count)
    _ = room.initialize(fromContentsOf: elements)
    return room
  }
}
