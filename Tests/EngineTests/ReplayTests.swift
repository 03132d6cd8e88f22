import Testing

@testable import Engine

/// A program that comes again gives what it gave before. On a CUDA device it is captured the second time and replayed
/// from the third on; ESPALIER_TEST_DEVICE says where these run.
@Suite struct ReplayTests {
  static let times = 5

  @Test(arguments: bothTypes, [EngineWeighting.uniform, .importance(scale: 1)])
  func `gradients are the same each time`(type: EngineElementType, weighting: EngineWeighting) throws {
    let network = PathNetwork(paths: 3, elementType: type)
    let context = try network.context()
    var first: (outcomes: [EngineOutcome], gradients: [[Double]])?
    for _ in 0..<Self.times {
      let outcomes = try context.accumulate(network.jobs, weighting: weighting)
      let gradients = try network.gradients(of: context)
      if let first {
        #expect(outcomes == first.outcomes)
        #expect(gradients == first.gradients)
      } else {
        first = (outcomes, gradients)
      }
    }
  }

  /// What a job's weight is, which tensors hold the gradient already, and what the weights and images are may differ from
  /// one time to the next.
  @Test func `what was captured sees the weights, images and path weights of now`() throws {
    let network = PathNetwork(paths: 3, elementType: .float64)
    let used = try network.context()
    for _ in 0..<Self.times { _ = try used.accumulate(network.jobs, weighting: .uniform) }

    let images = (0..<network.input.count).map { Float($0 % 7) / 7 - 0.4 }
    let fresh = try network.context()
    for context in [used, fresh] {
      for (index, tensor) in network.tensors.enumerated() {
        try context.write((0..<tensor.count).map { Double(($0 * 5 + index) % 11) / 11 - 0.3 }, of: index)
      }
      try context.writeBatch(0, images: images, labels: [2, 1, 0, 0], shape: network.input)
    }
    let jobs = Array(network.jobs[1...]) + network.jobs[..<1]
    let outcomes = try used.accumulate(jobs, weighting: .importance(scale: 2))
    #expect(try outcomes == fresh.accumulate(jobs, weighting: .importance(scale: 2)))
    #expect(try network.gradients(of: used) == network.gradients(of: fresh))
  }

  /// Exchanging values and averages moves the parameters to other addresses.
  @Test func `parameters that moved are seen`() throws {
    let network = PathNetwork(paths: 1, elementType: .float64)
    let context = try network.context()
    let before = try context.accumulate(network.jobs, weighting: .uniform)[0].loss
    for _ in 0..<Self.times {
      _ = try context.accumulate(network.jobs, weighting: .uniform)
      _ = try context.update(EngineUpdate(.sgd(momentum: 0.9), rate: 0.05, averageDecay: 0.999))
    }
    let trained = try context.accumulate(network.jobs, weighting: .uniform)[0].loss
    try context.swapAverages()
    let averaged = try context.accumulate(network.jobs, weighting: .uniform)[0].loss
    #expect(abs(averaged - before) < abs(trained - before) / 10)
    try context.swapAverages()
    #expect(try context.accumulate(network.jobs, weighting: .uniform)[0].loss == trained)
  }

  /// running = running / 2 + batch / 2, five times: 1/32 of what it was at first is left.
  @Test func `recorded statistics follow each time`() throws {
    var network = TestNetwork(input: .init(n: 6, h: 4, w: 3, c: 5), margin: .none, elementType: .float64)
    let logits = network.classify([network.batchNorm(network.images)], classes: 3)
    let context = try network.context()
    let job = EngineJob(program: network.program(logits: logits), batch: 0)
    let statistics = network.tensors.indices.filter { network.tensors[$0].role == .statistic }
    func running() throws -> [Double] { try statistics.flatMap { try context.read(of: $0, as: Double.self) } }
    let start = try running()
    var first: [Double] = []
    for time in 1...5 {
      _ = try context.evaluate([job], statistics: .record(factor: 0.5))
      if time == 1 { first = try running() }
    }
    for ((start, first), last) in zip(zip(start, first), try running()) {
      let batch = 2 * first - start
      #expect(abs(last - (start / 32 + batch * 31 / 32)) < 1e-12)
    }
  }
}
