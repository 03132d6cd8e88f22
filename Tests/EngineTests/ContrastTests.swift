import Foundation
import Testing

@testable import Engine

/// InfoNCE against its sums, its gradient against finite differences, and the moving average of another context.
@Suite struct ContrastTests {
  /// z = W x, then the loss.
  private struct Problem {
    let images: [Double]
    let weights: [Double]
    let positives: [Double]
    let negatives: [Double]
    let rows = 4
    let inputs = 3
    let dimension = 4
    let temperature = 0.2

    init(negatives count: Int, seed: UInt64) {
      var random = SeededRandom(seed: seed)
      images = (0..<12).map { _ in Double(Float(random.uniform(-1...1))) }
      weights = (0..<12).map { _ in random.uniform(-1...1) }
      positives = (0..<4).flatMap { _ in
        Self.unit((0..<4).map { _ in random.uniform(-1...1) }).map { Double(Float($0)) }
      }
      negatives = (0..<count).flatMap { _ in Self.unit((0..<4).map { _ in random.uniform(-1...1) }) }
    }

    static func unit(_ vector: [Double]) -> [Double] {
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return vector.map { $0 / length }
    }

    func loss(_ weights: [Double]) -> Double {
      (0..<rows).reduce(0) { sum, row in
        let z = (0..<dimension).map { out in
          (0..<inputs).reduce(0) { $0 + weights[out * inputs + $1] * images[row * inputs + $1] }
        }
        let q = Self.unit(z)
        func product(_ vectors: [Double], _ place: Int) -> Double {
          (0..<dimension).reduce(0) { $0 + q[$1] * vectors[place * dimension + $1] }
        }
        let near = product(positives, row)
        guard !negatives.isEmpty else { return sum + 1 - near }
        let far = (0..<negatives.count / dimension).map { product(negatives, $0) }
        let total = ([near] + far).reduce(0) { $0 + exp($1 / temperature) }
        return sum - log(exp(near / temperature) / total)
      } / Double(rows)
    }

    func context(_ options: EngineOptions, negatives shape: [Int]) throws -> EngineContext {
      let context = try EngineContext(
        library: TestEngine.library(), options: options,
        tensors: [EngineTensor(shape: [4, 3], role: .weight), EngineTensor(shape: shape, role: .statistic)])
      try context.write(weights, of: 0)
      if !negatives.isEmpty { try context.write(negatives, of: 1) }
      try context.writeBatch(
        0, images: images.map(Float.init), labels: [0, 0, 0, 0], shape: EngineBuffer.Shape(n: 4, h: 1, w: 1, c: 3))
      try context.writeInput(
        1, of: 0, values: positives.map(Float.init), shape: EngineBuffer.Shape(n: 4, h: 1, w: 1, c: 4))
      return context
    }

    func program(factor: Double, bytes: Int) -> EngineProgram {
      let vectors = EngineBuffer.Shape(n: 4, h: 1, w: 1, c: 4)
      let (x, z, dz, k) = (EngineBuffer.ID(0), EngineBuffer.ID(1), EngineBuffer.ID(2), EngineBuffer.ID(3))
      let (weight, queue) = (EngineSlice.ID(0), negatives.isEmpty ? nil : EngineSlice.ID(1))
      let count = max(1, negatives.count / 4)
      return EngineProgram(
        forward: [
          .linear(x: x, y: z, weight: weight, bias: nil),
          .contrast(z: z, positives: k, negatives: queue, temperature: temperature),
        ],
        backward: [
          .contrastBackward(
            z: z, positives: k, dz: dz, negatives: queue, temperature: temperature, factor: factor),
          .linearBackward(dy: dz, x: x, dx: nil, weight: weight, bias: nil, .write),
        ],
        buffers: [
          EngineBuffer(.images, .init(n: 4, h: 1, w: 1, c: 3)), EngineBuffer(.arena(offset: 0), vectors),
          EngineBuffer(.arena(offset: 16 * bytes), vectors), EngineBuffer(.input(1), vectors),
        ],
        slices: [
          EngineSlice(tensor: 0, offset: [0, 0], extent: [4, 3]),
          EngineSlice(tensor: 1, offset: [0, 0], extent: [count, 4]),
        ],
        logits: z, arenaBytes: 32 * bytes)
    }
  }

