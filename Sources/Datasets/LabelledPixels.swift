/// Images as a reader found them, before anything is measured or split.
struct LabelledPixels: Hashable, Sendable {
  /// Shape [images, height, width, channels].
  var pixels: [UInt8]
  /// Shape [images].
  var labels: [UInt8]

  var count: Int { labels.count }

  /// The images at `indices`, in that order.
  func selecting(_ indices: [Int], valueCount: Int) -> LabelledPixels {
    let selected = [UInt8](unsafeUninitializedCapacity: indices.count * valueCount) { buffer, initialised in
      pixels.withUnsafeBufferPointer { pixels in
        for (place, index) in indices.enumerated() {
          let image = UnsafeBufferPointer(rebasing: pixels[index * valueCount..<(index + 1) * valueCount])
          _ = UnsafeMutableBufferPointer(rebasing: buffer[(place * valueCount)...]).initialize(from: image)
        }
      }
      initialised = indices.count * valueCount
    }
    return LabelledPixels(pixels: selected, labels: indices.map { labels[$0] })
  }
}
