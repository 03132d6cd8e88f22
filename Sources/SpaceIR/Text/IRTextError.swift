/// Why a text is not the text form of a space.
package struct IRTextError: Error, Hashable, Sendable {
  /// From 1.
  package let line: Int
  /// From 1, in UTF-8 bytes; one past the end of the line where something is missing there.
  package let column: Int
  package let message: String

  init(line: Int, column: Int, message: String) {
    self.line = line
    self.column = column
    self.message = message
  }

  /// The error at a byte offset of a text, at most its length.
  init(_ message: String, at offset: Int, in bytes: [UInt8]) {
    let before = bytes.prefix(offset)
    let newline = UInt8(ascii: "\n")
    let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    self.init(line: before.count { $0 == newline } + 1, column: offset - lineStart + 1, message: message)
  }
}

extension IRTextError: CustomStringConvertible {
  package var description: String { "\(line):\(column): \(message)" }
}
