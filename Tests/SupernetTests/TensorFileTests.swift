import Supernet
import Testing

struct TensorFileTests {
  private static let file = TensorFile(
    [
      TensorFile.Tensor("b", [2, 3], .float32([1, -0.0, .infinity, .leastNonzeroMagnitude, 1e38, -7])),
      TensorFile.Tensor("a", [2], .float64([.leastNonzeroMagnitude, -.infinity])),
      TensorFile.Tensor("none", [0], .float64([])),
    ], texts: ["step": "12", "text": "\"quoted\" / ü"])

  private func bytes(of file: TensorFile) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try file.write { bytes += $0 }
    return bytes
  }

  @Test func `what was written is read, bit for bit and in order`() throws {
    #expect(try TensorFile(reading: bytes(of: Self.file)) == Self.file)
    guard case .float32(let values)? = try TensorFile(reading: bytes(of: Self.file))["b"] else { throw Wrong() }
    #expect(values[1].sign == .minus)
  }

  @Test func `the header is JSON that ends at a multiple of eight bytes`() throws {
    let bytes = try bytes(of: Self.file)
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length % 8 == 0)
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    #expect(header.hasPrefix(#"{"__metadata__":{"#))
    #expect(header.contains(#""b":{"data_offsets":[0,24],"dtype":"F32","shape":[2,3]}"#))
    #expect(header.contains(#""checksum":{"data_offsets":[40,44],"dtype":"U8","shape":[4]}"#))
  }

  @Test func `every cut and every changed bit is found`() throws {
    let whole = try bytes(of: Self.file)
    for end in whole.indices {
      #expect(throws: TensorFileError.self) { try TensorFile(reading: Array(whole[..<end])) }
    }
    for place in whole.indices {
      var changed = whole
      changed[place] ^= 1 << (place % 8)
      #expect(throws: TensorFileError.checksum) { try TensorFile(reading: changed) }
    }
  }

  private struct Wrong: Error {}
}
