import Datasets
import Distributions
import Engine
import SpaceIR
import SpacePlanner
import Supernet
import Testing

/// The engine library that tests run on: named by ESPALIER_ENGINE, or beside the test executable. A test that needs it
/// fails with the error's text, which says how to build it.
enum TestEngine {
  private static let loaded = Result<EngineLibrary, any Error> { try EngineLibrary.load() }

  static func library() throws -> EngineLibrary { try loaded.get() }
}

/// Images of normal numbers with labels in turn: all that batch norm and the loss need.
struct TestBatch {
  let pixels: [Float]
  let labels: [Int]
  let shape: EngineBuffer.Shape

  init(of space: Space, images: Int, seed: UInt64) {
    var random = SplitRandom(seed: seed, stream: 1)
    shape = EngineBuffer.Shape(n: images, h: space.input.height, w: space.input.width, c: space.input.channels)
    pixels = (0..<shape.count).map { _ in Float(random.normal()) }
    labels = (0..<images).map { ($0 * 7 + 3) % space.classes }
  }

  func write(to supernet: Supernet) throws {
    try supernet.context.writeBatch(0, images: pixels, labels: labels, shape: shape)
  }
}

/// Numbers that every tensor is filled from. One pool of a prime length, so that no row of a tensor repeats another, and
/// few draws: supernets have tens of millions of weights.
struct NumberPool {
  private let normals: [Double]

  init(seed: UInt64, count: Int = 4099) {
    var random = SplitRandom(seed: seed, stream: 2)
    normals = (0..<count).map { _ in random.normal() }
  }

  /// Weights at He's scale; scales about 1, shifts and biases about 0, none of them trivial.
  func values(for tensor: WeightTensor, number: Int) -> [Float] {
    let scaled: [Float] =
      switch tensor.role {
      case .convolution, .depthwise: normals.map { Float($0 * (2 / Double(tensor.fanIn)).squareRoot()) }
      case .linear, .splitLinear: normals.map { Float($0 * (1 / Double(tensor.fanIn)).squareRoot()) }
      case .scale, .runningVariance: normals.map { Float(0.3 * abs($0) + 0.5) }
      case .bias, .shift, .runningMean: normals.map { Float(0.3 * $0) }
      }
    var result: [Float] = []
    result.reserveCapacity(tensor.count + scaled.count)
    result += scaled[(number * 131 % scaled.count)...]
    while result.count < tensor.count { result += scaled }
    result.removeLast(result.count - tensor.count)
    return result
  }
}

extension Supernet {
  /// Fills every tensor with numbers that make nothing equal by accident.
  func fill(from pool: NumberPool) throws {
    for (index, tensor) in plan.tensors.enumerated() {
      try context.write(pool.values(for: tensor, number: index), of: index)
    }
  }
}
