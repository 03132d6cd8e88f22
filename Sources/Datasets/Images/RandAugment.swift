/// Random changes of an image, all with one strength: Cubuk, Zoph, Shlens and Le 2020 (arXiv 1909.13719), section 3.
///
/// The fourteen changes and their ranges are torchvision's: strengths from 0 to 30 go from no change to a shear of 0.3, a
/// shift of 150 / 331 of a side, 30 degrees, a factor of 1 ± 0.9, 4 bits taken away, and a threshold of 0 for
/// inverting. Deviation: what comes in from outside is the background, 0, as for crops.
package struct RandAugment: Hashable, Sendable {
  /// Changes of each image, one after another; one may come again.
  package let count: Int
  /// From 0 to 30.
  package let strength: Double

  package init(count: Int, strength: Double) {
    precondition((1...16).contains(count) && (0...30).contains(strength), "a strength is from 0 to 30")
    self.count = count
    self.strength = strength
  }

  enum Change: CaseIterable {
    case none, shearX, shearY, shiftX, shiftY, rotation, brightness, colour, contrast, sharpness, bits, inversion
    case stretching, equalising
  }

  func apply(to image: inout PixelImage, using random: inout SplitMix64) {
    for _ in 0..<count {
      let change = Change.allCases[random.below(Change.allCases.count)]
      let sign = random.below(2) == 0 ? 1.0 : -1.0
      image.apply(change, share: strength / 30, sign: sign)
    }
  }
}

extension PixelImage {
  /// - Parameters:
  ///   - share: Of the greatest strength, 0 to 1.
  ///   - sign: 1 or -1, for changes that have two directions.
  mutating func apply(_ change: RandAugment.Change, share: Double, sign: Double) {
    let factor = 1 + sign * 0.9 * share
    switch change {
    case .none: break
    case .shearX: self = warped(1, sign * 0.3 * share, 0, 0, 1, 0)
    case .shearY: self = warped(1, 0, 0, sign * 0.3 * share, 1, 0)
    case .shiftX: self = warped(1, 0, (sign * share * 150 / 331 * Double(width)).rounded(), 0, 1, 0)
    case .shiftY: self = warped(1, 0, 0, 0, 1, (sign * share * 150 / 331 * Double(height)).rounded())
    case .rotation:
      let angle = sign * share * .pi / 6
      self = warped(cosine(angle), -sine(angle), 0, sine(angle), cosine(angle), 0)
    case .brightness: map { _ in { Self.byte(Double($0) * factor) } }
    case .colour: blend(with: luminance, factor)
    case .contrast:
      let grey = luminance
      let mean = (Double(grey.reduce(0) { $0 + Int($1) }) / Double(grey.count)).rounded()
      map { _ in { Self.byte(mean + (Double($0) - mean) * factor) } }
    case .sharpness: sharpen(factor)
    case .bits:
      let kept = UInt8.max << UInt8((share * 4).rounded())
      map { _ in { $0 & kept } }
    case .inversion:
      let threshold = 255 * (1 - share)
      map { _ in { Double($0) >= threshold ? 255 - $0 : $0 } }
    case .stretching: stretch()
    case .equalising: equalise()
    }
  }

  private static func byte(_ value: Double) -> UInt8 { UInt8(min(255, max(0, value.rounded()))) }

  /// Each byte through a table of its channel.
  private mutating func map(_ rule: (_ channel: Int) -> (UInt8) -> UInt8) {
    let tables = (0..<channels).map { channel in
      let rule = rule(channel)
      return (0..<256).map { rule(UInt8($0)) }
    }
    let channels = channels
    pixels.withUnsafeMutableBufferPointer { pixels in
      for channel in 0..<channels {
        tables[channel].withUnsafeBufferPointer { table in
          var place = channel
          while place < pixels.count {
            pixels[place] = table[Int(pixels[place])]
            place &+= channels
          }
        }
      }
    }
  }

