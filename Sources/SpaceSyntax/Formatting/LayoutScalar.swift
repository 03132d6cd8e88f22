/// A scalar and how it will be written. Its value never changes: what is on one line is copied, what is on several is
/// moved as a whole, and what cannot be moved is written in double quotes.
struct LayoutScalar {
  enum Form {
    /// Empty for a missing value.
    case line(String)
    /// Plain or quoted over several lines, without the blanks around the line breaks. `joined` is the same on one line,
    /// where the text has no line break.
    case lines([String], joined: String?)
    /// After `|` or `>`: the indicators, and the lines without their indentation.
    case block(indicators: String, lines: [String])
  }

  let text: String
  let isPlain: Bool
  let form: Form

  /// - Parameters:
  ///   - source: The scalar as it stands in the file, without anchor; of a block scalar with all lines it reaches to.
  ///   - column: Of the block collection around it, from 0; -1 outside of any.
  init(text: String, style: YAMLScalar.Style, source: ArraySlice<UInt8>, blockColumn column: Int) {
    let form = Self.form(text, style, Array(source), column)
    self.text = text
    // A plain scalar that needs quotes goes over a line break, so it is a word with them and without.
    isPlain = style == .plain && form != nil
    self.form = form ?? .line(Self.doubleQuoted(text))
  }

  /// Nil where only quotes are safe.
  private static func form(_ text: String, _ style: YAMLScalar.Style, _ source: [UInt8], _ column: Int) -> Form? {
    let isUnusual = source.indices.contains { source[$0] != 0x0A && source.beginsLineBreak(at: $0) }
    guard !isUnusual else { return nil }
    let lines = source.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    switch style {
    case .literal, .folded: return block(text, style, lines, column)
    case .plain where lines.count > 1:
      return .lines(trimmed(lines, style), joined: text.contains("\n") ? nil : text)
    case .singleQuoted where lines.count > 1, .doubleQuoted where lines.count > 1:
      return .lines(trimmed(lines, style), joined: nil)
    case .plain, .singleQuoted, .doubleQuoted: return .line(lines[0])
    }
  }

  /// Blanks around a folded line break are no part of the text, but for one that a backslash keeps.
  private static func trimmed(_ lines: [String], _ style: YAMLScalar.Style) -> [String] {
    lines.enumerated().map { index, line in
      var text = Substring(line)
      if index > 0 { text = text.drop { $0 == " " || $0 == "\t" } }
      guard index < lines.count - 1 else { return String(text) }
      let bare = text.reversed().drop { $0 == " " || $0 == "\t" }
      let backslashes = style == .doubleQuoted ? bare.prefix { $0 == "\\" }.count : 0
      let isKept = backslashes % 2 == 1 && bare.count < text.count
      return String(text.prefix(bare.count + (isKept ? 1 : 0)))
    }
  }

  /// The text in double quotes on one line, as YAML 1.2.2, section 5.7, escapes it.
  static func doubleQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{85}": result += "\\N"
      case "\u{2028}": result += "\\L"
      case "\u{2029}": result += "\\P"
      case "\u{FEFF}", "\u{FFFE}", "\u{FFFF}": result += "\\u" + String(scalar.value, radix: 16, uppercase: true)
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension LayoutScalar {
  /// How far the lines of a block scalar stand in from the part they belong to.
  static let blockIndentation = 2

  private static func block(_ text: String, _ style: YAMLScalar.Style, _ lines: [String], _ column: Int) -> Form? {
    let header = lines[0].prefix { !" \t#".contains($0) }
    var body = lines.dropFirst()
    if body.last?.isEmpty == true { body.removeLast() }
    let indentation =
      header.compactMap(\.wholeNumberValue).first.map { max(column, 0) + $0 } ?? detectedIndentation(body)
    var content = body.map {
      $0.utf8.prefix { $0 == 0x20 }.count == $0.utf8.count && $0.utf8.count <= indentation
        ? "" : String($0.dropFirst(indentation))
    }
    while content.last?.isEmpty == true { content.removeLast() }
    guard let first = content.first(where: { !$0.isEmpty }) else { return nil }
    let bare = text.utf8.reversed().drop { $0 == 0x0A }.count
    let breaks = text.utf8.count - bare
    // A literal shows what it means, so a wrong guess about its indentation is seen here.
    if style == .literal, content.joined(separator: "\n") != String(decoding: text.utf8.prefix(bare), as: UTF8.self) {
      return nil
    }
    let isIndented = first.hasPrefix(" ") || first.hasPrefix("\t")
    let indicators =
      (style == .literal ? "|" : ">") + (isIndented ? String(blockIndentation) : "")
      + (breaks == 0 ? "-" : breaks == 1 ? "" : "+")
    return .block(
      indicators: indicators, lines: content + [String](repeating: "", count: max(breaks - 1, 0)))
  }

  /// What YAML takes from the first line that has more than blanks, and from longer ones of blanks before it.
  private static func detectedIndentation(_ lines: ArraySlice<String>) -> Int {
    var greatest = 0
    for line in lines {
      let blanks = line.utf8.prefix { $0 == 0x20 }.count
      greatest = max(greatest, blanks)
      if blanks < line.utf8.count { break }
    }
    return greatest
  }
}
