import Diagnostics

/// Whether the bytes are UTF-8 without the characters that YAML 1.2.2, section 5.1, forbids; the first that is not is
/// reported. libyaml would stop at the same characters, but with a position in a decoded buffer.
///
/// - Parameter start: The offset to begin at, after a byte-order mark.
@discardableResult
func checkEncoding(_ bytes: [UInt8], of source: SourceID, from start: Int, log: inout DiagnosticLog) -> Bool {
  guard let fault = bytes.withUnsafeBufferPointer({ firstFault(in: $0, from: start) }) else { return true }
  let range = SourceRange(source: source, start: fault.offset, end: fault.offset + fault.length)
  log.error(fault.kind, at: range, notes: fault.note.map { [Note($0)] } ?? [])
  return false
}

private struct EncodingFault {
  let kind: SyntaxDiagnostic
  let offset: Int
  let length: Int
  let note: String?
}

private func firstFault(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> EncodingFault? {
  var offset = start
  while offset < bytes.count {
    let byte = bytes[offset]
    if (0x20..<0x7F).contains(byte) || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
      continue
    }
    guard let (scalar, length) = scalar(in: bytes, at: offset) else {
      let isUTF16 = offset == 0 && bytes.count > 1 && [0xFFFE, 0xFEFF].contains(Int(bytes[0]) << 8 | Int(bytes[1]))
      let note = isUTF16 ? "the file begins like UTF-16; save it as UTF-8" : nil
      return EncodingFault(kind: .invalidUTF8(byte: byte), offset: offset, length: 1, note: note)
    }
    guard scalar.isAllowedInYAML else {
      return EncodingFault(kind: .forbiddenCharacter(scalar), offset: offset, length: length, note: nil)
    }
    offset += length
  }
  return nil
}

/// The character at an offset and its length, by table 3-7 of the Unicode standard; nil when the bytes are none.
private func scalar(in bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> (Unicode.Scalar, Int)? {
  let first = bytes[offset]
  let length =
    switch first {
    case 0..<0x80: 1
    case 0xC2..<0xE0: 2
    case 0xE0..<0xF0: 3
    case 0xF0..<0xF5: 4
    default: 0
    }
  guard length > 0, offset + length <= bytes.count else { return nil }
  var value = length == 1 ? UInt32(first) : UInt32(first) & (0x7F >> UInt32(length))
  for index in offset + 1..<offset + length {
    guard bytes[index] & 0xC0 == 0x80 else { return nil }
    value = value << 6 | UInt32(bytes[index] & 0x3F)
  }
  // Overlong forms are refused; surrogates and values past U+10FFFF have no `Unicode.Scalar`.
  let least: UInt32 = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0
  guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
  return (scalar, length)
}

extension Unicode.Scalar {
  fileprivate var isAllowedInYAML: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }
}
