import Testing

@testable import Engine

@Suite struct ErrorTests {
  private let shape = EngineBuffer.Shape(n: 2, h: 4, w: 4, c: 3)

  /// Runs a program of `instructions` and the loss on three images-sized values, a vector, logits and one weight.
  private func run(
    _ instructions: [EngineInstruction], labels: [Int] = [0, 1], slice: EngineSlice? = nil, arenaBytes: Int = 4096,
    backward: [EngineInstruction] = [], extra: EngineBuffer? = nil
  ) throws {
    let context = try EngineContext(
      library: TestEngine.library(), options: EngineOptions(elementType: .float64),
      tensors: [EngineTensor(shape: [5, 3, 3, 3], role: .weight), EngineTensor(shape: [3, 3], role: .weight)])
    try context.writeBatch(
      0, images: [Float](repeating: 0.5, count: shape.count), labels: labels, shape: shape)
    var buffers = [
      EngineBuffer(.images, shape), EngineBuffer(.arena(offset: 0), shape), EngineBuffer(.arena(offset: 768), shape),
      EngineBuffer(.arena(offset: 1536), .init(n: 2, c: 3)), EngineBuffer(.arena(offset: 1600), .init(n: 2, c: 3)),
    ]
    if let extra { buffers.append(extra) }
    let program = EngineProgram(
      forward: instructions + [
        .globalPool(x: 0, y: 3), .linear(x: 3, y: 4, weight: 1, bias: nil),
        .crossEntropy(logits: 4, smoothing: 0),
      ],
      backward: backward, buffers: buffers,
      slices: [
        slice ?? EngineSlice(tensor: 0, offset: [0, 0, 0, 0], extent: [3, 3, 3, 3]),
        EngineSlice(tensor: 1, offset: [0, 0], extent: [3, 3]),
      ], logits: 4, arenaBytes: arenaBytes)
    _ = try context.accumulate([EngineJob(program: program, batch: 0)], weighting: .uniform)
  }

  private func expectRefusal(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    let error = #expect(throws: EngineError.self, sourceLocation: sourceLocation, performing: body)
    #expect(error?.status == .invalid, sourceLocation: sourceLocation)
    #expect(error?.message == text, sourceLocation: sourceLocation)
  }

  @Test func `a sound program is taken`() throws {
    try run([.convolution(x: 0, y: 1, weight: 0, bias: nil, .init(kernel: 3))])
    try run([.copy(from: 0, to: 1, .write), .activation(x: 1, y: 1, .relu)])
  }

