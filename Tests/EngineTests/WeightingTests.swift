import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Engine

/// A supernet of a shared stem and paths that differ in width, so that they touch different tensors and boxes.
struct PathNetwork {
  private(set) var tensors: [EngineTensor] = []
  private(set) var programs: [EngineProgram] = []
  let input = EngineBuffer.Shape(n: 4, h: 6, w: 6, c: 3)
  let elementType: EngineElementType

  init(paths: Int, elementType: EngineElementType = .float64, hidden: Int = 8) {
    self.elementType = elementType
    let branches = 3
    tensors = [EngineTensor(shape: [hidden, 3, 3, 3], role: .weight)]
    tensors += (0..<branches).map { _ in EngineTensor(shape: [1, 3, 3, hidden], role: .weight) }
    tensors += [
      EngineTensor(shape: [hidden], role: .undecayed), EngineTensor(shape: [hidden], role: .undecayed),
      EngineTensor(shape: [hidden], role: .statistic), EngineTensor(shape: [hidden], role: .statistic),
      EngineTensor(shape: [3, hidden], role: .weight), EngineTensor(shape: [3], role: .undecayed),
    ]
    for path in 0..<paths { programs.append(program(path: path, width: hidden - path % 3, branch: path % branches)) }
  }

  private func program(path: Int, width: Int, branch: Int) -> EngineProgram {
    var arena = 0
    var buffers = [EngineBuffer(.images, input)]
    func buffer(_ shape: EngineBuffer.Shape) -> EngineBuffer.ID {
      buffers.append(EngineBuffer(.arena(offset: arena), shape))
      arena += (shape.count * elementType.byteCount + 63) / 64 * 64
      return EngineBuffer.ID(buffers.count - 1)
    }
    let plane = EngineBuffer.Shape(n: input.n, h: 6, w: 6, c: width)
    let vector = EngineBuffer.Shape(n: 1, c: width)
    let pooledShape = EngineBuffer.Shape(n: input.n, c: width)
    let logitShape = EngineBuffer.Shape(n: input.n, c: 3)
    let (a, b, c, d) = (buffer(plane), buffer(plane), buffer(plane), buffer(plane))
    let (mean, rstd) = (buffer(vector), buffer(vector))
    let (pooled, dpooled) = (buffer(pooledShape), buffer(pooledShape))
    let (logits, dlogits) = (buffer(logitShape), buffer(logitShape))
    let (db, dc) = (buffer(plane), buffer(plane))
    func vectorSlice(_ tensor: Int) -> EngineSlice { EngineSlice(tensor: tensor, offset: [0], extent: [width]) }
    let slices = [
      EngineSlice(tensor: 0, offset: [0, 0, 0, 0], extent: [width, 3, 3, 3]),
      EngineSlice(tensor: 1 + branch, offset: [0, 0, 0, 0], extent: [1, 3, 3, width]),
      vectorSlice(4), vectorSlice(5), vectorSlice(6), vectorSlice(7),
      EngineSlice(tensor: 8, offset: [0, 0], extent: [3, width]),
      EngineSlice(tensor: 9, offset: [0], extent: [3]),
    ]
    let norm = EngineInstruction.Normalisation(
      scale: 2, shift: 3, running: .init(mean: 4, variance: 5), epsilon: 1e-3)
    return EngineProgram(
      forward: [
        .convolution(x: 0, y: a, weight: 0, bias: nil, .init(kernel: 3)),
        .depthwise(x: a, y: b, weight: 1, .init(kernel: 3), copies: 1),
        .batchNorm(x: b, y: c, mean: mean, rstd: rstd, norm),
        .activation(x: c, y: d, .swish),
        .globalPool(x: d, y: pooled),
        .linear(x: pooled, y: logits, weight: 6, bias: 7),
        .crossEntropy(logits: logits, smoothing: 0.05),
      ],
      backward: [
        .crossEntropyBackward(logits: logits, dlogits: dlogits, smoothing: 0.05),
        .linearBackward(dy: dlogits, x: pooled, dx: dpooled, weight: 6, bias: 7, .write),
        .globalPoolBackward(dy: dpooled, dx: d, .write),
        .activationBackward(dy: d, x: c, dx: dc, .swish, .write),
        .batchNormBackward(dy: dc, x: b, mean: mean, rstd: rstd, dx: db, scale: 2, shift: 3, .write),
        .depthwiseBackward(dy: db, x: a, dx: c, weight: 1, .init(kernel: 3), copies: 1, .write),
        .convolutionBackward(dy: c, x: 0, dx: nil, weight: 0, bias: nil, .init(kernel: 3), .write),
      ], buffers: buffers, slices: slices, logits: logits, arenaBytes: arena)
  }