  /// ITU-R BT.601, of each place.
  private var luminance: [UInt8] {
    guard channels == 3 else { return (0..<width * height).map { pixels[$0 * channels] } }
    var grey = [UInt8](repeating: 0, count: width * height)
    pixels.withUnsafeBufferPointer { pixels in
      for place in 0..<grey.count {
        let red = 299 &* Int(pixels[place &* 3])
        let green = 587 &* Int(pixels[place &* 3 &+ 1])
        let blue = 114 &* Int(pixels[place &* 3 &+ 2])
        grey[place] = UInt8((red &+ green &+ blue &+ 500) / 1000)
      }
    }
    return grey
  }

  private mutating func blend(with grey: [UInt8], _ factor: Double) {
    guard channels == 3 else { return }
    for place in 0..<pixels.count {
      let base = Double(grey[place / 3])
      pixels[place] = Self.byte(base + (Double(pixels[place]) - base) * factor)
    }
  }

  /// Away from the image smoothed by (1, 1, 1; 1, 5, 1; 1, 1, 1) / 13, or towards it; the border stays.
  private mutating func sharpen(_ factor: Double) {
    guard width > 2, height > 2 else { return }
    let source = pixels
    let stride = width * channels
    for row in 1..<height - 1 {
      for place in row * stride + channels..<(row + 1) * stride - channels {
        var sum = 4 * Int(source[place])
        for line in [place - stride, place, place + stride] {
          sum += Int(source[line - channels]) + Int(source[line]) + Int(source[line + channels])
        }
        let smooth = (Double(sum) / 13).rounded()
        pixels[place] = Self.byte(smooth + (Double(source[place]) - smooth) * factor)
      }
    }
  }

  private func histogram(_ channel: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    for place in Swift.stride(from: channel, to: pixels.count, by: channels) { counts[Int(pixels[place])] += 1 }
    return counts
  }

  /// Each channel's least value becomes 0 and its greatest 255.
  private mutating func stretch() {
    let histograms = (0..<channels).map { histogram($0) }
    map { channel in
      let counts = histograms[channel]
      let low = counts.firstIndex { $0 > 0 } ?? 0
      let high = counts.lastIndex { $0 > 0 } ?? 255
      guard high > low else { return { $0 } }
      return { Self.byte((Double($0) - Double(low)) * 255 / Double(high - low)) }
    }
  }

  /// Each channel's values become equally frequent, as Pillow's `ImageOps.equalize` does it.
  private mutating func equalise() {
    let histograms = (0..<channels).map { histogram($0) }
    map { channel in
      let counts = histograms[channel]
      let last = counts.last { $0 > 0 } ?? 0
      let step = (counts.reduce(0, +) - last) / 255
      guard step > 0 else { return { $0 } }
      var sum = step / 2
      let table = counts.map { count in
        defer { sum += count }
        return UInt8(min(255, sum / step))
      }
      return { table[Int($0)] }
    }
  }

  /// The image through an affine map around its centre: what lies at (a x + b y + c, d x + e y + f) comes to (x, y),
  /// nearest pixel.
  private func warped(_ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double) -> PixelImage {
    var result = PixelImage(
      width: width, height: height, channels: channels, pixels: [UInt8](repeating: 0, count: pixels.count))
    let (middleX, middleY) = (Double(width) / 2, Double(height) / 2)
    for row in 0..<height {
      let y = Double(row) + 0.5 - middleY
      for column in 0..<width {
        let x = Double(column) + 0.5 - middleX
        let fromX = Int((a * x + b * y + c + middleX).rounded(.down))
        let fromY = Int((d * x + e * y + f + middleY).rounded(.down))
        guard (0..<width).contains(fromX), (0..<height).contains(fromY) else { continue }
        for channel in 0..<channels {
          result.pixels[(row * width + column) * channels + channel] =
            pixels[(fromY * width + fromX) * channels + channel]
        }
      }
    }
    return result
  }
}
