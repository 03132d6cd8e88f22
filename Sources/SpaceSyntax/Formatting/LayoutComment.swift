import Diagnostics

/// A comment of the source.
struct LayoutComment {
  /// From `#` on, without blanks at the end. A comment beside something may go on in lines of its own, each with its
  /// `#` under the first one.
  var lines: [String]
  let offset: Int
  /// From 0, in Unicode scalars.
  let column: Int
  /// From 1.
  let line: Int
  /// Whether something stands before it on its line.
  let isTrailing: Bool
  /// Whether its line follows a blank one.
  var blankBefore: Bool
}

/// Finds the comments of a text in which libyaml has found its tokens.
///
/// libyaml drops comments, but a `#` outside of scalars begins one: neither an anchor's name nor an indicator holds a
/// `#`, and tags are refused.
struct CommentScanner {
  let file: SourceFile

  /// - Parameter scalars: The byte ranges of scalars in rising order; of a block scalar, from the line after its header.
  func comments(outside scalars: [Range<Int>]) -> [LayoutComment] {
    var comments: [LayoutComment] = []
    var offset = 0
    for scalar in scalars + [file.bytes.count..<file.bytes.count] {
      while offset < scalar.lowerBound {
        guard file.bytes[offset] == UInt8(ascii: "#") else {
          offset += 1
          continue
        }
        let end = lineEnd(from: offset)
        add(comment(offset..<end), to: &comments)
        offset = end
      }
      offset = max(offset, scalar.upperBound)
    }
    return comments
  }

  private func comment(_ range: Range<Int>) -> LayoutComment {
    var end = range.upperBound
    while end > range.lowerBound, file.bytes[end - 1].isYAMLBlank { end -= 1 }
    let position = file.position(of: range.lowerBound)
    let before = file.bytes[file.byteRange(ofLine: position.line).lowerBound..<range.lowerBound]
    return LayoutComment(
      lines: [String(decoding: file.bytes[range.lowerBound..<end], as: UTF8.self)],
      offset: range.lowerBound, column: position.column - 1, line: position.line,
      isTrailing: !before.allSatisfy(\.isYAMLBlank), blankBefore: file.isBlank(line: position.line - 1))
  }

  /// A comment of its own line under the `#` of the one before it goes on with that one.
  private func add(_ comment: LayoutComment, to comments: inout [LayoutComment]) {
    if let last = comments.last, last.isTrailing, !comment.isTrailing, comment.column == last.column,
      comment.line == last.line + last.lines.count
    {
      comments[comments.count - 1].lines += comment.lines
    } else {
      comments.append(comment)
    }
  }

  private func lineEnd(from start: Int) -> Int {
    (start..<file.bytes.count).first { file.bytes.beginsLineBreak(at: $0) } ?? file.bytes.count
  }
}

extension SourceFile {
  /// Whether a 1-based line exists and has blanks at most.
  func isBlank(line: Int) -> Bool {
    line >= 1 && line <= lineCount && bytes[byteRange(ofLine: line)].allSatisfy(\.isYAMLBlank)
  }
}

extension [UInt8] {
  /// Whether libyaml ends a line here: LF, CR, or as in YAML 1.1 NEL, LS and PS.
  func beginsLineBreak(at index: Int) -> Bool {
    switch self[index] {
    case 0x0A, 0x0D: true
    case 0xC2: index + 1 < count && self[index + 1] == 0x85
    case 0xE2: index + 2 < count && self[index + 1] == 0x80 && (self[index + 2] == 0xA8 || self[index + 2] == 0xA9)
    default: false
    }
  }
}