  @Test func `a malformed instruction is named`() throws {
    let window = EngineInstruction.Window(kernel: 3)
    expectRefusal("job 0: instruction 0 (convolution): there is no buffer 9") {
      try run([.convolution(x: 0, y: 9, weight: 0, bias: nil, window)])
    }
    expectRefusal("job 0: instruction 0 (convolution): there is no slice 7") {
      try run([.convolution(x: 0, y: 1, weight: 7, bias: nil, window)])
    }
    expectRefusal("job 0: instruction 1 (convolution): the output is [2, 4, 4, 3], not [2, 2, 2, 3]") {
      try run([
        .activation(x: 0, y: 1, .relu), .convolution(x: 1, y: 2, weight: 0, bias: nil, .init(kernel: 3, stride: 2)),
      ])
    }
    expectRefusal("job 0: instruction 0 (convolution): attribute 0 is 0, not 1 to 4096") {
      try run([.convolution(x: 0, y: 1, weight: 0, bias: nil, .init(kernel: 0))])
    }
    expectRefusal("job 0: instruction 0 (convolution): the weight is not [out, kernel, kernel, in]") {
      try run([.convolution(x: 0, y: 1, weight: 1, bias: nil, window)])
    }
    expectRefusal("job 0: instruction 0 (batch_norm): mean is [2, 1, 1, 3], not [1, 1, 1, 3]") {
      try run([
        .batchNorm(
          x: 0, y: 1, mean: 3, rstd: 4, .init(scale: 0, shift: 0, running: nil, epsilon: 1e-3))
      ])
    }
    expectRefusal("job 0: instruction 0 (copies_sum): the value with the copies is [2, 4, 4, 3], not [2, 4, 4, 6]") {
      try run([.copiesSum(x: 0, y: 1, copies: 2)])
    }
    expectRefusal("job 0: instruction 0 (copy_channels): channels that dst has not are written") {
      try run([.copyChannels(from: 1, to: 2, .init(first: 0, place: 2, count: 2), .write)])
    }
    expectRefusal("job 0: instruction 0 (shuffle): the groups do not divide the channels") {
      try run([.shuffle(x: 1, y: 2, groups: 2, .write)])
    }
    expectRefusal("job 0: instruction 0 (attention): the heads do not divide the channels") {
      try run([.attention(q: 1, k: 1, v: 1, y: 2, heads: 2)])
    }
    expectRefusal("job 0: instruction 0 (quantize): attribute 0 is 1, not 2 to 30") {
      try run([.quantize(x: 1, y: 2, bits: 1, .symmetric)])
    }
    expectRefusal(
      "job 0: instruction 0 (grouped_convolution): the weight's input channels are not those of a group of x"
    ) {
      try run([.groupedConvolution(x: 1, y: 2, weight: 0, bias: nil, .init(height: 3, width: 3, groups: 3))])
    }
    expectRefusal("job 0: instruction 0 (copy): an output is the batch's images") {
      try run([.copy(from: 1, to: 0, .write)])
    }
    expectRefusal("job 0: instruction 0 (activation): an output overlaps an input") {
      try run([.activation(x: 1, y: 5, .relu)], extra: EngineBuffer(.arena(offset: 64), shape))
    }
    expectRefusal("job 0: instruction 0 (convolution): an output overlaps an input") {
      try run([.convolution(x: 1, y: 1, weight: 0, bias: nil, window)])
    }
    expectRefusal("job 0: instruction 0 (global_pool_backward): a backward instruction in the forward part") {
      try run([.globalPoolBackward(dy: 3, dx: 1, .write)])
    }
    expectRefusal("job 0: instruction 3 (cross_entropy): a loss in the backward part") {
      try run([], backward: [.crossEntropy(logits: 4, smoothing: 0)])
    }
  }

  @Test func `a malformed operand is named`() throws {
    expectRefusal("job 0: slice 0: axis 0 takes 3 from 3 of 5 in tensor 0") {
      try run([], slice: EngineSlice(tensor: 0, offset: [3, 0, 0, 0], extent: [3, 3, 3, 3]))
    }
    expectRefusal("job 0: slice 0: there is no tensor 4") {
      try run([], slice: EngineSlice(tensor: 4, offset: [0], extent: [3]))
    }
    expectRefusal("job 0: slice 0: rank 1 of tensor 0 of rank 4") {
      try run([], slice: EngineSlice(tensor: 0, offset: [0], extent: [3]))
    }
    expectRefusal("job 0: buffer 4: it ends outside the arena of 1640 bytes") { try run([], arenaBytes: 1640) }
    expectRefusal("job 0: buffer 5: offset 4 is not a multiple of the element size") {
      try run([], extra: EngineBuffer(.arena(offset: 4), .init(n: 1, c: 1)))
    }
    expectRefusal("job 0: buffer 5: the shape is not that of the job's batch") {
      try run([], extra: EngineBuffer(.images, .init(n: 3, h: 4, w: 4, c: 3)))
    }
    expectRefusal("job 0: instruction 2 (cross_entropy): label 3 of 3 classes") { try run([], labels: [0, 3]) }
    expectRefusal("job 0: instruction 2 (cross_entropy): label -1 of 3 classes") { try run([], labels: [-1, 2]) }
    expectRefusal("job 0: the forward part has not exactly one cross-entropy") {
      try run([.crossEntropy(logits: 4, smoothing: 0)])
    }
    expectRefusal("job 0: instruction 0 (cross_entropy): the batch has no labels for output 1") {
      try run([.crossEntropy(logits: 4, smoothing: 0, output: 1)])
    }
    expectRefusal("job 0: instruction 0 (cross_entropy): logits of 32 positions, but 2 labels") {
      try run([.crossEntropy(logits: 1, smoothing: 0)])
    }
    expectRefusal("job 0: buffer 5: nothing was written to input 1 of the batch") {
      try run([], extra: EngineBuffer(.input(1), .init(n: 2, h: 4, w: 4, c: 3)))
    }
  }

