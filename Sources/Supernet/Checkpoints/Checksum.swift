import CZlib

/// CRC-32 as zlib has it, over parts.
struct Checksum {
  private var state: UInt = 0

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    state = UInt(crc32_z(uLong(state), start, bytes.count))
  }

  var value: UInt32 { UInt32(truncatingIfNeeded: state) }
}
