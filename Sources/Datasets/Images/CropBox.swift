#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A part of each image at random, resized to what the network takes: the usual training on ImageNet (Szegedy et al. 2015,
/// arXiv 1409.4842, section 6).
package struct ResizedCrop: Hashable, Sendable {
  /// Of the part's area in the image's.
  package let shares: ClosedRange<Double>
  /// Of the part's width to its height.
  package static let ratios = 3.0 / 4...4.0 / 3

  /// - Precondition: 0 < shares ≤ 1.
  package init(shares: ClosedRange<Double>) {
    precondition(shares.lowerBound > 0 && shares.upperBound <= 1, "a part of an image is no more than the image")
    self.shares = shares
  }

  /// As torchvision's `RandomResizedCrop` draws it: ten tries, then the largest centred part with an allowed ratio.
  func box(width: Int, height: Int, using random: inout SplitMix64) -> ImageBox {
    for _ in 0..<10 {
      let area = Double(width * height) * random.uniform(shares)
      let ratio = exp(random.uniform(log(Self.ratios.lowerBound)...log(Self.ratios.upperBound)))
      let wide = Int((area * ratio).squareRoot().rounded())
      let tall = Int((area / ratio).squareRoot().rounded())
      guard (1...width).contains(wide), (1...height).contains(tall) else { continue }
      let top = random.below(height - tall + 1)
      let left = random.below(width - wide + 1)
      return ImageBox(left: Double(left), top: Double(top), width: Double(wide), height: Double(tall))
    }
    let ratio = Double(width) / Double(height)
    let wide = ratio > Self.ratios.upperBound ? (Double(height) * Self.ratios.upperBound).rounded() : Double(width)
    let tall = ratio < Self.ratios.lowerBound ? (Double(width) / Self.ratios.lowerBound).rounded() : Double(height)
    return ImageBox(
      left: ((Double(width) - wide) / 2).rounded(.down), top: ((Double(height) - tall) / 2).rounded(.down), width: wide,
      height: tall)
  }
}

/// The centre of an image with the proportions of a shape: what is tested.
///
/// It is the same as resizing until the image covers the shape's sides divided by `share`, and cutting the shape out of
/// the middle; ImageNet's usual 256 and 224 pixels are a share of 0.875.
func centreBox(width: Int, height: Int, shape: PixelShape, share: Double) -> ImageBox {
  let scale = max(
    Double(shape.height) / (share * Double(height)), Double(shape.width) / (share * Double(width)))
  let (wide, tall) = (Double(shape.width) / scale, Double(shape.height) / scale)
  return ImageBox(
    left: (Double(width) - wide) / 2, top: (Double(height) - tall) / 2, width: wide, height: tall)
}

extension SplitMix64 {
  /// A number from [0, 1), a multiple of 2^-53.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }
}
