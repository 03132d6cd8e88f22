import Foundation
import SpaceIR
import SpacePlanner
import Testing

/// What holds for the program of every architecture, checked without the binder's own bookkeeping.
@Suite struct ProgramInvariantTests {
  static let architectures = 20

  @Test(arguments: try PlannedSpace.all())
  func `a program is sound`(planned: PlannedSpace) throws {
    for architecture in try planned.members(Self.architectures) {
      for pass in [BindingOptions.Pass.forward, .forwardAndBackward] {
        let program = try planned.plan.bind(architecture, BindingOptions(batch: 3, pass: pass))
        expectWrittenBeforeRead(program)
        expectNoOverlap(program, elementBytes: 4)
        expectSlicesInside(program, of: planned.plan)
      }
    }
  }

  @Test(arguments: try PlannedSpace.all())
  func `the forward pass does not depend on what follows it`(planned: PlannedSpace) throws {
    for architecture in try planned.members(5) {
      let forward = try planned.plan.bind(architecture, BindingOptions(batch: 2, pass: .forward))
      let both = try planned.plan.bind(architecture, BindingOptions(batch: 2, pass: .forwardAndBackward))
      #expect(forward.instructions.count == forward.forwardCount)
      #expect(forward.instructions == Array(both.instructions[..<both.forwardCount]))
      #expect(forward.instructions.allSatisfy { !$0.kernel.isBackward })
      #expect(both.instructions[both.forwardCount...].allSatisfy { $0.kernel.isBackward || $0.kernel.isOfBoth })
      #expect(forward.arenaBytes < both.arenaBytes)
    }
  }

  @Test(arguments: try PlannedSpace.all())
  func `binding is deterministic`(planned: PlannedSpace) throws {
    let again = try SupernetPlan(for: planned.space)
    #expect(again.tensors == planned.plan.tensors)
    let options = BindingOptions(batch: 2, pass: .forwardAndBackward)
    for architecture in try planned.members(5) {
      #expect(try planned.plan.bind(architecture, options) == again.bind(architecture, options))
    }
  }

  @Test(arguments: try PlannedSpace.all())
  func `the arena grows with the batch and the element, not with the space`(planned: PlannedSpace) throws {
    for architecture in try planned.members(3) {
      let alone = try SupernetPlan(for: planned.space.bound(to: architecture))
      let options = BindingOptions(batch: 4, pass: .forwardAndBackward)
      let path = try planned.plan.bind(architecture, options)
      #expect(try alone.bind(Architecture(choices: []), options).arenaBytes == path.arenaBytes)
      var wide = options
      wide.elementBytes = 8
      #expect(try planned.plan.bind(architecture, wide).arenaBytes > path.arenaBytes)
    }
  }

  @Test func `an architecture of another space is refused`() throws {
    let planned = try PlannedSpace.named("digits")
    let options = BindingOptions(batch: 2, pass: .forward)
    #expect(throws: EvaluationError.self) {
      try planned.plan.bind(
        Architecture(choices: [Int?](repeating: nil, count: planned.space.decisions.count)), options)
    }
  }

  // MARK: Checks

  /// Each value is written before it is read; a later write of the same value adds, the first never does. A value that
  /// is written in parts is there when its channels are complete, and no channel is written twice.
  private func expectWrittenBeforeRead(_ program: KernelProgram) {
    var written = program.buffers.map { $0.offset == nil }
    var parts: [Int: IndexSet] = [:]
    for instruction in program.instructions {
      #expect(instruction.inputs.allSatisfy { written[$0.index] }, "\(instruction.kernel) reads what nothing wrote")
      for (output, adds) in zip(instruction.outputs, instruction.kernel.addsToOutputs(instruction.outputs.count)) {
        guard let output else { continue }
        #expect(program.buffers[output.index].offset != nil, "the images are never written")
        #expect(adds == written[output.index], "\(instruction.kernel) writes over or adds to nothing")
        if case .copyChannels(let range, adds: false) = instruction.kernel {
          let channels = range.place..<range.place + range.count
          #expect(!parts[output.index, default: []].intersects(integersIn: channels))
          parts[output.index, default: []].insert(integersIn: channels)
          written[output.index] = parts[output.index]?.count == program.buffers[output.index].shape[3]
        } else {
          written[output.index] = true
        }
      }
    }
  }

  /// Buffers alive together lie apart, and the arena ends where the last buffer does.
  private func expectNoOverlap(_ program: KernelProgram, elementBytes: Int) {
    var lastUse = [Int](repeating: -1, count: program.buffers.count)
    for (index, instruction) in program.instructions.enumerated() {
      for buffer in instruction.inputs + instruction.outputs.compactMap({ $0 }) { lastUse[buffer.index] = index }
    }
    for output in [program.logits] + program.furtherLogits { lastUse[output.index] = program.instructions.count }
    var alive: [(buffer: Int, start: Int, end: Int)] = []
    var isBorn = [Bool](repeating: false, count: program.buffers.count)
    var end = 0
    for (index, instruction) in program.instructions.enumerated() {
      alive.removeAll { lastUse[$0.buffer] < index }
      for output in instruction.outputs.compactMap({ $0?.index }) where !isBorn[output] {
        isBorn[output] = true
        guard let start = program.buffers[output].offset else { continue }
        let bytes = program.buffers[output].shape.reduce(1, *) * elementBytes
        #expect(bytes > 0 && start % 64 == 0)
        let hit = alive.first { $0.start < start + bytes && start < $0.end }
        #expect(hit == nil, "buffers \(output) and \(hit?.buffer ?? -1) overlap at instruction \(index)")
        alive.append((output, start, start + bytes))
        end = max(end, (start + bytes + 63) / 64 * 64)
      }
    }
    #expect(program.arenaBytes == end)
  }

  /// Every slice is a prefix along every axis but the sides of a kernel, of which it is the centre.
  private func expectSlicesInside(_ program: KernelProgram, of plan: SupernetPlan) {
    for slice in program.slices {
      let tensor = plan.tensors[slice.tensor.index]
      let isKernel = tensor.role == .convolution || tensor.role == .depthwise
      for (axis, (extent, whole)) in zip(slice.extent, tensor.shape).enumerated() {
        #expect(extent >= 1 && extent <= whole)
        #expect(slice.offset[axis] == (isKernel && (axis == 1 || axis == 2) ? (whole - extent) / 2 : 0))
      }
    }
  }
}

