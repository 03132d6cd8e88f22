package import Datasets
import Engine
import SpaceIR
import SpacePlanner

/// A trained network that another one learns from, on a context of its own.
package final class Teacher {
  private let network: Supernet
  private let shape: PixelShape
  private var programs: [Int: EngineProgram] = [:]

  /// - Parameters:
  ///   - network: Of a space without decisions, with its weights and running statistics.
  ///   - shape: Of the images.
  package init(_ network: Supernet, for shape: PixelShape) {
    self.network = network
    self.shape = shape
  }

  /// Shape [images, classes].
  func logits(of batch: ReadyBatch) throws -> [Float] {
    let count = batch.labels.count
    let program = try programs[count] ?? network.program(for: Architecture(choices: []), batch: count, pass: .forward)
    programs[count] = program
    try network.write(batch, 0..<count, of: shape, to: 0)
    let job = EngineJob(program: program, batch: 0)
    return try network.context.answers(of: [job], statistics: .fixed)[0].logits.map { Float($0) }
  }
}

extension Supernet {
  /// Writes some images of a batch into a slot of the context.
  func write(_ batch: ReadyBatch, _ places: Range<Int>, of shape: PixelShape, to slot: Int) throws {
    let values = places.lowerBound * shape.valueCount..<places.upperBound * shape.valueCount
    try context.writeBatch(
      slot, images: UnsafeBufferPointer(rebasing: batch.images[values]), labels: Array(batch.labels[places]),
      shape: .init(n: places.count, h: shape.height, w: shape.width, c: shape.channels))
  }
}
