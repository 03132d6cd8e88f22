import CImageFiles
import Foundation

@testable import Datasets

/// Image folders made for a test.
enum FolderSamples {
  /// A smooth picture, so that JPEG changes little; colours depend on the class.
  static func picture(width: Int, height: Int, channels: Int, number: Int) -> [UInt8] {
    (0..<height).flatMap { y in
      (0..<width).flatMap { x in
        (0..<channels).map { c in UInt8((x * (c + 1) * 120 / width + y * 100 / height + number * 37 + c * 11) % 200) }
      }
    }
  }

  static func jpeg(
    width: Int = 40, height: Int = 30, channels: Int = 3, number: Int = 0, quality: Int = 90, pixels: [UInt8]? = nil
  ) -> [UInt8] {
    let pixels = pixels ?? picture(width: width, height: height, channels: channels, number: number)
    var count = 0
    let bytes = image_jpeg_encode(pixels, Int32(width), Int32(height), Int32(channels), Int32(quality), &count)!
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  static func png(width: Int = 40, height: Int = 30, channels: Int = 3, number: Int = 0, pixels: [UInt8]? = nil)
    -> [UInt8]
  {
    let pixels = pixels ?? picture(width: width, height: height, channels: channels, number: number)
    var count = 0
    let bytes = image_png_encode(pixels, Int32(width), Int32(height), Int32(channels), &count)!
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// Two classes, JPEG and PNG of several sizes: `train` has 6 images of each, `val` 3.
  static func folder(changing change: (TemporaryFolder) throws -> Void = { _ in }) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (part, count) in [("train", 6), ("val", 3)] {
      for (label, name) in ["ant", "bee"].enumerated() {
        let place = "\(part)/\(name)"
        try FileManager.default.createDirectory(
          atPath: "\(folder.path)/\(place)", withIntermediateDirectories: true)
        for number in 0..<count {
          let (width, height) = (30 + 7 * number, 50 - 5 * number)
          let bytes =
            number % 3 == 2
            ? png(width: width, height: height, number: 5 * label + number)
            : jpeg(width: width, height: height, number: 5 * label + number)
          try folder.write(bytes, to: "\(place)/\(number).\(number % 3 == 2 ? "png" : "JPEG")")
        }
      }
    }
    try change(folder)
    return folder
  }
}
