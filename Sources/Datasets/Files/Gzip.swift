import CZlib

/// Gzip by the system's zlib.
enum Gzip {
  /// Whether `bytes` begin with the two bytes of every gzip file. No format read here begins so when it is plain.
  static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x1f, 0x8b])
  }

  /// Unpacks a whole gzip file, of one member or of several laid end to end (RFC 1952, section 2.2).
  ///
  /// - Parameters:
  ///   - path: The name for messages.
  ///   - limit: The most bytes that may come out.
  /// - Throws: `DatasetError.damagedGzip`, `.tooLarge`.
  static func unpack(_ packed: [UInt8], path: String, limit: Int) throws -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, gzipWindowBits, ZLIB_VERSION, size) == Z_OK else {
      throw DatasetError.damagedGzip(path: path, reason: "zlib could not start")
    }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    result.reserveCapacity(min(limit, packed.count * 4))
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var used = 0
    while true {
      let step = inflateOnce(&stream, packed, from: used, into: &chunk)
      used += step.read
      result.append(contentsOf: chunk[..<step.written])
      guard result.count <= limit else { throw DatasetError.tooLarge(path: path, limit: limit) }
      switch step.status {
      case Z_STREAM_END where used == packed.count: return result
      case Z_STREAM_END:
        guard isGzip(Array(packed[used...].prefix(2))), inflateReset(&stream) == Z_OK else {
          throw DatasetError.damagedGzip(path: path, reason: "other bytes follow its end at byte \(used)")
        }
      case Z_OK where step.read > 0 || step.written > 0: continue
      case Z_OK, Z_BUF_ERROR: throw DatasetError.damagedGzip(path: path, reason: "it ends after \(used) bytes")
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "zlib status \(step.status)"
        throw DatasetError.damagedGzip(path: path, reason: "\(reason) near byte \(used)")
      }
    }
  }

  /// The CRC-32 that gzip itself uses.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
  }

  /// 15 for the largest window and 16 for "expect a gzip header" (zlib.h, inflateInit2).
  private static let gzipWindowBits: Int32 = 15 + 16

  private typealias Step = (status: Int32, read: Int, written: Int)

  /// One call of `inflate` with all input that is left, which may be none, and an empty chunk.
  private static func inflateOnce(
    _ stream: inout z_stream, _ packed: [UInt8], from used: Int, into chunk: inout [UInt8]
  ) -> Step {
    packed.withUnsafeBufferPointer { input in
      chunk.withUnsafeMutableBufferPointer { output in
        let available = input.count - used
        // zlib's field is not const, but inflate only reads it.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + used })
        stream.avail_in = UInt32(clamping: available)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        let offered = Int(stream.avail_in)
        let status = inflate(&stream, Z_NO_FLUSH)
        return (status, offered - Int(stream.avail_in), output.count - Int(stream.avail_out))
      }
    }
  }
}
