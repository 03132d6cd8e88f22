package import Datasets
import Engine

/// Hands batches of an image set to an engine: epoch after epoch, in an order that only the seed decides.
package struct BatchSource: Sendable {
  package let images: ImageSet
  package let batch: Int
  package let augmentation: Augmentation
  private let seed: UInt64
  private let order: BatchOrder

  /// - Precondition: a batch is not larger than the set.
  package init(_ images: ImageSet, batch: Int, augmentation: Augmentation = .none, seed: UInt64) {
    self.images = images
    self.batch = batch
    self.augmentation = augmentation
    self.seed = seed
    order = BatchOrder(imageCount: images.count, batchSize: batch, remainder: .dropped)
  }

  /// Full batches in one pass over the images; what is left over is seen in another order next time.
  package var batchesPerEpoch: Int { order.batchCount }

  /// The images of batch number `step`, as they are: normalised, [n, h, w, c], with their places in the set.
  package func pixels(of step: Int) -> (values: [Float], indices: [Int], labels: [Int]) {
    let indices = order.batches(in: Epoch(seed: seed, number: step / batchesPerEpoch))[step % batchesPerEpoch]
    var values = [Float](repeating: 0, count: indices.count * images.shape.valueCount)
    var labels = [Int64](repeating: 0, count: indices.count)
    images.fill(images: &values, labels: &labels, indices: indices, epoch: Epoch(seed: seed, number: 0))
    return (values, Array(indices), labels.map(Int.init))
  }

  /// Writes batch number `step`, counted from 0 over all epochs, into a slot of the context.
  package func write(step: Int, to slot: Int, of supernet: Supernet) throws {
    try write(step: step, inParts: 1, from: slot, of: supernet)
  }

  /// Writes batch number `step` cut into equal parts, each into a slot of its own from `slot` on.
  ///
  /// - Precondition: the parts divide the batch.
  package func write(step: Int, inParts parts: Int, from slot: Int, of supernet: Supernet) throws {
    let epoch = Epoch(seed: seed, number: step / batchesPerEpoch)
    let indices = order.batches(in: epoch)[step % batchesPerEpoch]
    precondition(indices.count % parts == 0, "the parts divide the batch")
    let count = indices.count / parts
    for part in 0..<parts {
      let own = indices.dropFirst(part * count).prefix(count)
      try supernet.write(images, own, augmentation, epoch, to: slot + part)
    }
  }
}

extension Supernet {
  fileprivate func write(
    _ images: ImageSet, _ indices: some Collection<Int>, _ augmentation: Augmentation, _ epoch: Epoch, to slot: Int
  ) throws {
    var pixels = [Float](repeating: 0, count: indices.count * images.shape.valueCount)
    var labels = [Int64](repeating: 0, count: indices.count)
    images.fill(images: &pixels, labels: &labels, indices: indices, augmentation: augmentation, epoch: epoch)
    let shape = EngineBuffer.Shape(
      n: indices.count, h: images.shape.height, w: images.shape.width, c: images.shape.channels)
    try context.writeBatch(slot, images: pixels, labels: labels.map(Int.init), shape: shape)
  }

  /// Writes these images as they are, without augmentation.
  package func write(_ images: ImageSet, _ indices: some Collection<Int>, to slot: Int) throws {
    try write(images, indices, .none, Epoch(seed: 0, number: 0), to: slot)
  }
}