  func context(lanes: Int = 1, threads: Int = 1) throws -> EngineContext {
    let options = EngineOptions(elementType: elementType, lanes: lanes, parallelism: .lanes(threads: threads))
    let context = try EngineContext(library: TestEngine.library(), options: options, tensors: tensors)
    var random = SeededRandom(seed: 11)
    for (index, tensor) in tensors.enumerated() {
      try context.write((0..<tensor.count).map { _ in random.uniform(-0.8...0.8) }, of: index)
    }
    let images = (0..<input.count).map { _ in Float(random.uniform(-1...1)) }
    try context.writeBatch(0, images: images, labels: [0, 1, 2, 1], shape: input)
    return context
  }

  var jobs: [EngineJob] { programs.map { EngineJob(program: $0, batch: 0) } }

  func gradients(of context: EngineContext) throws -> [[Double]] {
    try tensors.indices.map { try context.read(.gradient, of: $0, as: Double.self) }
  }
}

/// Jobs of one linear layer without inputs, whose losses are given numbers: job k sees row k of the bias.
private struct GivenLosses {
  let context: EngineContext
  let jobs: [EngineJob]

  /// - Parameter losses: Row k of the bias is (0, loss): log(1 + exp(loss)) is `loss` where that is large.
  init(_ losses: [Double], lanes: Int) throws {
    let tensors = [
      EngineTensor(shape: [2, 1], role: .weight), EngineTensor(shape: [losses.count, 2], role: .undecayed),
    ]
    context = try EngineContext(
      library: TestEngine.library(), options: EngineOptions(elementType: .float64, lanes: lanes), tensors: tensors)
    try context.write(losses.flatMap { [0, $0] }, of: 1)
    try context.writeBatch(0, images: [1], labels: [0], shape: .init(n: 1, c: 1))
    jobs = losses.indices.map { row in
      EngineJob(
        program: EngineProgram(
          forward: [.linear(x: 0, y: 1, weight: 0, bias: 1), .crossEntropy(logits: 1, smoothing: 0)],
          backward: [
            .crossEntropyBackward(logits: 1, dlogits: 2, smoothing: 0),
            .linearBackward(dy: 2, x: 0, dx: nil, weight: 0, bias: 1, .write),
          ],
          buffers: [
            EngineBuffer(.images, .init(n: 1, c: 1)), EngineBuffer(.arena(offset: 0), .init(n: 1, c: 2)),
            EngineBuffer(.arena(offset: 64), .init(n: 1, c: 2)),
          ],
          slices: [
            EngineSlice(tensor: 0, offset: [0, 0], extent: [2, 1]),
            EngineSlice(tensor: 1, offset: [row, 0], extent: [1, 2]),
          ], logits: 1, arenaBytes: 128), batch: 0)
    }
  }
}

