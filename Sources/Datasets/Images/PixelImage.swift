/// One image of bytes.
struct PixelImage: Hashable, Sendable {
  let width: Int
  let height: Int
  let channels: Int
  /// Shape [height, width, channels].
  var pixels: [UInt8]

  init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * channels, "an image has a byte for each place")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// The image flipped and shifted as was drawn.
  func shifted(_ draw: AugmentationDraw, border: Augmentation.Crop.Border) -> PixelImage {
    guard draw.isFlipped || draw.rowShift != 0 || draw.columnShift != 0 else { return self }
    let columns = (0..<width).map { draw.sourceColumn($0, width: width, border: border) ?? -1 }
    let shifted = [UInt8](unsafeUninitializedCapacity: pixels.count) { output, count in
      pixels.withUnsafeBufferPointer { pixels in
        columns.withUnsafeBufferPointer { columns in
          for row in 0..<height {
            let source = draw.sourceRow(row, height: height, border: border)
            for column in columns {
              for channel in 0..<channels {
                var value: UInt8 = 0
                if let source, column >= 0 { value = pixels[(source &* width &+ column) &* channels &+ channel] }
                output[count] = value
                count &+= 1
              }
            }
          }
        }
      }
    }
    return PixelImage(width: width, height: height, channels: channels, pixels: shifted)
  }

  /// Writes it as a network takes it.
  ///
  /// - Parameter table: Of `PixelNormalisation`.
  func write(by table: [Float], to output: UnsafeMutableBufferPointer<Float>) {
    pixels.withUnsafeBufferPointer { pixels in
      table.withUnsafeBufferPointer { table in
        for channel in 0..<channels {
          var place = channel
          while place < pixels.count {
            output[place] = table[channel &* 256 &+ Int(pixels[place])]
            place &+= channels
          }
        }
      }
    }
  }
}

/// A part of an image, in pixels and fractions of them, from its upper left corner.
struct ImageBox: Hashable, Sendable {
  var left: Double
  var top: Double
  var width: Double
  var height: Double

  /// The same part of the image at other sides.
  func scaled(x: Double, y: Double) -> ImageBox {
    ImageBox(left: left * x, top: top * y, width: width * x, height: height * y)
  }
}
