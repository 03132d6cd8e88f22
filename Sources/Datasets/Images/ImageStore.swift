/// Labelled images that a training or a test takes one by one, in any order and on any thread.
///
/// What `write` writes follows from its arguments alone, so that neither batches nor threads change an image.
package protocol ImageStore: Sendable {
  var identity: DatasetIdentity { get }
  /// Of every image as it is written.
  var shape: PixelShape { get }
  var count: Int { get }
  /// From bytes to what is written.
  var normalisation: PixelNormalisation { get }

  /// Writes one image as a network takes it: (value - mean) / deviation, [height, width, channels].
  ///
  /// - Parameters:
  ///   - index: From 0 to `count` - 1.
  ///   - epoch: Decides the augmentation together with `index`.
  ///   - output: As many values as `shape` has.
  /// - Returns: The image's class.
  /// - Throws: `BrokenImage` where its file cannot be decoded.
  func write(
    _ index: Int, _ augmentation: Augmentation, _ epoch: Epoch, to output: UnsafeMutableBufferPointer<Float>
  ) throws(BrokenImage) -> Int
}
