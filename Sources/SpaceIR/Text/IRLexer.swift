/// Splits a text into tokens. Every token remembers its byte offset.
struct IRLexer {
  let bytes: [UInt8]
  private var offset = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  static func tokens(of text: String) throws(IRTextError) -> [(token: IRToken, offset: Int)] {
    var lexer = IRLexer(text)
    var tokens: [(token: IRToken, offset: Int)] = []
    repeat {
      lexer.skipBlanks()
      let start = lexer.offset
      tokens.append((try lexer.next(), start))
    } while tokens.last?.token != .end
    return tokens
  }

  private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }
  private func byte(after distance: Int) -> UInt8? {
    offset + distance < bytes.count ? bytes[offset + distance] : nil
  }

  private func failure(_ message: String, at place: Int? = nil) -> IRTextError {
    IRTextError(message, at: place ?? offset, in: bytes)
  }

  private mutating func skipBlanks() {
    while let byte = current {
      if byte == UInt8(ascii: ";") {
        while let byte = current, byte != UInt8(ascii: "\n") { offset += 1 }
      } else if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
        offset += 1
      } else {
        return
      }
    }
  }

  private mutating func next() throws(IRTextError) -> IRToken {
    guard let first = current else { return .end }
    switch first {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "$"):
      offset += 1
      return .decision(try reference("a decision's name"))
    case UInt8(ascii: "@"):
      offset += 1
      let layer = try reference("a layer's name")
      guard current == UInt8(ascii: "/") else { throw failure("expected '/' and a place after the layer") }
      offset += 1
      return .place(layer: layer, try placeName())
    case UInt8(ascii: "%") where byte(after: 1)?.isDigit == true:
      offset += 1
      return .node(try integer())
    case UInt8(ascii: "#"):
      offset += 1
      return .index(try integer())
    case _ where first.isDigit: return .number(try number())
    case _ where first.isLetter: return .name(path())
    default: return .symbol(try symbol())
    }
  }

  /// `name`, `"any name"` or `#3`.
  private mutating func reference(_ what: String) throws(IRTextError) -> IRToken.Reference {
    guard let byte = current else { throw failure("expected \(what)") }
    if byte == UInt8(ascii: "#") {
      offset += 1
      return .index(try integer())
    }
    if byte == UInt8(ascii: "\"") { return .name(try string()) }
    guard byte.isLetter else { throw failure("expected \(what)") }
    return .name(path())
  }

  private mutating func placeName() throws(IRTextError) -> String {
    if current == UInt8(ascii: "\"") { return try string() }
    let end = IRLexer.endOfPlace(in: bytes, from: offset)
    guard end > offset else { throw failure("expected a place, such as '2.else.1'") }
    return take(to: end)
  }

  private mutating func path() -> String { take(to: IRLexer.endOfPath(in: bytes, from: offset)) }

  private mutating func take(to end: Int) -> String {
    defer { offset = end }
    return String(decoding: bytes[offset..<end], as: UTF8.self)
  }

  private mutating func symbol() throws(IRTextError) -> String {
    for length in [2, 1] where offset + length <= bytes.count {
      let text = String(decoding: bytes[offset..<offset + length], as: UTF8.self)
      if IRLexer.symbols.contains(text) {
        offset += length
        return text
      }
    }
    throw failure("a character that starts nothing here")
  }

  private static let symbols: Set<String> = [
    "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ",", ":", "=",
  ]
}

