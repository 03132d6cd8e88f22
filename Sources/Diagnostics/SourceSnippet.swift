/// One source line as it is shown, and the carets under the part that a range covers.
///
/// Only the first line of a range is shown. A line of more than 160 characters is cut to a window around the range,
/// with an ellipsis at each cut. A tab stays a tab in both rows, so that the carets stand right at any tab width;
/// control and text-direction characters are shown as U+FFFD, so that no file can rewrite the terminal.
struct SourceSnippet {
  let line: Int
  let text: String
  /// Blanks up to the range, then one caret for each column of it; at least one.
  let carets: String

  private static let window = 160
  private static let leadingWindow = 60

  init(_ range: SourceRange, in file: SourceFile) {
    line = file.position(of: range.start).line
    let row = file.byteRange(ofLine: line)
    let start = min(max(range.start, row.lowerBound), row.upperBound)
    let end = min(max(range.end, start), row.upperBound)
    var before = Self.lastScalars(file.bytes, row.lowerBound..<start)
    var marked = Self.firstScalars(file.bytes, start..<end)
    var after = Self.firstScalars(file.bytes, end..<row.upperBound)
    if before.count + marked.count + after.count > Self.window {
      before = Self.keepingLast(Self.leadingWindow, of: before)
      marked = Self.keepingFirst(Self.window - before.count, of: marked)
      after = Self.keepingFirst(Self.window - before.count - marked.count, of: after)
    }
    text = Self.text(before + marked + after)
    let width = marked.reduce(0) { $0 + ($1 == "\t" ? 1 : $1.columns) }
    carets = before.map(\.blank).joined() + String(repeating: "^", count: max(width, 1))
  }

  /// The scalars of the range, or those of its first part when it is much longer than the window.
  private static func firstScalars(_ bytes: [UInt8], _ range: Range<Int>) -> [Unicode.Scalar] {
    var end = min(range.upperBound, range.lowerBound + 4 * (window + 1))
    while end < range.upperBound, bytes[end].continuesCharacter { end += 1 }
    return decode(bytes[range.lowerBound..<end])
  }

  /// The scalars of the range, or those of its last part when it is much longer than the window.
  private static func lastScalars(_ bytes: [UInt8], _ range: Range<Int>) -> [Unicode.Scalar] {
    var start = max(range.lowerBound, range.upperBound - 4 * (window + 1))
    while start > range.lowerBound, bytes[start].continuesCharacter { start -= 1 }
    return decode(bytes[start..<range.upperBound])
  }

  private static func decode(_ bytes: ArraySlice<UInt8>) -> [Unicode.Scalar] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.map { $0.isUnsafeToShow ? "\u{FFFD}" : $0 }
  }

  private static func keepingFirst(_ count: Int, of scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    scalars.count <= count ? scalars : scalars.prefix(max(count - 1, 0)) + ["…"]
  }

  private static func keepingLast(_ count: Int, of scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    scalars.count <= count ? scalars : ["…"] + scalars.suffix(count - 1)
  }

  private static func text(_ scalars: [Unicode.Scalar]) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }
}

extension Unicode.Scalar {
  /// Control characters other than the tab, and those that change the direction of text.
  var isUnsafeToShow: Bool {
    switch value {
    case 0x09: false
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0xFEFF: true
    default: false
    }
  }

  /// The number of terminal columns the character takes: 0 for marks that combine, 2 for wide East Asian and emoji.
  var columns: Int {
    switch value {
    case 0x20...0x7E: return 1
    // East_Asian_Width W and F of Unicode 14, less what is an emoji.
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF,
      0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
      0xFFE0...0xFFE6, 0x16FE0...0x18D08, 0x1AFF0...0x1B2FB, 0x1F200...0x1F265, 0x20000...0x3FFFD:
      return properties.generalCategory == .nonspacingMark ? 0 : 2
    // The vowels and final consonants of a Hangul syllable join the initial one.
    case 0x1160...0x11FF, 0xD7B0...0xD7FB: return 0
    // Two of these are one flag, two columns wide.
    case 0x1F1E6...0x1F1FF: return 1
    default:
      switch properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format: return 0
      default: return properties.isEmojiPresentation ? 2 : 1
      }
    }
  }

  /// What stands under this character in a row of carets before the first caret.
  fileprivate var blank: String { self == "\t" ? "\t" : String(repeating: " ", count: columns) }
}

extension String {
  /// The text with control and direction characters written as escapes, safe to print on one line.
  var onOneLine: String {
    guard unicodeScalars.contains(where: { $0.isUnsafeToShow || $0 == "\t" }) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        if scalar.isUnsafeToShow {
          text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
  }
}
