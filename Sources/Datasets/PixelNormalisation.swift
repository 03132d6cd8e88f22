/// Mean and standard deviation of each channel, in the unit of the stored pixels (0..255, or 0..16 for the digits).
package struct PixelNormalisation: Hashable, Sendable {
  package let mean: [Double]
  package let deviation: [Double]

  /// (value - mean) / deviation for every byte. Shape [channels, 256].
  let table: [Float]

  /// - Parameters:
  ///   - mean: One value a channel.
  ///   - deviation: One value a channel, each above 0.
  package init(mean: [Double], deviation: [Double]) {
    precondition(mean.count == deviation.count && deviation.allSatisfy { $0 > 0 }, "a deviation is above zero")
    self.mean = mean
    self.deviation = deviation
    table = zip(mean, deviation).flatMap { mean, deviation in
      (0..<256).map { Float((Double($0) - mean) / deviation) }
    }
  }

  /// Measures pixels. The sums are exact integers, so the order of the images and the machine cannot change a bit.
  ///
  /// A channel that has one value everywhere gets the deviation 1, so that it becomes 0 and not a division by zero.
  /// - Parameter pixels: Shape [images, height, width, channels], at least one image.
  init(measuring pixels: [UInt8], channels: Int) {
    let sums = ChannelSums(pixels, channels: channels)
    let count = Double(pixels.count / channels)
    let mean = sums.values.map { Double($0) / count }
    let deviation = zip(sums.squares, mean).map { square, mean in
      let variance = Double(square) / count - mean * mean
      return variance > 0 ? variance.squareRoot() : 1
    }
    self.init(mean: mean, deviation: deviation)
  }
}

/// Exact sums of the values and of their squares, one a channel. 2^64 is enough for 10^14 pixels.
private struct ChannelSums {
  var values: [UInt64]
  var squares: [UInt64]

  init(_ pixels: [UInt8], channels: Int) {
    values = Array(repeating: 0, count: channels)
    squares = Array(repeating: 0, count: channels)
    pixels.withUnsafeBufferPointer { pixels in
      for channel in 0..<channels {
        var value: UInt64 = 0
        var square: UInt64 = 0
        var position = channel
        while position < pixels.count {
          let pixel = UInt64(pixels[position])
          value &+= pixel
          square &+= pixel &* pixel
          position &+= channels
        }
        values[channel] = value
        squares[channel] = square
      }
    }
  }
}
