/// Values as Python writes them in a list of blocks: strings, numbers, lists, dictionaries, and names, which may be called.
indirect enum PythonLiteral: Hashable, Sendable {
  case text(String)
  case number(String)
  case list([PythonLiteral])
  case dictionary([Entry])
  /// `IRF_CFG`, `_ex(4.5)`.
  case name(String, [PythonLiteral])

  struct Entry: Hashable, Sendable {
    let key: String
    let value: PythonLiteral
  }

  var list: [PythonLiteral]? {
    if case .list(let values) = self { values } else { nil }
  }
  var text: String? {
    if case .text(let text) = self { text } else { nil }
  }
  var integer: Int? {
    if case .number(let text) = self { Int(text) } else { nil }
  }
  subscript(key: String) -> PythonLiteral? {
    guard case .dictionary(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// - Throws: `ImportError` with the place where it is no such value.
  init(reading text: String) throws(ImportError) {
    var reader = PythonReader(text)
    self = try reader.whole()
  }
}

private struct PythonReader {
  private var rest: Substring
  private var line = 1
  private var depth = 0

  init(_ text: String) { rest = text[...] }

  mutating func whole() throws(ImportError) -> PythonLiteral {
    let value = try value()
    skip()
    if rest.first == "," { rest.removeFirst() }
    skip()
    guard rest.isEmpty else { throw error("something follows the list") }
    return value
  }

  private func error(_ reason: String) -> ImportError {
    let found = rest.isEmpty ? "the end" : "'\(rest.prefix(12).prefix { !$0.isNewline })'"
    return ImportError("line \(line), at \(found): \(reason)")
  }

  /// Blanks and comments.
  private mutating func skip() {
    while let first = rest.first {
      if first.isNewline { line += 1 }
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "#" {
        rest = rest.drop { !$0.isNewline }
      } else {
        return
      }
    }
  }

  private mutating func value() throws(ImportError) -> PythonLiteral {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { throw error("lists are nested more than 100 deep") }
    skip()
    guard let first = rest.first else { throw error("a value is missing") }
    switch first {
    case "[", "(": return .list(try values(until: first == "[" ? "]" : ")"))
    case "{": return .dictionary(try entries())
    case "\"", "'": return .text(try quoted())
    default:
      if first.isASCII, first.isNumber || "+-.".contains(first) {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }
        rest = rest.dropFirst(digits.count)
        return .number(String(digits))
      }
      let name = rest.prefix { $0.isLetter || $0.isNumber || "_.".contains($0) }
      guard !name.isEmpty else { throw error("this is no value") }
      rest = rest.dropFirst(name.count)
      skip()
      return .name(String(name), rest.first == "(" ? try values(until: ")") : [])
    }
  }

  /// The values of a list whose opening bracket comes next.
  private mutating func values(until end: Character) throws(ImportError) -> [PythonLiteral] {
    rest.removeFirst()
    var values: [PythonLiteral] = []
    while true {
      skip()
      guard let next = rest.first else { throw error("'\(end)' is missing") }
      if next == end {
        rest.removeFirst()
        return values
      }
      values.append(try value())
      skip()
      if rest.first == "," {
        rest.removeFirst()
      } else if rest.first != end {
        throw error("'\(end)' or ',' is missing")
      }
    }
  }

  private mutating func entries() throws(ImportError) -> [PythonLiteral.Entry] {
    rest.removeFirst()
    var entries: [PythonLiteral.Entry] = []
    while true {
      skip()
      guard let next = rest.first else { throw error("'}' is missing") }
      if next == "}" {
        rest.removeFirst()
        return entries
      }
      guard next == "\"" || next == "'" else { throw error("a key is a text in quotes") }
      let key = try quoted()
      skip()
      guard rest.first == ":" else { throw error("':' is missing") }
      rest.removeFirst()
      entries.append(PythonLiteral.Entry(key: key, value: try value()))
      skip()
      if rest.first == "," {
        rest.removeFirst()
      } else if rest.first != "}" {
        throw error("'}' or ',' is missing")
      }
    }
  }

  private mutating func quoted() throws(ImportError) -> String {
    let quote = rest.removeFirst()
    let text = rest.prefix { $0 != quote && !$0.isNewline }
    guard rest.dropFirst(text.count).first == quote else { throw error("a text does not end") }
    rest = rest.dropFirst(text.count + 1)
    return String(text)
  }
}