  @Test(arguments: [0, 1, 5])
  func `loss and gradient are those of the sums, in float64`(negatives: Int) throws {
    let problem = Problem(negatives: negatives, seed: 3)
    let context = try problem.context(EngineOptions(elementType: .float64), negatives: [max(1, negatives), 4])
    let job = EngineJob(program: problem.program(factor: 2, bytes: 8), batch: 0)
    let outcome = try context.accumulate([job], weighting: .uniform)[0]
    #expect(abs(outcome.loss - problem.loss(problem.weights)) < 1e-12)
    let gradient = try context.read(.gradient, of: 0, as: Double.self)
    for place in problem.weights.indices {
      let step = 1e-6
      var (up, down) = (problem.weights, problem.weights)
      up[place] += step
      down[place] -= step
      let slope = (problem.loss(up) - problem.loss(down)) / (2 * step)
      #expect(abs(gradient[place] - 2 * slope) < 1e-8, "\(place): \(gradient[place]) and \(2 * slope)")
    }
  }

  /// pi-nas.md, section 10: four vectors by hand.
  @Test
  func `a positive among far negatives costs next to nothing, and one among equals the logarithm of their number`()
    throws
  {
    var problem = Problem(negatives: 4, seed: 9)
    let context = try problem.context(EngineOptions(), negatives: [4, 4])
    let job = EngineJob(program: problem.program(factor: 1, bytes: 4), batch: 0)
    // Positives are what the network answers.
    let z = try context.answers(of: [job], statistics: .batch)[0].logits
    let units = (0..<4).flatMap { Problem.unit(Array(z[$0 * 4..<$0 * 4 + 4])).map(Float.init) }
    try context.writeInput(1, of: 0, values: units, shape: EngineBuffer.Shape(n: 4, h: 1, w: 1, c: 4))
    // One negative along the first answer, three of no length.
    try context.write(Array(units[..<4]) + [Float](repeating: 0, count: 12), of: 1)
    let outcome = try context.evaluate([job], statistics: .batch)[0]
    problem = Problem(negatives: 4, seed: 9)
    let first = (0..<4).map { row in (0..<4).reduce(0) { $0 + Double(units[row * 4 + $1]) * Double(units[$1]) } }
    let expected = first.reduce(0) { $0 - log(exp(5) / (exp(5) + exp(5 * $1) + 3)) } / 4
    #expect(abs(outcome.loss - expected) < 1e-5)
  }

  @Test func `negatives of another length are refused`() throws {
    let problem = Problem(negatives: 5, seed: 3)
    let context = try problem.context(EngineOptions(), negatives: [5, 4])
    try context.writeInput(
      1, of: 0, values: [Float](repeating: 0, count: 8), shape: EngineBuffer.Shape(n: 4, h: 1, w: 1, c: 2))
    let job = EngineJob(program: problem.program(factor: 1, bytes: 4), batch: 0)
    #expect(throws: EngineError.self) { try context.evaluate([job], statistics: .batch) }
  }

  @Test func `a context follows another in the tensors that are named, and in no others`() throws {
    let tensors = [EngineTensor(shape: [3], role: .weight), EngineTensor(shape: [2, 2], role: .undecayed)]
    func make(_ shift: Double) throws -> EngineContext {
      let context = try EngineContext(
        library: TestEngine.library(), options: EngineOptions(elementType: .float64), tensors: tensors)
      try context.write([1 + shift, 2 + shift, 3 + shift], of: 0)
      try context.write([shift, shift, shift, shift], of: 1)
      return context
    }
    let (teacher, student) = (try make(0), try make(10))
    try teacher.follow(student, [0], momentum: 0.75)
    #expect(try teacher.read(of: 0, as: Double.self) == [3.5, 4.5, 5.5])
    #expect(try teacher.read(of: 1, as: Double.self) == [0, 0, 0, 0])
    #expect(try student.read(of: 0, as: Double.self) == [11, 12, 13])
    #expect(throws: EngineError.self) { try teacher.follow(student, [2], momentum: 0.5) }
    #expect(throws: EngineError.self) { try teacher.follow(student, [0], momentum: 1.5) }
    #expect(throws: EngineError.self) { try teacher.follow(teacher, [0], momentum: 0.5) }
  }
}
