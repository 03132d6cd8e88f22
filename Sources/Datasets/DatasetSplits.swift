/// A data set in three disjoint parts.
///
/// A search trains shared weights on `train` and moves architectures by `validation`; retraining uses both together;
/// `test` is never seen by a search, and `normalisation` is measured on the other two alone.
package struct DatasetSplits: Sendable {
  package let train: ImageSet
  package let validation: ImageSet
  package let test: ImageSet

  /// The part that a found architecture is retrained on.
  package var trainAndValidation: ImageSet { train.joined(with: validation) }

  init(
    identity: DatasetIdentity, shape: PixelShape, train: LabelledPixels, validation: LabelledPixels,
    test: LabelledPixels
  ) {
    let measured = PixelNormalisation(measuring: train.pixels + validation.pixels, channels: shape.channels)
    func part(_ images: LabelledPixels) -> ImageSet {
      ImageSet(
        identity: identity, shape: shape, pixels: images.pixels, labels: images.labels, normalisation: measured)
    }
    self.train = part(train)
    self.validation = part(validation)
    self.test = part(test)
  }
}

/// How the parts are made.
package struct SplitOptions: Hashable, Sendable {
  /// Decides which training images are for weights and which for architectures. The embedded sets have a fixed split
  /// and use it only to choose the images that a limit keeps.
  package var seed: UInt64
  /// The most images that a part may have, or nil for all of them. Classes keep their proportions.
  package var limit: Int?

  package init(seed: UInt64 = 0, limit: Int? = nil) {
    self.seed = seed
    self.limit = limit
  }

  /// Which of the shuffles that one seed gives: parts must not be dealt by the same one.
  private enum Stream: UInt64 { case halves, train, validation, test }

  /// Splits an original training part in two halves and cuts all parts to the limit.
  func halve(
    _ training: LabelledPixels, test: LabelledPixels, identity: DatasetIdentity, shape: PixelShape
  ) throws -> DatasetSplits {
    try checkLimit(classes: identity.classNames.count)
    let sizes = [training.count - training.count / 2, training.count / 2].map { min($0, limit ?? $0) }
    let deal = StratifiedDeal(
      labels: training.labels, sizes: sizes + [training.count - sizes[0] - sizes[1]], seed: seed(of: .halves))
    return DatasetSplits(
      identity: identity, shape: shape,
      train: training.selecting(deal.parts[0], valueCount: shape.valueCount),
      validation: training.selecting(deal.parts[1], valueCount: shape.valueCount),
      test: cut(test, .test, valueCount: shape.valueCount))
  }

  /// Cuts parts that are already fixed to the limit.
  func cut(
    train: LabelledPixels, validation: LabelledPixels, test: LabelledPixels, identity: DatasetIdentity,
    shape: PixelShape
  ) throws -> DatasetSplits {
    try checkLimit(classes: identity.classNames.count)
    return DatasetSplits(
      identity: identity, shape: shape,
      train: cut(train, .train, valueCount: shape.valueCount),
      validation: cut(validation, .validation, valueCount: shape.valueCount),
      test: cut(test, .test, valueCount: shape.valueCount))
  }

  private func cut(_ images: LabelledPixels, _ stream: Stream, valueCount: Int) -> LabelledPixels {
    guard let limit, limit < images.count else { return images }
    let deal = StratifiedDeal(labels: images.labels, sizes: [limit, images.count - limit], seed: seed(of: stream))
    return images.selecting(deal.parts[0], valueCount: valueCount)
  }

  private func seed(of stream: Stream) -> UInt64 {
    var random = SplitMix64(seed: seed, keys: stream.rawValue)
    return random.next()
  }

  private func checkLimit(classes: Int) throws {
    if let limit, limit < classes { throw DatasetError.limitTooSmall(limit: limit, classes: classes) }
  }
}
