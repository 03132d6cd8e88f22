import Testing

@testable import Engine

/// The peak is this context's; on a CUDA device it is that of the process, which runs other tests at the same time.
@Suite(.enabled(if: TestEngine.device == .cpu))
struct MemoryTests {
  /// Peak bytes of one accumulate call of `jobs` jobs, in a context that has run before.
  private func peak(jobs: Int, lanes: Int) throws -> EngineMemory {
    let network = PathNetwork(paths: 12, elementType: .float32, hidden: 64)
    let context = try network.context(lanes: lanes)
    _ = try context.accumulate(network.jobs, weighting: .importance(scale: 1))
    _ = try context.memory(resettingPeak: true)
    _ = try context.accumulate(Array(network.jobs.prefix(jobs)), weighting: .importance(scale: 1))
    return try context.memory()
  }

  /// parsec.md, test P5.
  @Test func `the peak does not grow with the number of jobs`() throws {
    let few = try peak(jobs: 3, lanes: 1)
    let many = try peak(jobs: 12, lanes: 1)
    #expect(few.peak == many.peak)
    #expect(few.peak >= few.parameters + few.gradients + few.arenas)
  }

  @Test func `a lane costs an arena and a gradient buffer`() throws {
    let one = try peak(jobs: 12, lanes: 1)
    let two = try peak(jobs: 12, lanes: 2)
    #expect(two.parameters == one.parameters)
    #expect(two.arenas == 2 * one.arenas)
    #expect(two.gradients == 2 * one.gradients)
    #expect(two.peak - one.peak <= one.arenas + one.gradients)
  }

  @Test func `planes are counted when they appear`() throws {
    let context = try EngineContext(
      library: TestEngine.library(), options: EngineOptions(), tensors: [EngineTensor(shape: [8, 16], role: .weight)])
    #expect(try context.memory().parameters == 512)
    #expect(try context.memory().gradients == 0)
    try context.write([Float](repeating: 1, count: 128), to: .gradient, of: 0)
    #expect(try context.memory().gradients == 512)
    _ = try context.update(.init(.adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), rate: 0.1, averageDecay: 0.9))
    #expect(try context.memory().optimiser == 3 * 512)
  }
}
