extension DatasetSplits {
  /// The images of training and validation dealt anew, with every class in the same share: so much of them for weights,
  /// and the rest for architectures. The same every time.
  ///
  /// - Parameter share: Between 0 and 1.
  package func dealt(share: Double) -> (weights: ImageSet, architectures: ImageSet) {
    let images = trainAndValidation
    let first = min(images.count, max(0, Int((share * Double(images.count)).rounded())))
    let deal = StratifiedDeal(labels: images.labels, sizes: [first, images.count - first], seed: Self.dealSeed)
    return (images.selecting(deal.parts[0]), images.selecting(deal.parts[1]))
  }

  /// Of no other shuffle of the images.
  private static var dealSeed: UInt64 {
    var random = SplitMix64(seed: 0, keys: 0x6465_616C)
    return random.next()
  }
}

extension ImageSet {
  /// The images at `indices`, in that order.
  fileprivate func selecting(_ indices: [Int]) -> ImageSet {
    let selected = LabelledPixels(pixels: pixels, labels: labels).selecting(indices, valueCount: shape.valueCount)
    return ImageSet(
      identity: identity, shape: shape, pixels: selected.pixels, labels: selected.labels, normalisation: normalisation)
  }
}
