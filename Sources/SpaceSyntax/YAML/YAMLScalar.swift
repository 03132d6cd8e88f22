/// A scalar's text after YAML's unescaping and folding, and how it was written.
package struct YAMLScalar: Hashable, Sendable {
  package enum Style: Hashable, Sendable {
    case plain
    case singleQuoted
    case doubleQuoted
    /// A block introduced by `|`.
    case literal
    /// A block introduced by `>`.
    case folded
  }

  package let text: String
  package let style: Style
  /// The byte offset in the file at which `text` begins, when the text is byte for byte what the file holds there:
  /// plain or quoted, on one line, without escapes. Nil otherwise.
  package let contentStart: Int?

  package init(text: String, style: Style, contentStart: Int? = nil) {
    self.text = text
    self.style = style
    self.contentStart = contentStart
  }
}