  @Test func `a context refuses what it does not hold`() throws {
    let network = PathNetwork(paths: 1)
    let context = try network.context()
    expectRefusal("job 0: nothing was written to batch slot 3") {
      _ = try context.evaluate([EngineJob(program: network.programs[0], batch: 3)], statistics: .batch)
    }
    expectRefusal("there is no tensor 99 among 10") { try context.write([1.0], of: 99) }
    expectRefusal("there is no tensor -1 among 10") { _ = try context.read(of: -1, as: Float.self) }
    expectRefusal("1 values for a plane of 3") { try context.write([1.0], of: 9) }
    expectRefusal("a momentum or decay is not in 0 ..< 1") {
      _ = try context.update(.init(.sgd(momentum: 1), rate: 0.1))
    }
    expectRefusal("the number of lanes is not 1 to 1024") {
      _ = try EngineContext(library: TestEngine.library(), options: EngineOptions(lanes: 0), tensors: [])
    }
  }

  @Test(arguments: [1, 2])
  func `a loss that is not finite names its job and leaves nothing`(lanes: Int) throws {
    let network = PathNetwork(paths: 5)
    let context = try network.context(lanes: lanes, threads: lanes)
    try context.writeBatch(
      1, images: [Float](repeating: .infinity, count: network.input.count), labels: [0, 1, 2, 1], shape: network.input)
    let before = try network.tensors.indices.map { try context.read(of: $0, as: Double.self) }
    var jobs = network.jobs
    jobs[2].batch = 1
    jobs[3].batch = 1
    let error = #expect(throws: EngineError.self) {
      try context.accumulate(jobs, weighting: .importance(scale: 1), recording: 0.5)
    }
    #expect(error?.status == .notFinite)
    #expect(error?.message.hasPrefix("job 2: the loss is ") == true)
    #expect(try network.tensors.indices.map { try context.read(of: $0, as: Double.self) } == before)
    #expect(try network.gradients(of: context).joined().allSatisfy { $0 == 0 })
    #expect(try context.update(.init(.sgd(momentum: 0), rate: 1)) == 0)
    #expect(throws: EngineError.self) { try context.evaluate(jobs, statistics: .record(factor: 1)) }
    #expect(try network.tensors.indices.map { try context.read(of: $0, as: Double.self) } == before)
    #expect(try context.evaluate(jobs, statistics: .batch)[2].loss.isFinite == false)
  }

  @Test func `running out of memory is reported`() throws {
    let error = #expect(throws: EngineError.self) {
      try EngineContext(
        library: TestEngine.library(), options: EngineOptions(),
        // 2^48 bytes: more than any address space has, so no machine tries.
        tensors: [EngineTensor(shape: [1 << 23, 1 << 23], role: .weight)])
    }
    #expect(error?.status == .outOfMemory)
  }

  @Test func `an absent device is reported`() throws {
    let library = try TestEngine.library()
    guard !library.description.hasCUDA else { return }
    let error = #expect(throws: EngineError.self) {
      try EngineContext(library: library, options: EngineOptions(device: .cuda(index: 0)), tensors: [])
    }
    #expect(error?.status == .device)
    // Which of the two it is, is another remedy.
    let message = error?.message ?? ""
    #expect(message.contains("there is no GPU") != message.contains("the torch in use has no CUDA"), "\(message)")
    #expect(error?.description.contains("help: 'cpu' always works") == true)
  }
}
