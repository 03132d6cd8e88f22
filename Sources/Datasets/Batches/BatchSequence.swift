/// Which images each batch holds, step after step.
package struct BatchSequence: Sendable {
  /// In which order images come.
  package enum Order: Hashable, Sendable {
    /// Epoch after epoch, each shuffled by this seed; what does not fill a batch waits for another epoch.
    case shuffled(seed: UInt64)
    /// Once, as they are stored; the last batch may be smaller.
    case stored
  }

  package let images: any ImageStore
  package let batch: Int
  package let augmentation: Augmentation
  private let order: Order
  private let cut: BatchOrder
  private var shuffled: (epoch: Int, batches: [ArraySlice<Int>])?

  package init(_ images: any ImageStore, batch: Int, augmentation: Augmentation = .none, order: Order) {
    self.images = images
    self.batch = batch
    self.augmentation = augmentation
    self.order = order
    replacesBroken = order != .stored
    cut = BatchOrder(
      imageCount: images.count, batchSize: batch, remainder: order == .stored ? .kept : .dropped)
  }

  package var batchesPerEpoch: Int { cut.batchCount }

  /// Whether another image may take the place of a broken one: a batch to train on is always full.
  let replacesBroken: Bool

  /// The images of a batch, counted from 0 over all epochs, and the epoch that decides their augmentation.
  ///
  /// - Complexity: An epoch is shuffled when its first batch is asked for.
  mutating func batch(_ step: Int) -> (indices: ArraySlice<Int>, epoch: Epoch) {
    let number = step / batchesPerEpoch
    switch order {
    case .stored:
      let start = step * batch
      return (Array(start..<min(start + batch, images.count))[...], Epoch(seed: 0, number: 0))
    case .shuffled(let seed):
      let epoch = Epoch(seed: seed, number: number)
      if shuffled?.epoch != number { shuffled = (number, cut.batches(in: epoch)) }
      return (shuffled!.batches[step % batchesPerEpoch], epoch)
    }
  }
}
