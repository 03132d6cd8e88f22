import CZlib

extension DatasetSplits {
  /// Tells whether two data sets hold the same images with the same labels in the same parts: for each of training,
  /// validation and test the CRC-32 of the pixels and that of the labels, in hexadecimal digits.
  package var checksum: String {
    [train, validation, test].map { "\(digits($0.pixels))\(digits($0.labels))" }.joined(separator: "-")
  }

  private func digits(_ bytes: [UInt8]) -> String {
    let sum = bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    let text = String(sum, radix: 16)
    return String(repeating: "0", count: 8 - text.count) + text
  }
}
