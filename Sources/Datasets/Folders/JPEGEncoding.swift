import CImageFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A JPEG of these pixels, for benchmarks that make their own images.
///
/// - Parameters:
///   - pixels: Shape [height, width, 3].
///   - quality: 1 to 100.
package func encodedJPEG(_ pixels: [UInt8], width: Int, height: Int, quality: Int) -> [UInt8] {
  precondition(pixels.count == width * height * 3, "three bytes a place")
  var count = 0
  guard let bytes = image_jpeg_encode(pixels, Int32(width), Int32(height), 3, Int32(quality), &count) else {
    preconditionFailure("there is memory for a JPEG")
  }
  defer { free(bytes) }
  return Array(UnsafeBufferPointer(start: bytes, count: count))
}
