import Foundation

/// Named arrays of numbers and a few texts as the bytes of one file, which are complete or refused.
///
/// The layout is that of safetensors (huggingface/safetensors, README, "Format"): eight bytes with the length of a JSON
/// header, little-endian; the header; the numbers. So other tools can read it. The last tensor, `checksum`, is the
/// CRC-32 of every byte before it, the header's included.
package struct TensorFile: Hashable, Sendable {
  package enum Values: Hashable, Sendable {
    case float32([Float])
    case float64([Double])

    package var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      }
    }
  }

  package struct Tensor: Hashable, Sendable {
    package let name: String
    package let shape: [Int]
    package let values: Values

    /// - Precondition: as many values as the shape has places.
    package init(_ name: String, _ shape: [Int], _ values: Values) {
      precondition(values.count == shape.reduce(1, *), "'\(name)' has as many values as its shape has places")
      self.name = name
      self.shape = shape
      self.values = values
    }

    /// The same numbers under another name.
    package func renamed(_ name: String) -> Tensor { Tensor(name, shape, values) }
  }

  package private(set) var tensors: [Tensor]
  /// The header's `__metadata__`.
  package var texts: [String: String]

  package init(_ tensors: [Tensor], texts: [String: String] = [:]) {
    self.tensors = tensors
    self.texts = texts
  }

  package mutating func append(contentsOf more: [Tensor]) { tensors += more }

  /// The numbers under a name; nil: there are none.
  package subscript(name: String) -> Values? { tensors.first { $0.name == name }?.values }

  private static let checksumName = "checksum"
  private static let checksumBytes = 4

  /// Whether a file has the last tensor that is no part of its contents.
  package enum Checksumming: Hashable, Sendable {
    /// As every file does that a run goes on from.
    case always
    /// Where other programs write or read the file, which know no such tensor: checked if it is there, and not written.
    case ifThere
  }

  /// Hands the file's bytes on, part by part.
  package func write(_ checksumming: Checksumming = .always, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
    var checksum = Checksum()
    func pass(_ bytes: UnsafeRawBufferPointer) throws {
      checksum.add(bytes)
      try take(bytes)
    }
    let header = try header(checksumming)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian, pass)
    try header.withUnsafeBytes(pass)
    for tensor in tensors {
      switch tensor.values {
      case .float32(let values): try values.withUnsafeBytes(pass)
      case .float64(let values): try values.withUnsafeBytes(pass)
      }
    }
    if checksumming == .always { try withUnsafeBytes(of: checksum.value.littleEndian, take) }
  }

  /// The header, with blanks behind it so that the numbers begin at a multiple of eight bytes.
  private func header(_ checksumming: Checksumming) throws -> [UInt8] {
    var entries: [String: TensorFileHeader.Entry] = [:]
    var place = 0
    func add(_ name: String, _ type: String, _ shape: [Int], bytes: Int) {
      entries[name] = TensorFileHeader.Entry(type: type, shape: shape, places: [place, place + bytes])
      place += bytes
    }
    for tensor in tensors {
      switch tensor.values {
      case .float32(let values): add(tensor.name, "F32", tensor.shape, bytes: 4 * values.count)
      case .float64(let values): add(tensor.name, "F64", tensor.shape, bytes: 8 * values.count)
      }
    }
    if checksumming == .always { add(Self.checksumName, "U8", [Self.checksumBytes], bytes: Self.checksumBytes) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes = Array(try encoder.encode(TensorFileHeader(texts: texts, entries: entries)))
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: (8 - bytes.count % 8) % 8)
    return bytes
  }

  /// - Throws: `TensorFileError` where a byte is missing, too many or another than was written.
  package init(reading bytes: [UInt8], _ checksumming: Checksumming = .always) throws {
    let header = try Self.checkedHeader(of: bytes, checksumming)
    let start = 8 + header.length
    texts = header.texts
    var read: [(place: Int, tensor: Tensor)] = []
    for (name, entry) in header.entries where name != Self.checksumName {
      let bounds = 0...bytes.count - start
      guard entry.places.count == 2, entry.places.allSatisfy(bounds.contains), entry.places[0] <= entry.places[1] else {
        throw TensorFileError.unexpected("the place of '\(name)'")
      }
      let (from, to) = (start + entry.places[0], start + entry.places[1])
      let values: Values
      switch entry.type {
      case "F32": values = .float32(Self.numbers(bytes[from..<to]))
      case "F64": values = .float64(Self.numbers(bytes[from..<to]))
      default: throw TensorFileError.unexpected("numbers of type '\(entry.type)'")
      }
      guard entry.count == values.count else { throw TensorFileError.unexpected("the shape of '\(name)'") }
      read.append((from, Tensor(name, entry.shape, values)))
    }
    tensors = read.sorted { $0.place < $1.place }.map(\.tensor)
  }

  private static func checkedHeader(of bytes: [UInt8], _ checksumming: Checksumming) throws -> TensorFileHeader {
    guard bytes.count >= 8 + checksumBytes else { throw TensorFileError.tooShort(bytes: bytes.count) }
    switch checksumming {
    case .always:
      try requireChecksum(of: bytes)
      return try header(of: bytes, end: bytes.count - checksumBytes)
    case .ifThere:
      let header = try header(of: bytes, end: bytes.count)
      if header.entries[checksumName] != nil { try requireChecksum(of: bytes) }
      return header
    }
  }

  private static func requireChecksum(of bytes: [UInt8]) throws {
    var checksum = Checksum()
    let end = bytes.count - checksumBytes
    bytes.withUnsafeBytes { checksum.add(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    let written = bytes[end...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard checksum.value == written else { throw TensorFileError.checksum }
  }

  private static func header(of bytes: [UInt8], end: Int) throws -> TensorFileHeader {
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(end - 8) else { throw TensorFileError.unexpected("the header's length") }
    do {
      var header = try JSONDecoder().decode(TensorFileHeader.self, from: Data(bytes[8..<8 + Int(length)]))
      header.length = Int(length)
      return header
    } catch { throw TensorFileError.unexpected("the header") }
  }

  private static func numbers<Number: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ bytes: ArraySlice<UInt8>
  ) -> [Number] {
    var numbers = [Number](repeating: 0, count: bytes.count / MemoryLayout<Number>.stride)
    numbers.withUnsafeMutableBytes { room in
      bytes.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(room.count))) }
    }
    return numbers
  }
}

/// Why bytes are no tensor file.
package enum TensorFileError: Error, Hashable, Sendable {
  case tooShort(bytes: Int)
  case checksum
  /// What is not as it is written by this package, though the checksum is right.
  case unexpected(String)
}

extension TensorFileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooShort(let bytes): "it has only \(bytes) bytes"
    case .checksum: "its checksum is not that of its contents"
    case .unexpected(let what): "\(what) is not what this version writes"
    }
  }
}