@Suite struct WeightingTests {
  /// parsec.md, test P1.
  @Test(arguments: [1, 2, 3, 4], [0.0, 1_000_000.0])
  func `importance weights are the softmax of likelihoods`(lanes: Int, shift: Double) throws {
    let wanted = [0.129635, 0.580984, 0.288508, 0.000873]
    let given = try GivenLosses([120, 118.5, 119.2, 125].map { $0 + shift }, lanes: lanes)
    let outcomes = try given.context.accumulate(given.jobs, weighting: .importance(scale: 1))
    for (outcome, weight) in zip(outcomes, wanted) { #expect(abs(outcome.weight - weight) < 1e-6) }
    // A row's gradient is its job's weight times softmax minus one-hot, which is (-1, 1).
    let gradient = try given.context.read(.gradient, of: 1, as: Double.self)
    for (row, outcome) in outcomes.enumerated() {
      #expect(abs(gradient[2 * row] + outcome.weight) < 1e-12)
      #expect(abs(gradient[2 * row + 1] - outcome.weight) < 1e-12)
    }
  }

  @Test func `weights that vanish leave zero and touch`() throws {
    for losses in [[10.0, 5000, 900], [5000.0, 900, 10]] {
      let given = try GivenLosses(losses, lanes: 1)
      let outcomes = try given.context.accumulate(given.jobs, weighting: .importance(scale: 1))
      #expect(outcomes.map(\.weight).sorted() == [0, 0, 1])
      let gradient = try given.context.read(.gradient, of: 1, as: Double.self)
      #expect(gradient.filter { $0 != 0 }.count == 2)
    }
  }

  @Test(arguments: [1, 2, 3], [1.0, 40, 0])
  func `the online softmax equals two passes`(lanes: Int, scale: Double) throws {
    let network = PathNetwork(paths: 7)
    let context = try network.context(lanes: lanes)
    var single: [(likelihood: Double, gradients: [[Double]])] = []
    for job in network.jobs {
      let outcome = try context.accumulate([job], weighting: .importance(scale: scale))[0]
      #expect(outcome.weight == 1)
      single.append((-scale * 4 * outcome.loss, try network.gradients(of: context)))
    }
    let peak = single.map(\.likelihood).max()!
    let normaliser = single.map { exp($0.likelihood - peak) }.reduce(0, +)
    let weights = single.map { exp($0.likelihood - peak) / normaliser }
    let outcomes = try context.accumulate(network.jobs, weighting: .importance(scale: scale))
    for (outcome, weight) in zip(outcomes, weights) { #expect(abs(outcome.weight - weight) < 1e-13) }
    let merged = try network.gradients(of: context)
    for tensor in network.tensors.indices {
      for element in merged[tensor].indices {
        let wanted = zip(weights, single).reduce(0) { $0 + $1.0 * $1.1.gradients[tensor][element] }
        #expect(abs(merged[tensor][element] - wanted) < 1e-12)
      }
    }
  }

  @Test func `uniform weights are one over the jobs`() throws {
    let network = PathNetwork(paths: 4)
    let context = try network.context(lanes: 2)
    var sum = network.tensors.map { [Double](repeating: 0, count: $0.count) }
    for job in network.jobs {
      _ = try context.accumulate([job], weighting: .uniform)
      for (tensor, gradient) in try network.gradients(of: context).enumerated() {
        for element in gradient.indices { sum[tensor][element] += gradient[element] / 4 }
      }
    }
    let outcomes = try context.accumulate(network.jobs, weighting: .uniform)
    #expect(outcomes.map(\.weight) == [0.25, 0.25, 0.25, 0.25])
    let merged = try network.gradients(of: context)
    for (a, b) in zip(merged.joined(), sum.joined()) { #expect(abs(a - b) < 1e-13) }
  }

  @Test(arguments: [EngineWeighting.uniform, .importance(scale: 1), .importance(scale: 30)], [1, 2])
  func `a multiplicity of two is two equal jobs`(weighting: EngineWeighting, lanes: Int) throws {
    let network = PathNetwork(paths: 3)
    let context = try network.context(lanes: lanes)
    let jobs = network.jobs
    let apart = try context.accumulate([jobs[0], jobs[1], jobs[1], jobs[2]], weighting: weighting)
    let wanted = try network.gradients(of: context)
    var twice = jobs
    twice[1].multiplicity = 2
    let together = try context.accumulate(twice, weighting: weighting)
    let found = try network.gradients(of: context)
    let shares = [apart[0].weight, apart[1].weight + apart[2].weight, apart[3].weight]
    for (outcome, share) in zip(together, shares) { #expect(abs(outcome.weight - share) < 1e-13) }
    #expect(abs(together.map(\.weight).reduce(0, +) - 1) < 1e-13)
    for (a, b) in zip(found.joined(), wanted.joined()) { #expect(abs(a - b) < 1e-12) }
  }

  @Test(arguments: [0, -1])
  func `a job that was never drawn is refused`(multiplicity: Int) throws {
    let network = PathNetwork(paths: 1)
    let context = try network.context()
    let job = EngineJob(program: network.programs[0], batch: 0, multiplicity: multiplicity)
    #expect(throws: EngineError.self) { _ = try context.accumulate([job], weighting: .uniform) }
  }

  /// Everything that a few training steps leave behind, as bits.
  private func trained(_ type: EngineElementType, lanes: Int, threads: Int) throws -> [[UInt64]] {
    let network = PathNetwork(paths: 7, elementType: type)
    let context = try network.context(lanes: lanes, threads: threads)
    var found: [[UInt64]] = []
    for _ in 0..<5 {
      let outcomes = try context.accumulate(network.jobs, weighting: .importance(scale: 3), recording: 0.1)
      found.append(outcomes.flatMap { [$0.loss.bitPattern, $0.weight.bitPattern] })
      found += try network.gradients(of: context).map { $0.map(\.bitPattern) }
      _ = try context.update(.init(.sgd(momentum: 0.9), rate: 0.05, weightDecay: 1e-4))
    }
    return try found + network.tensors.indices.map { try context.read(of: $0, as: Double.self).map(\.bitPattern) }
  }

  @Test(arguments: [EngineElementType.float32, .float64], [2, 3])
  func `threads change no bit`(type: EngineElementType, lanes: Int) throws {
    let alone = try trained(type, lanes: lanes, threads: 1)
    for _ in 0..<3 { #expect(try trained(type, lanes: lanes, threads: 2) == alone) }
  }

  @Test func `contexts work side by side`() throws {
    let alone = try trained(.float32, lanes: 1, threads: 1)
    let found = Mutex<[[[UInt64]]]>([])
    DispatchQueue.concurrentPerform(iterations: 6) { _ in
      let result = Result { try trained(.float32, lanes: 1, threads: 1) }
      found.withLock { $0.append((try? result.get()) ?? []) }
    }
    #expect(found.withLock { $0 } == Array(repeating: alone, count: 6))
  }

  @Test func `evaluation by lanes gives the jobs' own outcomes`() throws {
    let network = PathNetwork(paths: 5)
    let context = try network.context(lanes: 2, threads: 2)
    let together = try context.answers(of: network.jobs, statistics: .batch)
    for (job, answer) in zip(network.jobs, together) {
      #expect(try context.answers(of: [job], statistics: .batch) == [answer])
    }
    #expect(try context.evaluate([], statistics: .batch).isEmpty)
    #expect(try context.accumulate([], weighting: .uniform).isEmpty)
  }
}
