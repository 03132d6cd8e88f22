import SpaceIR

/// Draws how a requirement comes out in one architecture:
///
///     s2.channels >= s1.channels
///     |           |  |
///     16          |  24
///                 false
///
/// The form is that of power assertions in test libraries.
struct RequirementFigure {
  let space: Space
  let architecture: Architecture

  /// Elements of a list that are shown; of more, the first and how many there are.
  private static let mostElements = 12

  func lines(of trace: RequirementTrace) -> [String] {
    switch trace {
    case .row(let columns):
      return columns.map { "\($0.name) = \(value(of: $0.value)?.description ?? "absent")" }
    case .line(let line, let marks, let parts):
      guard parts.isEmpty else { return longLines(parts) }
      let values = marks.compactMap { mark in text(of: mark).map { (mark.column, $0) } }
      return [line] + drawing(values)
    }
  }

  /// Each part of a long condition by itself.
  private func longLines(_ parts: [RequirementTrace]) -> [String] {
    Array(parts.map { lines(of: $0) }.joined(separator: [""]))
  }

  private func text(of mark: RequirementTrace.Mark) -> String? {
    var shown: [String] = []
    for element in mark.values {
      if let condition = element.condition, value(of: condition) != .boolean(true) {
        if !mark.isList { return "absent" }
        continue
      }
      guard let value = value(of: element.value) else { return nil }
      shown.append(value.description)
    }
    guard mark.isList else { return shown.first }
    guard shown.count > Self.mostElements else { return "[\(shown.joined(separator: ", "))]" }
    return "[\(shown.prefix(Self.mostElements).joined(separator: ", ")), ... \(shown.count) in all]"
  }

  /// Nil where the expression has no value, as behind an `and` that is settled before it.
  private func value(of expression: Expression) -> Value? {
    try? expression.evaluate { space.value(of: $0, in: architecture) }
  }

  /// A line of bars, then each value on the first line where it touches nothing to its right, under a bar of its own.
  private func drawing(_ values: [(column: Int, text: String)]) -> [String] {
    guard !values.isEmpty else { return [] }
    let ordered = values.sorted { $0.column > $1.column }
    var lines = [Line()]
    for (column, _) in ordered { lines[0].put("|", at: column) }
    for (column, text) in ordered {
      var row = 1
      while row < lines.count, !lines[row].hasRoom(for: text, at: column) {
        lines[row].put("|", at: column)
        row += 1
      }
      if row == lines.count { lines.append(Line()) }
      lines[row].put(text, at: column)
    }
    return lines.map(\.text)
  }

  /// Words at columns, filled from the right.
  private struct Line {
    private var words: [(column: Int, text: String)] = []

    /// Whether a blank stays between the text and the word to its right.
    func hasRoom(for text: String, at column: Int) -> Bool {
      words.allSatisfy { column + text.count < $0.column }
    }

    mutating func put(_ text: String, at column: Int) { words.append((column, text)) }

    var text: String {
      var result = ""
      var width = 0
      for word in words.sorted(by: { $0.column < $1.column }) {
        result += String(repeating: " ", count: max(0, word.column - width)) + word.text
        width = max(width, word.column) + word.text.count
      }
      return result
    }
  }
}
