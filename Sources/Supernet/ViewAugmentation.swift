package import Datasets

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Random views of images for contrastive training (pi-nas.md, sections 5.1 and 10): crop, flip, brightness and contrast,
/// blur, on normalised pixels.
///
/// Deviations: brightness scales the stored pixel, contrast scales around the image's own mean; hue and saturation stay, and
/// a blur is a 3 x 3 kernel, since images are small.
package struct ViewAugmentation: Hashable, Sendable, Codable {
  /// Of the area that a crop keeps; the greatest is 1.
  package var leastCrop: Double
  package var flips: Bool
  /// Brightness and contrast are factors from 1 - jitter to 1 + jitter, with a chance of 0.8.
  package var jitter: Double
  /// The largest deviation of the blur, in pixels, with a chance of 0.5; 0: none.
  package var blur: Double

  package init(leastCrop: Double, flips: Bool, jitter: Double, blur: Double) {
    self.leastCrop = leastCrop
    self.flips = flips
    self.jitter = jitter
    self.blur = blur
  }

  /// Crops and flips alone.
  package var geometric: ViewAugmentation { ViewAugmentation(leastCrop: leastCrop, flips: flips, jitter: 0, blur: 0) }

  /// A view of each image.
  ///
  /// - Parameters:
  ///   - values: Shape [n, h, w, c].
  ///   - generator: Of an image, by its place in the batch.
  package func views<Generator: RandomNumberGenerator>(
    of values: [Float], _ shape: PixelShape, _ normalisation: PixelNormalisation, _ generator: (Int) -> Generator
  ) -> [Float] {
    var result = values
    for image in 0..<values.count / shape.valueCount {
      var random = generator(image)
      var pixels = Array(values[image * shape.valueCount..<(image + 1) * shape.valueCount])
      crop(&pixels, shape, using: &random)
      shade(&pixels, shape, normalisation, using: &random)
      soften(&pixels, shape, using: &random)
      result.replaceSubrange(image * shape.valueCount..<(image + 1) * shape.valueCount, with: pixels)
    }
    return result
  }

  private func uniform(_ range: ClosedRange<Double>, using random: inout some RandomNumberGenerator) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(random.next() >> 11) * 0x1p-53
  }

  /// A box of a random area and of sides from 3/4 to 4/3, stretched to the whole, bilinear; then perhaps mirrored.
  private func crop(_ pixels: inout [Float], _ shape: PixelShape, using random: inout some RandomNumberGenerator) {
    let area = uniform(leastCrop...1, using: &random)
    let ratio = exp(uniform(-0.2876820724517809...0.2876820724517809, using: &random))
    let (height, width) = (Double(shape.height), Double(shape.width))
    let tall = min(height, (area * height * width / ratio).squareRoot())
    let wide = min(width, (area * height * width * ratio).squareRoot())
    let top = uniform(0...1, using: &random) * (height - tall)
    let left = uniform(0...1, using: &random) * (width - wide)
    let isFlipped = uniform(0...1, using: &random) < 0.5 && flips
    let source = pixels
    for y in 0..<shape.height {
      let (up, down, shareY) = neighbours(top + (Double(y) + 0.5) * tall / height - 0.5, shape.height)
      for x in 0..<shape.width {
        let column = isFlipped ? shape.width - 1 - x : x
        let (west, east, shareX) = neighbours(left + (Double(column) + 0.5) * wide / width - 0.5, shape.width)
        for channel in 0..<shape.channels {
          func pixel(_ y: Int, _ x: Int) -> Float { source[(y * shape.width + x) * shape.channels + channel] }
          let above = pixel(up, west) + (pixel(up, east) - pixel(up, west)) * shareX
          let below = pixel(down, west) + (pixel(down, east) - pixel(down, west)) * shareX
          pixels[(y * shape.width + x) * shape.channels + channel] = above + (below - above) * shareY
        }
      }
    }
  }

  private func neighbours(_ place: Double, _ count: Int) -> (low: Int, high: Int, share: Float) {
    let inside = min(max(place, 0), Double(count - 1))
    let low = Int(inside)
    return (low, min(low + 1, count - 1), Float(inside - Double(low)))
  }

  private func shade(
    _ pixels: inout [Float], _ shape: PixelShape, _ normalisation: PixelNormalisation,
    using random: inout some RandomNumberGenerator
  ) {
    let isShaded = uniform(0...1, using: &random) < 0.8
    let brightness = Float(uniform(1 - jitter...1 + jitter, using: &random))
    let contrast = Float(uniform(1 - jitter...1 + jitter, using: &random))
    guard isShaded, jitter > 0 else { return }
    // A stored pixel is value x deviation + mean.
    let zeros = zip(normalisation.mean, normalisation.deviation).map { Float($0 / $1) }
    for place in pixels.indices {
      let zero = zeros[place % shape.channels]
      pixels[place] = (pixels[place] + zero) * brightness - zero
    }
    let mean = pixels.reduce(0, +) / Float(pixels.count)
    for place in pixels.indices { pixels[place] = mean + (pixels[place] - mean) * contrast }
  }

  private func soften(_ pixels: inout [Float], _ shape: PixelShape, using random: inout some RandomNumberGenerator) {
    let isSoft = uniform(0...1, using: &random) < 0.5
    let deviation = uniform(0.1...max(0.1, blur), using: &random)
    guard isSoft, blur > 0 else { return }
    let side = Float(exp(-1 / (2 * deviation * deviation)))
    let weights = [side / (1 + 2 * side), 1 / (1 + 2 * side), side / (1 + 2 * side)]
    for isVertical in [true, false] {
      let source = pixels
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          for channel in 0..<shape.channels {
            var sum: Float = 0
            for step in -1...1 {
              let row = isVertical ? min(max(y + step, 0), shape.height - 1) : y
              let column = isVertical ? x : min(max(x + step, 0), shape.width - 1)
              sum += weights[step + 1] * source[(row * shape.width + column) * shape.channels + channel]
            }
            pixels[(y * shape.width + x) * shape.channels + channel] = sum
          }
        }
      }
    }
  }
}
