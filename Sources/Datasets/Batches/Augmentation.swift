/// Random changes of training images. Without any, images are only normalised.
package struct Augmentation: Hashable, Sendable {
  /// A window of the image's own size, cut at random from the image with a border around it.
  package struct Crop: Hashable, Sendable {
    /// What the border holds.
    package enum Border: Hashable, Sendable {
      /// The stored value 0, which is the background before normalising.
      case background
      /// The image mirrored at its outermost pixels, which are not repeated.
      case reflected
    }

    /// Pixels of border on each side.
    package let padding: Int
    package let border: Border

    package init(padding: Int, border: Border = .background) {
      precondition((0...4096).contains(padding), "a border has from 0 to 4096 pixels")
      self.padding = padding
      self.border = border
    }
  }

  /// Mirror every second image, by chance, left to right.
  package let flipsHorizontally: Bool
  package let crop: Crop?
  /// Side in pixels of a square that is replaced by the channel means, as in Cutout, DeVries and Taylor 2017 (arXiv
  /// 1708.04552). Its centre is any pixel, so a part of it may fall outside. Nil for none.
  package let cutout: Int?
  /// A part of the image, resized. Instead of `crop`.
  package let resizedCrop: ResizedCrop?
  package let randAugment: RandAugment?

  package static let none = Augmentation()

  package init(
    flipsHorizontally: Bool = false, crop: Crop? = nil, cutout: Int? = nil, resizedCrop: ResizedCrop? = nil,
    randAugment: RandAugment? = nil
  ) {
    precondition(cutout.map { (1...4096).contains($0) } ?? true, "a cut-out square has from 1 to 4096 pixels a side")
    self.flipsHorizontally = flipsHorizontally
    self.crop = crop
    self.cutout = cutout
    self.resizedCrop = resizedCrop
    self.randAugment = randAugment
  }

  /// The numbers behind `resizedCrop` and `randAugment` for one image in one epoch. They are drawn apart from those of
  /// flips, crops and squares, which are the same whether these changes are on or off.
  func random(image: Int, epoch: Epoch) -> SplitMix64 {
    SplitMix64(
      seed: epoch.seed, keys: RandomUse.pixels.rawValue, UInt64(bitPattern: Int64(epoch.number)), UInt64(image))
  }
}

/// What chance made of an augmentation for one image in one epoch.
struct AugmentationDraw: Hashable, Sendable {
  /// Added to an output row or column, it gives the row or column of the image, before mirroring.
  var rowShift = 0
  var columnShift = 0
  var isFlipped = false
  /// The rows and columns of the output that are cut out.
  var cutRows = 0..<0
  var cutColumns = 0..<0

  /// Follows from the epoch and the image alone. Numbers are drawn for what is off, too, so that switching one change
  /// on leaves the others as they were.
  init(_ augmentation: Augmentation, image: Int, epoch: Epoch, shape: PixelShape) {
    var random = SplitMix64(
      seed: epoch.seed, keys: RandomUse.augmentation.rawValue, UInt64(bitPattern: Int64(epoch.number)), UInt64(image))
    isFlipped = random.below(2) == 1 && augmentation.flipsHorizontally
    let padding = augmentation.crop?.padding ?? 0
    rowShift = random.below(2 * padding + 1) - padding
    columnShift = random.below(2 * padding + 1) - padding
    let centre = (row: random.below(shape.height), column: random.below(shape.width))
    if let side = augmentation.cutout {
      cutRows = Self.window(around: centre.row, side: side, within: shape.height)
      cutColumns = Self.window(around: centre.column, side: side, within: shape.width)
    }
  }

  private static func window(around centre: Int, side: Int, within size: Int) -> Range<Int> {
    let start = centre - side / 2
    return max(0, start)..<min(size, start + side)
  }

  /// Replaces the square by the means, which are 0.
  func cut(_ output: UnsafeMutableBufferPointer<Float>, _ shape: PixelShape) {
    for row in cutRows {
      let start = (row * shape.width + cutColumns.lowerBound) * shape.channels
      output[start..<start + cutColumns.count * shape.channels].update(repeating: 0)
    }
  }

  /// The row of the image that output row `row` shows, or nil for background.
  func sourceRow(_ row: Int, height: Int, border: Augmentation.Crop.Border) -> Int? {
    Self.source(row + rowShift, size: height, border: border)
  }

  /// The column of the image that output column `column` shows, or nil for background.
  func sourceColumn(_ column: Int, width: Int, border: Augmentation.Crop.Border) -> Int? {
    Self.source((isFlipped ? width - 1 - column : column) + columnShift, size: width, border: border)
  }

  private static func source(_ position: Int, size: Int, border: Augmentation.Crop.Border) -> Int? {
    if (0..<size).contains(position) { return position }
    switch border {
    case .background: return nil
    case .reflected:
      // Mirrored over and over, so that a border wider than the image is still inside it.
      let period = max(1, 2 * (size - 1))
      let phase = ((position % period) + period) % period
      return phase < size ? phase : period - phase
    }
  }
}
