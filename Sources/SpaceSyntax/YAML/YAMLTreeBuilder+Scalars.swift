import Diagnostics

extension YAMLTreeBuilder {
  /// Whether the next node is a key of the innermost mapping.
  var isAtKey: Bool {
    guard let top = stack.last, top.kind == .mapping, case .none = top.pending else { return false }
    return true
  }

  mutating func addScalar(
    _ text: String, _ style: YAMLScalar.Style, _ properties: YAMLEvent.Properties, _ bytes: Range<Int>,
    log: inout DiagnosticLog
  ) {
    let place = place(of: bytes, properties)
    let written = trimmed(place.content, style)
    let scalar = YAMLScalar(text: text, style: style, contentStart: contentStart(text, style, written))
    let anchor = declare(properties, place, scalar: scalar, log: &log)
    let node = YAMLNode(range: range(written), content: .scalar(scalar))
    complete(anchor, node, nodes: 1, height: 0)
    if isAtKey {
      takeKey(scalar, range(written), log: &log)
    } else {
      attach(node, end: written.upperBound, height: 0, log: &log)
    }
  }

  /// A block scalar reaches to the next token; what is shown of it ends with its last character.
  private func trimmed(_ range: Range<Int>, _ style: YAMLScalar.Style) -> Range<Int> {
    guard style == .literal || style == .folded else { return range }
    var end = range.upperBound
    while end > range.lowerBound, bytes[end - 1].isYAMLBlank { end -= 1 }
    return range.lowerBound..<end
  }

  /// See `YAMLScalar.contentStart`.
  private func contentStart(_ text: String, _ style: YAMLScalar.Style, _ range: Range<Int>) -> Int? {
    let start: Int
    switch style {
    case .plain: start = range.lowerBound
    case .singleQuoted, .doubleQuoted: start = range.lowerBound + 1
    case .literal, .folded: return nil
    }
    let quotes = start - range.lowerBound
    guard text.utf8.count + 2 * quotes == range.count else { return nil }
    return bytes[start..<start + text.utf8.count].elementsEqual(text.utf8) ? start : nil
  }

  // MARK: Keys

  private mutating func takeKey(_ scalar: YAMLScalar, _ range: SourceRange, log: inout DiagnosticLog) {
    guard let top = stack.indices.last else { return }
    stack[top].end = range.end
    stack[top].pending = .refused
    if scalar.style == .plain, scalar.text == "<<" {
      stack[top].poison = log.error(SyntaxDiagnostic.mergeKey, at: range)
    } else if scalar.value == .null {
      log.error(SyntaxDiagnostic.nullKey, at: range, fixIts: quoting(scalar, range))
    } else if let first = stack[top].keyRanges[scalar.text], !isCut(stack[top]) {
      let notes = [Note("the first one is here", at: first)]
      log.error(SyntaxDiagnostic.duplicateKey(scalar.text), at: range, notes: notes)
    } else {
      stack[top].keyRanges[scalar.text] = range
      stack[top].pending = .key(YAMLKey(text: scalar.text, range: range, style: scalar.style))
    }
  }

  /// `~` and `null` may have been meant as words; nothing can be guessed for a missing key.
  private func quoting(_ scalar: YAMLScalar, _ range: SourceRange) -> [FixIt] {
    scalar.text.isEmpty ? [] : [FixIt("quote the word", replacing: range, with: "\"\(scalar.text)\"")]
  }

  mutating func refuseCompoundKey(_ range: SourceRange, log: inout DiagnosticLog) {
    guard let top = stack.indices.last else { return }
    stack[top].end = range.end
    stack[top].pending = .refused
    log.error(SyntaxDiagnostic.compoundKey, at: range)
  }

  /// `{a:1}` is one key, `a:1`, with nothing as its value; nobody means that.
  func checkColon(_ key: YAMLKey, _ value: YAMLNode, log: inout DiagnosticLog) {
    guard key.style == .plain, value.range.start == value.range.end, case .scalar(let scalar) = value.content,
      scalar.style == .plain, let colon = key.text.utf8.firstIndex(of: UInt8(ascii: ":")),
      key.range.end - key.range.start == key.text.utf8.count
    else { return }
    let name = String(key.text[..<colon])
    let start = key.range.start + name.utf8.count
    let range = SourceRange(source: source, start: start, end: start + 1)
    let fixIt = FixIt("put a space after the colon", replacing: range, with: ": ")
    log.error(SyntaxDiagnostic.missingSpaceAfterColon(name), at: range, fixIts: [fixIt])
  }
}

extension UInt8 {
  /// A space, a tab or a line break.
  var isYAMLBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
