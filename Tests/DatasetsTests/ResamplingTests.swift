import Testing

@testable import Datasets

struct ResamplingTests {
  private static func image(_ width: Int, _ height: Int, _ channels: Int, seed: UInt64) -> PixelImage {
    PixelImage(
      width: width, height: height, channels: channels, pixels: Samples.pixels(width * height * channels, seed: seed))
  }

  @Test func `the whole of an image at its own size is the image`() {
    let image = Self.image(13, 9, 3, seed: 1)
    #expect(image.resampled(ImageBox(left: 0, top: 0, width: 13, height: 9), width: 13, height: 9) == image)
  }

  /// The filter as its comment states it, in double precision and both axes at once.
  private func naive(_ image: PixelImage, _ box: ImageBox, _ width: Int, _ height: Int) -> [Double] {
    func taps(_ start: Double, _ length: Double, _ size: Int, _ count: Int, _ place: Int) -> [(Int, Double)] {
      let reach = max(1, length / Double(count))
      let centre = start + (Double(place) + 0.5) * length / Double(count)
      var taps: [(Int, Double)] = []
      for pixel in 0..<size {
        let distance: Double = abs(Double(pixel) + 0.5 - centre) / reach
        if distance < 1 { taps.append((pixel, 1 - distance)) }
      }
      let sum = taps.reduce(0.0) { $0 + $1.1 }
      return taps.map { ($0.0, $0.1 / sum) }
    }
    return (0..<height).flatMap { y in
      (0..<width).flatMap { x in
        (0..<image.channels).map { channel in
          var sum = 0.0
          for (row, down) in taps(box.top, box.height, image.height, height, y) {
            for (column, across) in taps(box.left, box.width, image.width, width, x) {
              sum += down * across * Double(image.pixels[(row * image.width + column) * image.channels + channel])
            }
          }
          return sum
        }
      }
    }
  }

  @Test(arguments: [
    (ImageBox(left: 0, top: 0, width: 40, height: 30), 16, 16),
    (ImageBox(left: 3.5, top: 7.25, width: 20, height: 11), 7, 5),
    (ImageBox(left: 10, top: 10, width: 6, height: 6), 17, 13),
    (ImageBox(left: 39, top: 29, width: 1, height: 1), 3, 3),
  ])
  func `each pixel is the mean under the triangle`(box: ImageBox, width: Int, height: Int) {
    for channels in [1, 3] {
      let image = Self.image(40, 30, channels, seed: 5)
      let found = image.resampled(box, width: width, height: height).pixels
      let wanted = naive(image, box, width, height)
      // Rounded after each axis: half a level each, and a taps' rounding of 2^-22 each.
      #expect(zip(found, wanted).allSatisfy { abs(Double($0) - $1) <= 1.01 })
    }
  }

  /// Pillow 12.3.0, `Image.fromarray(a).resize((3, 2), BILINEAR, box=(1, 0, 7, 5))` of a[y, x] = (37 y + 11 x x) % 256.
  @Test func `the bytes are Pillow's`() {
    var pixels: [UInt8] = []
    for y in 0..<6 { for x in 0..<8 { pixels.append(UInt8((37 * y + 11 * x * x) % 256)) } }
    let image = PixelImage(width: 8, height: 6, channels: 1, pixels: pixels)
    let found = image.resampled(ImageBox(left: 1, top: 0, width: 6, height: 5), width: 3, height: 2)
    #expect(found.pixels == Self.pillow)
  }

  private static let pillow: [UInt8] = [70, 144, 121, 149, 146, 142]

  @Test func `rows that are there are enough`() {
    let image = Self.image(20, 40, 3, seed: 6)
    let part = PixelImage(width: 20, height: 20, channels: 3, pixels: Array(image.pixels[(10 * 60)..<(30 * 60)]))
    let box = ImageBox(left: 2, top: 14, width: 15, height: 10)
    #expect(
      part.resampled(box, width: 6, height: 6, firstRow: 10).pixels == image.resampled(box, width: 6, height: 6).pixels)
  }

  @Test func `random parts have allowed areas and ratios, and lie inside`() {
    var random = SplitMix64(seed: 3)
    var areas: [Double] = []
    for _ in 0..<500 {
      let box = ResizedCrop(shares: 0.2...0.6).box(width: 200, height: 150, using: &random)
      #expect(box.left >= 0 && box.top >= 0 && box.left + box.width <= 200 && box.top + box.height <= 150)
      // Sides are rounded to pixels.
      #expect((0.72...1.37).contains(box.width / box.height))
      areas.append(box.width * box.height / 30_000)
    }
    #expect((0.19...0.61).contains(areas.min()!) && (0.19...0.61).contains(areas.max()!))
    #expect(abs(areas.reduce(0, +) / 500 - 0.4) < 0.02)
    // No part of a strip has an allowed ratio and a fifth of its area: the middle is taken.
    let strip = ResizedCrop(shares: 0.5...1).box(width: 300, height: 10, using: &random)
    #expect(strip == ImageBox(left: 143, top: 0, width: 13, height: 10))
  }

  @Test func `the centre is what resizing and cutting leave`() {
    let shape = PixelShape(channels: 3, height: 224, width: 224)
    // 500 x 375: resized to 341.33 x 256, of which 224 x 224 are cut.
    let box = centreBox(width: 500, height: 375, shape: shape, share: 0.875)
    #expect(abs(box.width - 375 * 0.875) < 1e-9 && abs(box.height - 375 * 0.875) < 1e-9)
    #expect(abs(box.left - (500 - box.width) / 2) < 1e-9)
  }
}
