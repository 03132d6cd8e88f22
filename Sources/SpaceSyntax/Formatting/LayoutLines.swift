/// The lines of the result. Blank lines and the places of comments beside text are decided here.
struct LayoutLines {
  private struct Line {
    var text: String
    /// A comment beside the text, and the lines it goes on in.
    var comment: [String]
  }

  private var lines: [Line] = []
  private var isBlankPending = false
  private var isBlankAllowed = false

  /// What may follow a line.
  enum Follower {
    /// A blank line, where one is asked for.
    case anything
    /// No blank line: the line opens a collection, or a blank line would belong to the text before it.
    case noBlank
  }

  /// Asks for one blank line before the next one.
  mutating func blank() { isBlankPending = isBlankAllowed }

  mutating func append(_ text: String, _ comment: LayoutComment? = nil, follower: Follower = .anything) {
    if isBlankPending { lines.append(Line(text: "", comment: [])) }
    isBlankPending = false
    isBlankAllowed = follower == .anything
    lines.append(Line(text: text, comment: comment?.lines ?? []))
  }

  /// Every line with its line feed. Comments beside texts on lines under each other begin at one column, unless one of
  /// them would then pass the greatest width.
  func text(width: Int) -> String {
    var result = ""
    var rest = lines[...]
    while let line = rest.first {
      let run = rest.prefix { !$0.comment.isEmpty }
      if run.isEmpty {
        result += line.text + "\n"
        rest.removeFirst()
        continue
      }
      let column = (run.map { $0.text.columns }.max() ?? 0) + 1
      let isFitting = run.allSatisfy { column + ($0.comment.map(\.columns).max() ?? 0) <= width }
      for line in run { result += Self.text(line, at: isFitting ? column : line.text.columns + 1) }
      rest = rest.dropFirst(run.count)
    }
    return result
  }

  private static func text(_ line: Line, at column: Int) -> String {
    line.comment.enumerated().map { index, comment in
      let before = index == 0 ? line.text : ""
      return before + String(repeating: " ", count: column - before.columns) + comment + "\n"
    }.joined()
  }
}

extension String {
  /// Unicode scalars, as `SourcePosition` counts.
  var columns: Int { unicodeScalars.count }
}
