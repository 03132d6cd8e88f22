extension PixelImage {
  /// A part of the image at other sides: along each axis the mean under a triangle that is two output pixels wide, or two
  /// of the image where it is enlarged.
  ///
  /// The filter, its order (rows first) and its rounding after each axis are those of Pillow's `resize` with BILINEAR and
  /// a box, so that networks see here what they see in torchvision.
  ///
  /// - Parameters:
  ///   - box: Within the image.
  ///   - firstRow: Of the whole image, where `self` holds only some of its rows; `box` counts from the whole image's.
  func resampled(
    _ box: ImageBox, width targetWidth: Int, height targetHeight: Int, firstRow: Int = 0
  ) -> PixelImage {
    let across = Taps(from: box.left, length: box.width, of: width, to: targetWidth)
    let down = Taps(from: box.top, length: box.height, of: firstRow + height, to: targetHeight)
    let (first, last) = (down.starts.first ?? 0, (down.starts.last ?? 0) + (down.counts.last ?? 0))
    precondition(first >= firstRow, "the rows that the box needs are there")
    var rows = [UInt8](repeating: 0, count: (last - first) * targetWidth * channels)
    pixels.withUnsafeBufferPointer { pixels in
      rows.withUnsafeMutableBufferPointer { rows in
        for row in first..<last {
          across.apply(
            pixels.baseAddress! + (row - firstRow) * width * channels,
            to: rows.baseAddress! + (row - first) * targetWidth * channels, channels: channels)
        }
      }
    }
    var result = [UInt8](repeating: 0, count: targetHeight * targetWidth * channels)
    let stride = targetWidth * channels
    rows.withUnsafeBufferPointer { rows in
      result.withUnsafeMutableBufferPointer { result in
        for row in 0..<targetHeight {
          down.apply(
            row, rows.baseAddress! + (down.starts[row] - first) * stride, stride: stride,
            to: result.baseAddress! + row * stride)
        }
      }
    }
    return PixelImage(width: targetWidth, height: targetHeight, channels: channels, pixels: result)
  }

  /// How far from a box's edge pixels are read, along an axis.
  static func reach(length: Double, to count: Int) -> Double { max(1, length / Double(count)) }
}

/// For each place of an axis the pixels that it is made of, with their weights.
private struct Taps {
  let starts: [Int]
  let counts: [Int]
  /// `most` a place, in units of 2^-22.
  private var weights: [Int32]
  private let most: Int
  private static let bits: Int32 = 22

  init(from start: Double, length: Double, of size: Int, to count: Int) {
    let scale = length / Double(count)
    let reach = PixelImage.reach(length: length, to: count)
    most = Int(reach.rounded(.up)) * 2 + 1
    weights = [Int32](repeating: 0, count: most * count)
    var starts: [Int] = []
    var counts: [Int] = []
    for place in 0..<count {
      let centre = start + (Double(place) + 0.5) * scale
      let low = max(0, Int(centre - reach + 0.5))
      let high = max(low + 1, min(size, Int(centre + reach + 0.5)))
      let raw = (low..<high).map { max(0, 1 - abs((Double($0) - centre + 0.5) / reach)) }
      let sum = raw.reduce(0, +)
      for (tap, weight) in raw.enumerated() {
        let share = sum == 0 ? 1 / Double(raw.count) : weight / sum
        weights[place * most + tap] = Int32((share * Double(1 << Self.bits)).rounded())
      }
      starts.append(low)
      counts.append(high - low)
    }
    self.starts = starts
    self.counts = counts
  }

  /// Along a row of pixels.
  func apply(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, channels: Int) {
    weights.withUnsafeBufferPointer { weights in
      starts.withUnsafeBufferPointer { starts in
        counts.withUnsafeBufferPointer { counts in
          if channels == 3 {
            for place in 0..<starts.count {
              let from = source + starts[place] &* 3
              let own = weights.baseAddress! + place &* most
              var (red, green, blue) = (Self.half, Self.half, Self.half)
              for tap in 0..<counts[place] {
                let weight = own[tap]
                red &+= weight &* Int32(from[tap &* 3])
                green &+= weight &* Int32(from[tap &* 3 &+ 1])
                blue &+= weight &* Int32(from[tap &* 3 &+ 2])
              }
              target[place &* 3] = Self.byte(red)
              target[place &* 3 &+ 1] = Self.byte(green)
              target[place &* 3 &+ 2] = Self.byte(blue)
            }
            return
          }
          for place in 0..<starts.count {
            for channel in 0..<channels {
              var sum = Self.half
              for tap in 0..<counts[place] {
                sum &+= weights[place &* most &+ tap] &* Int32(source[(starts[place] &+ tap) &* channels &+ channel])
              }
              target[place &* channels &+ channel] = Self.byte(sum)
            }
          }
        }
      }
    }
  }

  /// Of one place down the axis, for a whole row at once.
  func apply(_ place: Int, _ source: UnsafePointer<UInt8>, stride: Int, to target: UnsafeMutablePointer<UInt8>) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: stride) { sums in
      let sums = sums.baseAddress!
      for column in 0..<stride { sums[column] = Self.half }
      for tap in 0..<counts[place] {
        let weight = weights[place * most + tap]
        let row = source + tap * stride
        for column in 0..<stride { sums[column] &+= weight &* Int32(row[column]) }
      }
      for column in 0..<stride { target[column] = Self.byte(sums[column]) }
    }
  }

  private static var half: Int32 { 1 << (bits - 1) }
  @inline(__always)
  private static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(255, max(0, sum >> bits))) }
}
