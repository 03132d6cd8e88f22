import Testing

@testable import Engine

/// What `train` freezes has no gradient and does not move; what it leaves has the gradient that it has without.
@Suite struct FrozenTensorTests {
  @Test(arguments: OperationCase.all, MaskTests.options)
  func `the others' gradients stay, and the frozen have none`(
    operation: OperationCase, options: EngineOptions
  ) throws {
    let (network, logits) = operation.network(margin: .around, elementType: options.elementType)
    let job = EngineJob(program: network.program(logits: logits), batch: 0)
    let context = try network.context(options, seed: 6)
    func gradients() throws -> [[Double]] {
      _ = try context.accumulate([job], weighting: .uniform)
      return try network.tensors.indices.map { try context.read(.gradient, of: $0, as: Double.self) }
    }
    let all = try gradients()
    for parity in [0, 1] {
      let trained = network.tensors.indices.filter { $0 % 2 == parity && network.tensors[$0].role != .statistic }
      try context.train(trained)
      let found = try gradients()
      for tensor in network.tensors.indices {
        if trained.contains(tensor) {
          let largest = all[tensor].map(abs).max() ?? 0
          let error = zip(found[tensor], all[tensor]).map { abs($0 - $1) }.max() ?? 0
          // Another set of wanted gradients may take another path through a library.
          #expect(error <= (options.elementType == .float64 ? 1e-12 : 1e-5) * max(1, largest))
        } else {
          #expect(found[tensor].allSatisfy { $0 == 0 })
        }
      }
    }
  }

  @Test func `an update and its clipping see the trained alone`() throws {
    let (network, logits) = OperationCase.all[0].network(margin: .none)
    let job = EngineJob(program: network.program(logits: logits), batch: 0)
    let context = try network.context(seed: 2)
    let update = EngineUpdate(.sgd(momentum: 0.9), rate: 0.1, clipNorm: 1e-3)
    func planes(_ plane: EnginePlane) throws -> [[Double]] {
      try network.tensors.indices.map { try context.read(plane, of: $0, as: Double.self) }
    }
    _ = try context.accumulate([job], weighting: .uniform)
    _ = try context.update(update)
    let before = (values: try planes(.value), momentum: try planes(.momentum), steps: try planes(.steps))
    try context.train([1])
    _ = try context.accumulate([job], weighting: .uniform)
    let gradient = try context.read(.gradient, of: 1, as: Double.self)
    let norm = try context.update(update)
    #expect(abs(norm - gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()) < 1e-12)
    let after = (values: try planes(.value), momentum: try planes(.momentum), steps: try planes(.steps))
    for tensor in network.tensors.indices {
      #expect((after.values[tensor] == before.values[tensor]) == (tensor != 1))
      #expect((after.momentum[tensor] == before.momentum[tensor]) == (tensor != 1))
      #expect((after.steps[tensor] == before.steps[tensor]) == (tensor != 1))
    }
  }

  @Test func `a tensor that is not there is refused`() throws {
    let (network, _) = OperationCase.all[0].network(margin: .none)
    let context = try network.context()
    #expect(throws: EngineError.self) { try context.train([network.tensors.count]) }
  }
}
