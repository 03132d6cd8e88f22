/// Splits the text of an expression into tokens.
struct ExpressionLexer {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// All tokens, the last one being `.end`.
  mutating func tokens() throws(ExpressionError) -> [ExpressionToken] {
    var tokens: [ExpressionToken] = []
    while true {
      skipBlanks()
      let start = position
      guard let first = current else {
        tokens.append(ExpressionToken(kind: .end, bytes: start..<start))
        return tokens
      }
      let kind = try token(startingWith: first)
      tokens.append(ExpressionToken(kind: kind, bytes: start..<position))
      guard tokens.count <= ExpressionLimits.tokens else {
        throw ExpressionError(.expressionTooLong(limit: ExpressionLimits.tokens), at: start..<position)
      }
    }
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
  }

  private mutating func token(startingWith first: UInt8) throws(ExpressionError) -> ExpressionToken.Kind {
    if first.isDigit { return try number() }
    if first.beginsWord { return try name() }
    if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") { return try quotedWord(first) }
    return try sign()
  }

  // MARK: Numbers

  private mutating func number() throws(ExpressionError) -> ExpressionToken.Kind {
    let start = position
    skip(\.isDigit)
    var hasPoint = false
    if current == UInt8(ascii: "."), position + 1 < bytes.count, bytes[position + 1].isDigit {
      hasPoint = true
      position += 1
      skip(\.isDigit)
    }
    let digitsEnd = position
    if let unit = unit() { return try number(start..<digitsEnd, in: unit, at: start..<position) }
    skip { $0.continuesWord || $0 == UInt8(ascii: ".") }
    guard position == digitsEnd else { throw malformedNumber(start..<position, digits: digitsEnd - start) }
    guard let value = ExactDecimal(text(start..<position)) else {
      throw ExpressionError(.numberTooLarge(text(start..<position)), at: start..<position)
    }
    return value.denominator == 1 && !hasPoint ? .integer(value.numerator) : .decimal(value)
  }

  /// Moves past a unit, with or without a blank before it; nil where none follows the number.
  private mutating func unit() -> ExpressionUnit? {
    let start = position
    skipBlanks()
    let first = position
    skip(\.continuesWord)
    if current != UInt8(ascii: "."), let unit = ExpressionUnit(rawValue: text(first..<position)) { return unit }
    position = start
    return nil
  }

  private func number(
    _ digits: Range<Int>, in unit: ExpressionUnit, at bytes: Range<Int>
  ) throws(ExpressionError) -> ExpressionToken.Kind {
    guard let value = ExactDecimal(text(digits)).flatMap(unit.value) else {
      throw ExpressionError(.numberTooLarge(text(bytes)), at: bytes)
    }
    if let dimension = unit.dimension { return .quantity(Quantity(value, dimension, text: text(bytes))) }
    return value.denominator == 1 ? .integer(value.numerator) : .decimal(value)
  }

  private func malformedNumber(_ range: Range<Int>, digits: Int) -> ExpressionError {
    let letters = range.lowerBound + digits..<range.upperBound
    if bytes[letters].allSatisfy({ $0.beginsWord && $0 != UInt8(ascii: "_") }) {
      let unit = text(letters)
      return ExpressionError(
        .unknownUnit(unit), at: letters, replacement: ExpressionUnit.meant(by: unit)?.rawValue, isGuess: true)
    }
    let written = text(range)
    let bare = written.filter { $0 != "_" }
    let isUnderscored = bare.count < written.count && bare.utf8.allSatisfy(\.isDigit)
    return ExpressionError(.malformedNumber(written), at: range, replacement: isUnderscored ? bare : nil)
  }

  // MARK: Words

  private mutating func name() throws(ExpressionError) -> ExpressionToken.Kind {
    let start = position
    var parts = [try part()]
    while current == UInt8(ascii: ".") {
      let dot = position
      position += 1
      guard let next = current, next.continuesWord else {
        throw ExpressionError(.missingNameAfterDot(text(start..<dot)), at: dot..<position)
      }
      parts.append(try part())
    }
    guard parts.count == 1, let word = parts.first, word.index == nil else { return .name(parts) }
    switch word.text {
    case "and": return .binary(.and)
    case "or": return .binary(.or)
    case "not": return .not
    default: return .name(parts)
    }
  }

