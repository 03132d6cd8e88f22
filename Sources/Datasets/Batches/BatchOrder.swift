/// One pass over a part, as the key of everything random in it.
package struct Epoch: Hashable, Sendable {
  /// The seed of the run.
  package let seed: UInt64
  /// 0 for the first pass.
  package let number: Int

  package init(seed: UInt64, number: Int) {
    self.seed = seed
    self.number = number
  }
}

/// The order in which an epoch visits the images of a part: each image once, in batches.
///
/// It follows from the epoch alone, so a resumed run or another number of threads sees the same batches.
package struct BatchOrder: Hashable, Sendable {
  /// What happens to the images that do not fill a batch.
  package enum Remainder: Hashable, Sendable {
    /// They are a last, smaller batch.
    case kept
    /// They wait for another epoch; for batch statistics that need full batches.
    case dropped
  }

  package let imageCount: Int
  package let batchSize: Int
  package let remainder: Remainder

  package init(imageCount: Int, batchSize: Int, remainder: Remainder = .kept) {
    precondition(imageCount >= 0 && batchSize > 0, "a batch has an image")
    self.imageCount = imageCount
    self.batchSize = batchSize
    self.remainder = remainder
  }

  /// Batches in each epoch.
  package var batchCount: Int {
    switch remainder {
    case .kept: (imageCount + batchSize - 1) / batchSize
    case .dropped: imageCount / batchSize
    }
  }

  /// The batches of a shuffled epoch, as indices of images.
  ///
  /// - Complexity: O(images).
  package func batches(in epoch: Epoch) -> [ArraySlice<Int>] {
    var order = Array(0..<imageCount)
    var random = SplitMix64(seed: epoch.seed, keys: RandomUse.order.rawValue, UInt64(bitPattern: Int64(epoch.number)))
    random.shuffle(&order)
    return cut(order)
  }

  /// The batches in the order of storage, for evaluation.
  package func batchesInStoredOrder() -> [ArraySlice<Int>] {
    cut(Array(0..<imageCount))
  }

  private func cut(_ order: [Int]) -> [ArraySlice<Int>] {
    (0..<batchCount).map { order[$0 * batchSize..<min(($0 + 1) * batchSize, imageCount)] }
  }
}

/// What the random numbers of an epoch are for: one key for each, so that no use repeats the numbers of another.
enum RandomUse: UInt64 {
  case order = 1
  case augmentation
  case pixels
  case mixing
  case branches
}
