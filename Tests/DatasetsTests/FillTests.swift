import Testing

@testable import Datasets

struct FillTests {
  private let epoch = Epoch(seed: 5, number: 2)

  /// Five images of 4 rows, 6 columns and 2 channels.
  private static let small = {
    let shape = PixelShape(channels: 2, height: 4, width: 6)
    let pixels = Samples.pixels(5 * shape.valueCount, seed: 8)
    let identity = DatasetIdentity(name: "small", provenance: "made here", classNames: ["a", "b", "c"])
    return ImageSet(
      identity: identity, shape: shape, pixels: pixels, labels: [2, 0, 1, 1, 2],
      normalisation: PixelNormalisation(measuring: pixels, channels: 2))
  }()

  private func filled(
    _ set: ImageSet, _ indices: [Int], _ augmentation: Augmentation = .none, epoch: Epoch? = nil
  ) -> (images: [Float], labels: [Int64]) {
    var images: [Float] = []
    var labels: [Int64] = []
    set.fill(
      images: &images, labels: &labels, indices: indices, augmentation: augmentation, epoch: epoch ?? self.epoch)
    return (images, labels)
  }

  @Test(arguments: [DatasetSource.digits, .fashionMini])
  func `filled images have mean 0 and deviation 1`(source: DatasetSource) throws {
    let part = try source.load().trainAndValidation
    let values = filled(part, Array(0..<part.count)).images.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count) - mean * mean
    // Each value is rounded to 24 bits and is below 8, so a mean of them is off by less than 8 x 2^-24.
    #expect(abs(mean) < 5e-7)
    #expect(abs(variance - 1) < 5e-6)
  }

  @Test func `the normalisation of Fashion-MNIST is near the published one`() throws {
    let normalisation = try DatasetSource.fashionMini.load().train.normalisation
    // The full training part has mean 0.2860 and deviation 0.3530 of 255; a mean of 4,000 images has its own error.
    #expect(abs(normalisation.mean[0] / 255 - 0.2860) < 0.01)
    #expect(abs(normalisation.deviation[0] / 255 - 0.3530) < 0.01)
  }

  @Test func `a batch holds the images asked for, in that order`() {
    let set = Self.small
    let batch = filled(set, [3, 0, 3])
    #expect(batch.labels == [1, 2, 1])
    for (place, index) in [3, 0, 3].enumerated() {
      for value in 0..<set.shape.valueCount {
        let (mean, deviation) = (set.normalisation.mean[value % 2], set.normalisation.deviation[value % 2])
        let expected = (Double(set.pixels[index * set.shape.valueCount + value]) - mean) / deviation
        #expect(batch.images[place * set.shape.valueCount + value] == Float(expected))
      }
    }
  }

  @Test func `a channel of one value becomes zero`() {
    let normalisation = PixelNormalisation(measuring: [7, 1, 7, 3], channels: 2)
    #expect(normalisation.mean == [7, 2])
    #expect(normalisation.deviation == [1, 1])
    #expect(normalisation.table[7] == 0)
  }

  private static let augmentations = [
    Augmentation(flipsHorizontally: true),
    Augmentation(crop: .init(padding: 2)),
    Augmentation(crop: .init(padding: 9, border: .reflected)),
    Augmentation(cutout: 3),
    Augmentation(flipsHorizontally: true, crop: .init(padding: 1, border: .reflected), cutout: 2),
  ]

  /// Another way to the same images: pad for real, cut a window, mirror it, blank a square.
  @Test(arguments: augmentations)
  func `augmented images are those of the slow way`(augmentation: Augmentation) {
    let set = Self.small
    for index in 0..<set.count {
      for number in 0..<20 {
        let epoch = Epoch(seed: 5, number: number)
        let draw = AugmentationDraw(augmentation, image: index, epoch: epoch, shape: set.shape)
        let expected = slowly(set, index, draw, augmentation.crop?.border ?? .background)
        #expect(filled(set, [index], augmentation, epoch: epoch).images == expected)
      }
    }
  }

  private func slowly(
    _ set: ImageSet, _ index: Int, _ draw: AugmentationDraw, _ border: Augmentation.Crop.Border
  ) -> [Float] {
    let (height, width, channels) = (set.shape.height, set.shape.width, set.shape.channels)
    func stored(_ row: Int, _ column: Int, _ channel: Int) -> UInt8 {
      var (row, column) = (row, column)
      if border == .reflected {
        while !(0..<height).contains(row) { row = row < 0 ? -row : 2 * (height - 1) - row }
        while !(0..<width).contains(column) { column = column < 0 ? -column : 2 * (width - 1) - column }
      }
      guard (0..<height).contains(row), (0..<width).contains(column) else { return 0 }
      return set.pixels[index * set.shape.valueCount + (row * width + column) * channels + channel]
    }
    var result: [Float] = []
    for row in 0..<height {
      let window = (0..<width).map { column in
        (0..<channels).map { stored(row + draw.rowShift, column + draw.columnShift, $0) }
      }
      for (column, pixel) in (draw.isFlipped ? window.reversed() : window).enumerated() {
        for (channel, value) in pixel.enumerated() {
          let normal = (Double(value) - set.normalisation.mean[channel]) / set.normalisation.deviation[channel]
          let isCut = draw.cutRows.contains(row) && draw.cutColumns.contains(column)
          result.append(isCut ? 0 : Float(normal))
        }
      }
    }
    return result
  }

  @Test func `chance depends on seed, epoch and image, not on the batch`() {
    let augmentation = Augmentation(flipsHorizontally: true, crop: .init(padding: 2), cutout: 2)
    let set = Self.small
    let together = filled(set, [0, 1, 2, 3, 4], augmentation).images
    let apart = [4, 2, 0, 1, 3].map { (index: $0, images: filled(set, [$0], augmentation).images) }
    #expect(apart.sorted { $0.index < $1.index }.flatMap(\.images) == together)
    #expect(filled(set, [0, 1, 2, 3, 4], augmentation, epoch: Epoch(seed: 5, number: 3)).images != together)
    #expect(filled(set, [0, 1, 2, 3, 4], augmentation, epoch: Epoch(seed: 6, number: 2)).images != together)
  }

  @Test func `draws are even and do not disturb each other`() {
    let shape = PixelShape(channels: 1, height: 8, width: 8)
    let full = Augmentation(flipsHorizontally: true, crop: .init(padding: 1), cutout: 3)
    let draws = (0..<9_000).map { AugmentationDraw(full, image: $0, epoch: epoch, shape: shape) }
    // Five standard deviations: 5 x sqrt(9000 / 4) = 237 for the flips, 5 x sqrt(9000 x 2 / 9) = 224 for a shift.
    #expect(abs(draws.count(where: \.isFlipped) - 4_500) < 237)
    for shift in -1...1 {
      #expect(abs(draws.count { $0.rowShift == shift } - 3_000) < 224)
      #expect(abs(draws.count { $0.columnShift == shift } - 3_000) < 224)
    }
    let flipOnly = (0..<9_000).map {
      AugmentationDraw(Augmentation(flipsHorizontally: true), image: $0, epoch: epoch, shape: shape).isFlipped
    }
    #expect(flipOnly == draws.map(\.isFlipped))
    #expect(draws.allSatisfy { (2...3).contains($0.cutRows.count) && $0.cutRows.clamped(to: 0..<8) == $0.cutRows })
  }
}
