import Datasets
import Distributions
import Engine
import Foundation
import SpaceIR
import SpacePlanner
import Supernet
import Testing

/// The engine library that tests run on: named by ESPALIER_ENGINE, or beside the test executable. A test that needs it
/// fails with the error's text, which says how to build it.
enum TestEngine {
  private static let loaded = Result<EngineLibrary, any Error> { try EngineLibrary.load(device: device) }

  /// ESPALIER_TEST_DEVICE=cuda runs the same tests there.
  static let device = ProcessInfo.processInfo.environment["ESPALIER_TEST_DEVICE"].flatMap(EngineDevice.init) ?? .cpu

  static func library() throws -> EngineLibrary { try loaded.get() }
}

/// Images of normal numbers with labels in turn for each output: all that batch norm and the losses need.
struct TestBatch {
  /// Of the first input.
  let pixels: [Float]
  /// Of the inputs after the first.
  let further: [[Float]]
  /// For each output one number for each of its positions.
  let labels: [[Int]]
  let shape: EngineBuffer.Shape
  let furtherShapes: [EngineBuffer.Shape]

  init(of space: Space, images: Int, seed: UInt64) {
    var random = SplitRandom(seed: seed, stream: 1)
    func shape(_ input: ImageShape) -> EngineBuffer.Shape {
      EngineBuffer.Shape(n: images, h: input.height, w: input.width, c: input.channels)
    }
    self.shape = shape(space.input)
    furtherShapes = space.otherInputs.map { shape($0.shape) }
    pixels = (0..<self.shape.count).map { _ in Float(random.normal()) }
    further = furtherShapes.map { shape in (0..<shape.count).map { _ in Float(random.normal()) } }
    labels = ([space.output] + space.otherOutputs.map(\.shape)).map { output in
      (0..<images * output.height * output.width).map { ($0 * 7 + 3) % output.channels }
    }
  }

  func write(to supernet: Supernet) throws {
    let first = labels[0].count == shape.n ? labels[0] : [Int](repeating: 0, count: shape.n)
    try supernet.context.writeBatch(0, images: pixels, labels: first, shape: shape)
    for (number, values) in further.enumerated() {
      try supernet.context.writeInput(number + 1, of: 0, values: values, shape: furtherShapes[number])
    }
    for (output, labels) in labels.enumerated() { try supernet.context.writeLabels(labels, of: output, to: 0) }
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
      case .linear, .splitLinear, .projection: normals.map { Float($0 * (1 / Double(tensor.fanIn)).squareRoot()) }
      case .scale, .runningVariance: normals.map { Float(0.3 * abs($0) + 0.5) }
      case .bias, .shift, .runningMean, .position, .mask, .queue: normals.map { Float(0.3 * $0) }
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
