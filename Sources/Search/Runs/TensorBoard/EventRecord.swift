/// Records of a TensorBoard event file.
///
/// A file is a TFRecord file (tensorflow/core/lib/io/record_writer.h): for each record its length (uint64), the masked
/// CRC-32C of the length (uint32), the bytes, the masked CRC-32C of the bytes; all little-endian. The bytes are an
/// `Event` of tensorflow/core/util/event.proto, in the encoding of Protocol Buffers, of which three fields are needed.
enum EventRecord {
  /// The first record of a file.
  static var version: [UInt8] { framed(event(step: 0, field(3, "brain.Event:2"))) }

  /// Named numbers of one step.
  static func scalars(_ values: [(tag: String, value: Double)], step: Int) -> [UInt8] {
    let summary = values.flatMap { tag, value in
      field(1, bytes: field(1, tag) + fixed(2, Float(value)))
    }
    return framed(event(step: step, field(5, bytes: summary)))
  }

  /// An event's time is its step as seconds, so that the same run is the same bytes; TensorBoard's axis "relative" shows
  /// steps, then.
  private static func event(step: Int, _ content: [UInt8]) -> [UInt8] {
    fixed(1, Double(step)) + [0x10] + varint(UInt64(step)) + content
  }

  /// A record in its frame.
  static func framed(_ bytes: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(bytes.count))
    return length + littleEndian(maskedChecksum(length)) + bytes + littleEndian(maskedChecksum(bytes))
  }

  // MARK: Protocol Buffers (developers.google.com/protocol-buffers/docs/encoding)

  private static func field(_ number: UInt8, bytes: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(UInt64(bytes.count)) + bytes
  }

  private static func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, bytes: Array(text.utf8)) }

  private static func fixed(_ number: UInt8, _ value: Double) -> [UInt8] {
    [number << 3 | 1] + littleEndian(value.bitPattern)
  }

  private static func fixed(_ number: UInt8, _ value: Float) -> [UInt8] {
    [number << 3 | 5] + littleEndian(value.bitPattern)
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  // MARK: Checksums

  /// Rotated and shifted, so that the checksum of bytes that hold checksums is no special case
  /// (tensorflow/core/lib/hash/crc32c.h).
  static func maskedChecksum(_ bytes: [UInt8]) -> UInt32 {
    let sum = castagnoli(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }

  /// CRC-32C (Castagnoli; RFC 3720, section 12.1), bit-reversed polynomial 0x82F63B78.
  static func castagnoli(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
  }
}
