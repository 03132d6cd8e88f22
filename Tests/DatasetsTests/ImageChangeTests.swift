import Testing

@testable import Datasets

/// RandAugment's changes, mixed images and dropped branches.
struct ImageChangeTests {
  private static let image = PixelImage(width: 12, height: 10, channels: 3, pixels: Samples.pixels(360, seed: 8))

  @Test(arguments: RandAugment.Change.allCases.filter { ![.stretching, .equalising].contains($0) })
  func `a change without strength changes nothing`(change: RandAugment.Change) {
    var image = Self.image
    image.apply(change, share: 0, sign: 1)
    // Nothing is at or above the threshold of 255 but 255 itself.
    #expect(image.pixels == Self.image.pixels.map { change == .inversion && $0 == 255 ? 0 : $0 })
    var strong = Self.image
    strong.apply(change, share: 1, sign: 1)
    #expect(change == .none || strong != Self.image)
  }

  @Test func `changes do what their names say`() {
    func after(_ change: RandAugment.Change, _ share: Double, _ sign: Double = 1) -> PixelImage {
      var image = Self.image
      image.apply(change, share: share, sign: sign)
      return image
    }
    func mean(_ image: PixelImage) -> Double { Double(image.pixels.reduce(0) { $0 + Int($1) }) / 360 }
    #expect(mean(after(.brightness, 1, -1)) < 0.15 * mean(Self.image))
    #expect(after(.bits, 1).pixels.allSatisfy { $0 & 0x0F == 0 })
    #expect(after(.inversion, 1).pixels == Self.image.pixels.map { 255 - $0 })
    let shifted = after(.shiftX, 1, -1)
    // 12 x 150 / 331 = 5.4 pixels.
    #expect(shifted.pixels[15..<36] == Self.image.pixels[0..<21])
    #expect(shifted.pixels[0..<15].allSatisfy { $0 == 0 })
    let stretched = after(.stretching, 1)
    for channel in 0..<3 {
      let values = stride(from: channel, to: 360, by: 3).map { stretched.pixels[$0] }
      #expect(values.min() == 0 && values.max() == 255)
    }
    let grey = after(.colour, 1, -1)
    func spread(_ image: PixelImage) -> Int {
      stride(from: 0, to: 360, by: 3).reduce(0) { sum, place in
        let pixel = image.pixels[place..<place + 3]
        return sum + Int(pixel.max()!) - Int(pixel.min()!)
      }
    }
    #expect(spread(grey) * 9 < spread(Self.image))
  }

  /// Where a value comes to follows from how many pixels of its channel are darker; few pixels are left alone.
  @Test func `equalising makes values equally frequent`() {
    var small = Self.image
    small.apply(.equalising, share: 1, sign: 1)
    #expect(small == Self.image, "120 pixels a channel are fewer than there are levels")
    let pixels = Samples.pixels(3 * 2048, seed: 9).map { $0 / 4 + 20 }
    var image = PixelImage(width: 64, height: 32, channels: 3, pixels: pixels)
    image.apply(.equalising, share: 0, sign: -1)
    for channel in 0..<3 {
      let (old, new) = (
        stride(from: channel, to: pixels.count, by: 3).map { Int(pixels[$0]) },
        stride(from: channel, to: pixels.count, by: 3).map { Int(image.pixels[$0]) }
      )
      let brightest = old.max()!
      let step = (2048 - old.count { $0 == brightest }) / 255
      #expect(new == old.map { value in min(255, (step / 2 + old.count { $0 < value }) / step) })
      // Values from 20 to 83 come to lie over the whole range.
      #expect(new.min()! <= 1 && new.max()! >= 240)
    }
  }

  @Test func `mixed images have the classes of both, in the same shares`() {
    let mixup = Mixup(alpha: 0.4)
    let labels = [2, 0, 1, 2, 1]
    var values = (0..<5 * 7).map { Float($0) }
    let before = values
    let shares = values.withUnsafeMutableBufferPointer { room in
      mixup.mix(room, labels: labels, classes: 3, seed: 3, step: 11)
    }
    for row in 0..<5 {
      let own = shares[row * 3..<row * 3 + 3]
      #expect(abs(own.reduce(0, +) - 1) < 1e-6 && own.allSatisfy { $0 >= 0 })
    }
    // All images of a row of numbers: the mixture of rows i and j moves by the same amount everywhere.
    for row in 0..<5 {
      let moves = (0..<7).map { values[row * 7 + $0] - before[row * 7 + $0] }
      #expect(moves.allSatisfy { abs($0 - moves[0]) < 1e-4 })
    }
    var again = before
    let same = again.withUnsafeMutableBufferPointer { mixup.mix($0, labels: labels, classes: 3, seed: 3, step: 11) }
    #expect(again == values && same == shares)
  }

  @Test(arguments: [0.1, 0.5, 1.0])
  func `shares are drawn from the beta distribution`(alpha: Double) {
    var random = SplitMix64(seed: 5)
    let draws = (0..<4000).map { _ in Mixup(alpha: alpha).beta(using: &random) }
    let mean = draws.reduce(0, +) / 4000
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
    // Beta(a, a) has variance 1 / (4 (2 a + 1)); the standard error of a mean of 4000 is below 0.008.
    #expect(abs(mean - 0.5) < 0.03)
    #expect(abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.02)
  }

  @Test func `branches take part as often as they should, and weigh more for it`() {
    let depth = StochasticDepth(rate: 0.4)
    for branch in 0..<4 {
      let kept = 1 - 0.4 * Double(branch + 1) / 4
      let factors = (0..<50).flatMap { depth.factors(branch: branch, of: 4, images: 40, seed: 1, step: $0) }
      #expect(Set(factors) == [0, Float(1 / kept)])
      // 2000 draws: a standard error of at most 0.019 of the mean factor, which is 1.
      #expect(abs(factors.reduce(0, +) / 2000 - 1) < 0.08)
    }
  }
}
