import Foundation
import Testing

@testable import Datasets

/// A folder that is gone when the test ends.
final class TemporaryFolder {
  let path: String

  init(_ files: [String: [UInt8]] = [:]) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, content) in files { try write(content, to: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ content: [UInt8], to name: String) throws {
    try Data(content).write(to: URL(filePath: path).appending(path: name))
  }

  /// `error` as the user reads it, with the folder's changing name replaced.
  func text(of error: any Error) -> String {
    "\(error)".replacing(path, with: "FOLDER")
  }
}

/// Small files in the formats of the real data sets. Class `i % 10`; pixels from a generator.
enum Samples {
  static func bigEndian(_ words: UInt32...) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
  }

  static func pixels(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(random.below(256)) }
  }

  static func idxImages(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    bigEndian(2051, UInt32(count), 28, 28) + pixels(count * 784, seed: seed)
  }

  static func idxLabels(_ count: Int) -> [UInt8] {
    bigEndian(2049, UInt32(count)) + (0..<count).map { UInt8($0 % 10) }
  }

  static func fashion(training: Int = 60, test: Int = 20) -> [String: [UInt8]] {
    [
      "train-images-idx3-ubyte": idxImages(training, seed: 1), "train-labels-idx1-ubyte": idxLabels(training),
      "t10k-images-idx3-ubyte": idxImages(test, seed: 2), "t10k-labels-idx1-ubyte": idxLabels(test),
    ]
  }

  static func cifarBatch(_ count: Int, seed: UInt64) -> [UInt8] {
    (0..<count).flatMap { [UInt8($0 % 10)] + pixels(3072, seed: seed + UInt64($0)) }
  }

  /// Gzip that does not compress (RFC 1951, section 3.2.4): stored blocks between header and checksum.
  static func gzip(_ content: [UInt8]) -> [UInt8] {
    var packed: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    let starts = Array(stride(from: 0, to: max(1, content.count), by: 65_535))
    for start in starts {
      let block = content[start..<min(start + 65_535, content.count)]
      let length = UInt16(block.count)
      packed += [start == starts.last ? 1 : 0] + littleEndian(UInt32(length), 2) + littleEndian(UInt32(~length), 2)
      packed += block
    }
    return packed + littleEndian(Gzip.checksum(content), 4) + littleEndian(UInt32(content.count), 4)
  }

  private static func littleEndian(_ value: UInt32, _ count: UInt32) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// The images of a part, each with its label, as values that can be compared and counted.
func images(of part: ImageSet) -> [[UInt8]] {
  (0..<part.count).map { index in
    [part.labels[index]] + part.pixels[index * part.shape.valueCount..<(index + 1) * part.shape.valueCount]
  }
}

struct SamplesTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `the sum is that of the standard's examples`(text: String, sum: String) {
    #expect(sha256(Array(text.utf8)) == sum)
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 200_000])
  func `packed samples unpack`(count: Int) throws {
    let content = Samples.pixels(count, seed: 3)
    #expect(try FileBytes(path: "sample", content: Samples.gzip(content)).bytes == content)
  }
}