  private mutating func part() throws(ExpressionError) -> ExpressionToken.Part {
    let start = position
    skip(\.continuesWord)
    let word = text(start..<position)
    return ExpressionToken.Part(text: word, index: try index(), bytes: start..<position)
  }

  /// `[2]` or `[*]` right after a word; nil where no bracket follows.
  private mutating func index() throws(ExpressionError) -> NameIndex? {
    guard current == UInt8(ascii: "[") else { return nil }
    let open = position
    position += 1
    let start = position
    skip { $0 != UInt8(ascii: "]") && $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: ")") }
    let end = position
    guard current == UInt8(ascii: "]") else { throw ExpressionError(.unclosedIndex, at: open..<open + 1) }
    position += 1
    let written = text(start..<end)
    if written == "*" { return .all }
    guard !written.isEmpty, written.utf8.allSatisfy(\.isDigit) else {
      throw ExpressionError(.malformedIndex(written), at: start..<end)
    }
    guard let number = Int(written) else { throw ExpressionError(.numberTooLarge(written), at: start..<end) }
    return .number(number)
  }

  /// There are no escapes: a word in single quotes may hold double quotes and the other way round.
  private mutating func quotedWord(_ quote: UInt8) throws(ExpressionError) -> ExpressionToken.Kind {
    let start = position
    position += 1
    skip { $0 != quote }
    guard current != nil else { throw ExpressionError(.unclosedText, at: start..<bytes.count) }
    position += 1
    return .string(text(start + 1..<position - 1))
  }

  // MARK: Signs

  private mutating func sign() throws(ExpressionError) -> ExpressionToken.Kind {
    for length in [2, 1] where position + length <= bytes.count {
      let range = position..<position + length
      // The bytes are compared, not decoded: a cut multi-byte character matches no sign.
      guard let found = Self.sign(bytes[range]) else { continue }
      position += length
      switch found {
      case .ours(let kind): return kind
      case .foreign(let sign, let meant):
        throw ExpressionError(.foreignOperator(sign, meant: meant), at: range, replacement: spaced(meant, range))
      }
    }
    let scalar = text(position..<bytes.count).unicodeScalars.first ?? "\u{FFFD}"
    let end = min(position + UTF8.width(scalar), bytes.count)
    throw ExpressionError(.unexpectedCharacter(scalar), at: position..<end)
  }

  private enum Sign {
    case ours(ExpressionToken.Kind)
    case foreign(String, meant: String)
  }

  private static func sign(_ bytes: ArraySlice<UInt8>) -> Sign? {
    let text = String(decoding: bytes, as: UTF8.self)
    switch text {
    case "(": return .ours(.leftParenthesis)
    case ")": return .ours(.rightParenthesis)
    case ",": return .ours(.comma)
    case "&&": return .foreign(text, meant: "and")
    case "||": return .foreign(text, meant: "or")
    case "!": return .foreign(text, meant: "not")
    case "=": return .foreign(text, meant: "==")
    case "=>": return .foreign(text, meant: ">=")
    case "=<": return .foreign(text, meant: "<=")
    case "<>": return .foreign(text, meant: "!=")
    default: return BinaryOperator(rawValue: text).map { .ours(.binary($0)) }
    }
  }

  /// The operator with blanks where it would otherwise run into a word beside it.
  private func spaced(_ replacement: String, _ range: Range<Int>) -> String {
    guard let first = replacement.utf8.first, first.beginsWord else { return replacement }
    let before = range.lowerBound > 0 && bytes[range.lowerBound - 1].continuesWord ? " " : ""
    let after = range.upperBound < bytes.count && bytes[range.upperBound].continuesWord ? " " : ""
    return before + replacement + after
  }

  private mutating func skip(_ belongs: (UInt8) -> Bool) {
    while let byte = current, belongs(byte) { position += 1 }
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

extension UInt8 {
  /// A letter of ASCII or an underscore.
  fileprivate var beginsWord: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    default: false
    }
  }

  fileprivate var continuesWord: Bool { beginsWord || isDigit }
}