extension Kernel {
  /// Whether it belongs to either pass.
  var isOfBoth: Bool {
    switch self {
    case .copy, .copyChannels, .shuffle, .zero: true
    // What is computed again.
    case .normalise, .activation, .scale, .copiesWeightedSum, .convolution: true
    default: false
    }
  }

  /// Whether it belongs to the backward pass alone.
  var isBackward: Bool {
    switch self {
    case .convolutionBackward, .depthwiseBackward, .batchNormBackward, .activationBackward, .poolBackward,
      .globalPoolBackward, .linearBackward, .scaleBackward, .copiesSumBackward, .copiesSoftmaxBackward,
      .copiesWeightedSumBackward, .crossEntropyBackward, .groupedConvolutionBackward, .dilatedDepthwiseBackward,
      .multiplyBackward, .softmaxBackward, .resizeBackward, .layerNormBackward, .positionEmbeddingBackward,
      .attentionBackward, .maskBackward, .contrastBackward:
      true
    case .convolution, .depthwise, .batchNorm, .normalise, .activation, .pool, .globalPool, .linear, .scale,
      .copiesSum, .copiesSoftmax, .copiesWeightedSum, .add, .copy, .crossEntropy, .groupedConvolution,
      .dilatedDepthwise, .multiply,
      .copyChannels, .shuffle, .softmax, .zero, .resize, .layerNorm, .positionEmbedding, .attention, .quantize,
      .mask, .contrast:
      false
    }
  }

  /// For each output whether it is added to.
  func addsToOutputs(_ count: Int) -> [Bool] {
    switch self {
    case .convolutionBackward(_, let adds), .depthwiseBackward(_, _, let adds), .batchNormBackward(_, let adds),
      .activationBackward(_, let adds), .poolBackward(_, _, let adds), .globalPoolBackward(let adds),
      .linearBackward(let adds), .copiesSumBackward(_, let adds), .copiesSoftmaxBackward(_, let adds),
      .copy(let adds), .groupedConvolutionBackward(_, let adds), .dilatedDepthwiseBackward(_, _, _, let adds),
      .copyChannels(_, let adds), .shuffle(_, let adds), .softmaxBackward(_, _, let adds), .resizeBackward(_, let adds),
      .layerNormBackward(let adds), .positionEmbeddingBackward(let adds), .mask(let adds),
      .maskBackward(let adds):
      [adds]
    case .scaleBackward(let adds, let addsToScale): [adds, addsToScale]
    case .copiesWeightedSumBackward(_, let adds, let addsToWeights): [adds, addsToWeights]
    case .multiplyBackward(let adds, let addsToSecond): [adds, addsToSecond]
    case .convolution, .depthwise, .batchNorm, .normalise, .activation, .pool, .globalPool, .linear, .scale,
      .copiesSum, .copiesSoftmax, .copiesWeightedSum, .add, .crossEntropy, .crossEntropyBackward, .contrast,
      .contrastBackward, .groupedConvolution,
      .dilatedDepthwise, .multiply, .softmax, .zero, .resize, .layerNorm, .positionEmbedding, .attention,
      .attentionBackward, .quantize:
      [Bool](repeating: false, count: count)
    }
  }
}
