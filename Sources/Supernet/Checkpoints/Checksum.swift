import CZlib

/// CRC-32 as zlib has it, over parts.
package struct Checksum {
  private var state: UInt = 0

  package init() {}

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    state = UInt(crc32_z(uLong(state), start, bytes.count))
  }

  package var value: UInt32 { UInt32(truncatingIfNeeded: state) }
}
