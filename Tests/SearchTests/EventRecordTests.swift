import Testing

@testable import Search

/// TensorBoard's files, taken apart byte by byte. Reading them with the `tensorboard` package was done by hand.
struct EventRecordTests {
  /// RFC 3720, section B.4, and the check value of CRC-32C.
  @Test func `the checksum is that of the standard`() {
    #expect(EventRecord.castagnoli([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(EventRecord.castagnoli([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(EventRecord.castagnoli(Array(0..<32)) == 0x46DD_794E)
    #expect(EventRecord.castagnoli(Array("123456789".utf8)) == 0xE306_9283)
    #expect(EventRecord.castagnoli([]) == 0)
  }

  @Test func `a record is framed by its length and two checksums`() {
    let record = EventRecord.framed([1, 2, 3])
    #expect(record.count == 8 + 4 + 3 + 4)
    #expect(Array(record[..<8]) == [3, 0, 0, 0, 0, 0, 0, 0])
    #expect(number(record[8..<12]) == EventRecord.maskedChecksum(Array(record[..<8])))
    #expect(Array(record[12..<15]) == [1, 2, 3])
    #expect(number(record[15...]) == EventRecord.maskedChecksum([1, 2, 3]))
  }

  /// From a file that TensorFlow's own writer makes: the first record without its time.
  @Test func `the first record names the version of the format`() {
    let record = EventRecord.version
    #expect(Array(record[12...].dropLast(4)).suffix(15) == [0x1A, 13] + Array("brain.Event:2".utf8))
  }

  @Test func `a step's numbers are tags and floats of one summary`() {
    let record = EventRecord.scalars([("a", 1), ("b", -2)], step: 300)
    let event = Array(record[12...].dropLast(4))
    let summary: [UInt8] =
      [0x0A, 8, 0x0A, 1, 0x61, 0x15, 0, 0, 0x80, 0x3F] + [0x0A, 8, 0x0A, 1, 0x62, 0x15, 0, 0, 0, 0xC0]
    // Time: 300 as float64; step: 300 as a varint; summary.
    #expect(
      event == [0x09, 0, 0, 0, 0, 0, 0xC0, 0x72, 0x40] + [0x10, 0xAC, 0x02] + [0x2A, UInt8(summary.count)] + summary)
  }

  private func number(_ bytes: some BidirectionalCollection<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
