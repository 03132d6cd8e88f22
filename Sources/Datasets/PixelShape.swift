/// The size of one image. All three are at least 1.
package struct PixelShape: Hashable, Sendable, CustomStringConvertible {
  package let channels: Int
  package let height: Int
  package let width: Int

  package init(channels: Int, height: Int, width: Int) {
    precondition(channels > 0 && height > 0 && width > 0, "an image has a pixel")
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Values in one image: channels x height x width.
  package var valueCount: Int { channels * height * width }

  /// For example `3x32x32`: channels, height, width.
  package var description: String { "\(channels)x\(height)x\(width)" }
}