// Literals.
extension IRLexer {
  private mutating func digits() throws(IRTextError) -> Substring {
    let start = offset
    while let byte = current, byte.isDigit { offset += 1 }
    guard offset > start else { throw failure("expected a digit") }
    return Substring(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func integer() throws(IRTextError) -> Int {
    let start = offset
    guard let value = Int(try digits()) else { throw failure("an index fits 63 bits", at: start) }
    return value
  }

  /// `12`, `0.75` or `1//3`, exactly.
  private mutating func number() throws(IRTextError) -> IRToken.Magnitude {
    let start = offset
    func tooLarge() -> IRTextError { IRTextError("a number's parts fit 64 bits", at: start, in: bytes) }
    guard let whole = UInt(try digits()), whole <= Int.min.magnitude else { throw tooLarge() }
    if current == UInt8(ascii: "/"), byte(after: 1) == UInt8(ascii: "/") {
      offset += 2
      guard let denominator = Int(try digits()) else { throw tooLarge() }
      guard denominator != 0 else { throw failure("a fraction has a denominator", at: start) }
      return IRToken.Magnitude(numerator: whole, denominator: denominator)
    }
    guard current == UInt8(ascii: "."), byte(after: 1)?.isDigit == true else {
      return IRToken.Magnitude(numerator: whole, denominator: 1)
    }
    offset += 1
    var (numerator, denominator) = (whole, 1)
    for digit in try digits().utf8 {
      let (scaled, overflow) = numerator.multipliedReportingOverflow(by: 10)
      let (sum, carry) = scaled.addingReportingOverflow(UInt(digit - UInt8(ascii: "0")))
      let (power, tooFine) = denominator.multipliedReportingOverflow(by: 10)
      guard !overflow, !carry, !tooFine, sum <= Int.min.magnitude else { throw tooLarge() }
      (numerator, denominator) = (sum, power)
    }
    return IRToken.Magnitude(numerator: numerator, denominator: denominator)
  }

  private mutating func string() throws(IRTextError) -> String {
    let start = offset
    offset += 1
    var content: [UInt8] = []
    while let byte = current, byte != UInt8(ascii: "\n") {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): content += try escape().utf8
      default: content.append(byte)
      }
    }
    throw failure("a string ends on its line", at: start)
  }

  private mutating func escape() throws(IRTextError) -> String {
    let start = offset - 1
    guard let byte = current else { throw failure("a string ends on its line", at: start) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let close = bytes[offset...].prefix(10).firstIndex(of: UInt8(ascii: "}")),
        current == UInt8(ascii: "{"),
        let value = UInt32(String(decoding: bytes[(offset + 1)..<close], as: UTF8.self), radix: 16),
        let scalar = Unicode.Scalar(value)
      else { throw failure("a character's number is written '\\u{1f}'", at: start) }
      offset = close + 1
      return String(Character(scalar))
    default: throw failure("an escape is one of \\\" \\\\ \\n \\r \\t \\u{…}", at: start)
    }
  }
}

// Names without quotes; the printer asks the same functions.
extension IRLexer {
  /// The end of the longest `part{.part|[number]}`.
  static func endOfPath(in bytes: [UInt8], from start: Int) -> Int {
    func endOfWord(_ from: Int) -> Int {
      var end = from
      while end < bytes.count, bytes[end].isLetter || bytes[end].isDigit { end += 1 }
      return end
    }
    var end = endOfWord(start)
    while end < bytes.count {
      if bytes[end] == UInt8(ascii: "."), endOfWord(end + 1) > end + 1 {
        end = endOfWord(end + 1)
      } else if bytes[end] == UInt8(ascii: "["), case let close = endOfWord(end + 1), close > end + 1,
        close < bytes.count, bytes[close] == UInt8(ascii: "]")
      {
        end = close + 1
      } else {
        break
      }
    }
    return end
  }

  static func endOfPlace(in bytes: [UInt8], from start: Int) -> Int {
    var end = start
    let marks = [UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "]")]
    while end < bytes.count, bytes[end].isLetter || bytes[end].isDigit || marks.contains(bytes[end]) { end += 1 }
    return end
  }

  static func isPath(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.first?.isLetter == true && endOfPath(in: bytes, from: 0) == bytes.count
  }

  static func isPlace(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return !bytes.isEmpty && endOfPlace(in: bytes, from: 0) == bytes.count
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  /// ASCII letters and the underscore.
  fileprivate var isLetter: Bool {
    (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z")) || self == UInt8(ascii: "_")
  }
}
