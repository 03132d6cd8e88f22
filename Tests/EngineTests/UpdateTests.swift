import Testing

@testable import Engine

@Suite struct UpdateTests {
  static let decayed = [1.0, -2.0, 0.5]
  static let biased = [0.25, -0.75]

  /// Tensors: 0 decayed, 1 undecayed, 2 untouched, 3 a statistic.
  private func context() throws -> EngineContext {
    let context = try EngineContext(
      library: TestEngine.library(), options: EngineOptions(elementType: .float64),
      tensors: [
        EngineTensor(shape: [3], role: .weight), EngineTensor(shape: [2], role: .undecayed),
        EngineTensor(shape: [2], role: .weight), EngineTensor(shape: [2], role: .statistic),
      ])
    for (tensor, values) in [Self.decayed, Self.biased, [7, 8], [1, 2]].enumerated() {
      try context.write(values, of: tensor)
    }
    return context
  }

  private func touch(_ context: EngineContext, _ gradients: [[Double]]) throws {
    for (tensor, gradient) in gradients.enumerated() { try context.write(gradient, to: .gradient, of: tensor) }
  }

  private func expect(
    _ context: EngineContext, _ plane: EnginePlane = .value, of tensor: Int, equals wanted: [Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try context.read(plane, of: tensor, as: Double.self)
    #expect(found.count == wanted.count, sourceLocation: sourceLocation)
    for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 1e-14, sourceLocation: sourceLocation) }
  }

  static let gradients = [[0.1, 0.2, -0.3], [0.4, -0.5]]

  @Test func `SGD is its formula`() throws {
    let context = try context()
    var velocity = [[0.0, 0, 0], [0, 0]]
    var value = [Self.decayed, Self.biased]
    for _ in 0..<3 {
      try touch(context, Self.gradients)
      let norm = try context.update(.init(.sgd(momentum: 0.9), rate: 0.1, weightDecay: 0.01))
      #expect(abs(norm - 0.55.squareRoot()) < 1e-15)
      for tensor in 0..<2 {
        for i in value[tensor].indices {
          let gradient = Self.gradients[tensor][i] + (tensor == 0 ? 0.01 * value[tensor][i] : 0)
          velocity[tensor][i] = 0.9 * velocity[tensor][i] + gradient
          value[tensor][i] -= 0.1 * velocity[tensor][i]
        }
        try expect(context, of: tensor, equals: value[tensor])
        try expect(context, .momentum, of: tensor, equals: velocity[tensor])
      }
    }
    try expect(context, .steps, of: 0, equals: [3])
  }

  @Test func `Adam is its formula`() throws {
    let context = try context()
    var (first, second, value) = ([0.0, 0, 0], [0.0, 0, 0], Self.decayed)
    for step in 1...3 {
      try touch(context, Self.gradients)
      _ = try context.update(.init(.adam(beta1: 0.8, beta2: 0.95, epsilon: 1e-3), rate: 0.1))
      for i in 0..<3 {
        let g = Self.gradients[0][i]
        first[i] = 0.8 * first[i] + 0.2 * g
        second[i] = 0.95 * second[i] + 0.05 * g * g
        let corrected = first[i] / (1 - pow(0.8, step))
        value[i] -= 0.1 * corrected / ((second[i] / (1 - pow(0.95, step))).squareRoot() + 1e-3)
      }
      try expect(context, of: 0, equals: value)
      try expect(context, .square, of: 0, equals: second)
    }
  }

  private func pow(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  @Test(arguments: [0, 0.9])
  func `RMSProp is its formula`(momentum: Double) throws {
    let context = try context()
    var (velocity, square, value) = ([0.0, 0, 0], [0.0, 0, 0], Self.decayed)
    for _ in 0..<3 {
      try touch(context, Self.gradients)
      _ = try context.update(.init(.rmsProp(decay: 0.9, momentum: momentum, epsilon: 1e-3), rate: 0.1))
      for i in 0..<3 {
        let g = Self.gradients[0][i]
        square[i] = 0.9 * square[i] + 0.1 * g * g
        velocity[i] = momentum * velocity[i] + g / (square[i].squareRoot() + 1e-3)
        value[i] -= 0.1 * velocity[i]
      }
      try expect(context, of: 0, equals: value)
    }
  }

  @Test func `what was not touched does not move`() throws {
    let context = try context()
    try touch(context, Self.gradients)
    try context.write([5.0, 5], to: .gradient, of: 3)
    _ = try context.update(.init(.sgd(momentum: 0.9), rate: 0.1, weightDecay: 0.5, averageDecay: 0.9))
    try expect(context, of: 2, equals: [7, 8])
    try expect(context, of: 3, equals: [1, 2])
    try expect(context, .average, of: 2, equals: [0, 0])
    // The gradient is forgotten: another update moves nothing, momentum or not.
    let now = try context.read(of: 0, as: Double.self)
    #expect(try context.update(.init(.sgd(momentum: 0.9), rate: 0.1)) == 0)
    #expect(try context.read(of: 0, as: Double.self) == now)
    try expect(context, .gradient, of: 0, equals: [0, 0, 0])
  }

  @Test func `clipping scales the whole gradient`() throws {
    let context = try context()
    try touch(context, [[3.0, 0, 0], [0, 4]])
    #expect(abs(try context.update(.init(.sgd(momentum: 0), rate: 1, clipNorm: 2.5)) - 5) < 1e-14)
    try expect(context, of: 0, equals: [1 - 1.5, -2, 0.5])
    try expect(context, of: 1, equals: [0.25, -0.75 - 2])
  }

  @Test func `averages follow and are exchanged`() throws {
    let context = try context()
    var value = Self.decayed
    var average = value
    for _ in 0..<2 {
      try touch(context, Self.gradients)
      _ = try context.update(.init(.sgd(momentum: 0), rate: 1, averageDecay: 0.75))
      for i in 0..<3 {
        value[i] -= Self.gradients[0][i]
        average[i] = 0.75 * average[i] + 0.25 * value[i]
      }
      try expect(context, .average, of: 0, equals: average)
    }
    try context.swapAverages()
    try expect(context, of: 0, equals: average)
    try expect(context, .average, of: 0, equals: value)
    try expect(context, of: 2, equals: [7, 8])
  }

  @Test(arguments: [Double.nan, .infinity])
  func `a gradient that is not finite changes nothing`(bad: Double) throws {
    let context = try context()
    try touch(context, [[0.1, 0.2, 0.3], [0.1, bad]])
    let error = #expect(throws: EngineError.self) { try context.update(.init(.sgd(momentum: 0.9), rate: 0.1)) }
    #expect(error?.status == .notFinite)
    #expect(error?.message == "the gradient of tensor 1 is not finite")
    try expect(context, of: 0, equals: Self.decayed)
    try expect(context, .momentum, of: 0, equals: [0, 0, 0])
  }

  @Test func `planes restore a run`() throws {
    let first = try context()
    let rule = EngineUpdate(.adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), rate: 0.1, averageDecay: 0.9)
    try touch(first, Self.gradients)
    _ = try first.update(rule)
    let second = try context()
    for plane in EnginePlane.allCases where plane != .gradient {
      for tensor in 0..<2 {
        try second.write(try first.read(plane, of: tensor, as: Double.self), to: plane, of: tensor)
      }
    }
    for context in [first, second] {
      try touch(context, Self.gradients)
      _ = try context.update(rule)
    }
    for plane in EnginePlane.allCases {
      for tensor in 0..<2 {
        #expect(
          try first.read(plane, of: tensor, as: Double.self) == second.read(plane, of: tensor, as: Double.self))
      }
    }
  }

  @Test func `large float32 gradients are finite`() throws {
    let context = try EngineContext(
      library: TestEngine.library(), options: EngineOptions(), tensors: [EngineTensor(shape: [2], role: .weight)])
    try context.write([3e25 as Float, 4e25], to: .gradient, of: 0)
    let norm = try context.update(.init(.sgd(momentum: 0), rate: 1, clipNorm: 1))
    #expect(abs(norm / 5e25 - 1) < 1e-6)
    #expect(abs(try context.read(of: 0, as: Double.self)[0] + 0.6) < 1e-6)
  }
}
