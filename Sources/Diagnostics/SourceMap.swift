/// A 1-based line and a 1-based column. Columns count Unicode scalars, a tab being one.
package struct SourcePosition: Hashable, Sendable {
  package let line: Int
  package let column: Int
}

/// One file's path and bytes, with the starts of its lines.
///
/// A line ends at a line feed, a carriage return, or the two together. Every lookup accepts any offset and clamps it
/// to the file, so that a wrong range shows badly and never traps.
package struct SourceFile: Sendable {
  package let id: SourceID
  /// The path as it is shown to the user.
  package let path: String
  package let bytes: [UInt8]
  /// The byte offset of the first byte of each line; the first is 0.
  private let lineStarts: [Int]
  /// The characters before every 4096th byte, so that a column far to the right is found in a step.
  private let characterCounts: [Int]

  private static let stride = 4096

  /// - Complexity: O(bytes), once.
  init(id: SourceID, path: String, bytes: [UInt8]) {
    self.id = id
    self.path = path
    self.bytes = bytes
    lineStarts = Self.lineStarts(of: bytes)
    characterCounts = Self.characterCounts(of: bytes)
  }

  /// The number of lines; a file that ends in a line break has an empty last line.
  package var lineCount: Int { lineStarts.count }

  /// Line and column of a byte offset; an offset inside a multi-byte character gives that character's column.
  package func position(of offset: Int) -> SourcePosition {
    let offset = min(max(offset, 0), bytes.count)
    let line = lineIndex(of: offset)
    let column = charactersBefore(offset) - charactersBefore(lineStarts[line]) + 1
    let isInside = offset < bytes.count && bytes[offset].continuesCharacter
    return SourcePosition(line: line + 1, column: isInside ? max(column - 1, 1) : column)
  }

  /// The characters that begin before an offset.
  private func charactersBefore(_ offset: Int) -> Int {
    let block = offset / Self.stride
    return characterCounts[block] + Self.characters(in: bytes, block * Self.stride..<offset)
  }

  private static func characters(in bytes: [UInt8], _ range: Range<Int>) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var count = 0
      for index in range where !bytes[index].continuesCharacter { count += 1 }
      return count
    }
  }

  private static func characterCounts(of bytes: [UInt8]) -> [Int] {
    var counts = [0]
    for end in Swift.stride(from: stride, through: bytes.count, by: stride) {
      counts.append(counts[counts.count - 1] + characters(in: bytes, end - stride..<end))
    }
    return counts
  }

  /// The bytes of a 1-based line without its line break; empty when there is no such line.
  package func byteRange(ofLine line: Int) -> Range<Int> {
    guard lineStarts.indices.contains(line - 1) else { return bytes.count..<bytes.count }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] : bytes.count
    while end > start, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }

  /// The text under a range, decoded with repair and clamped to the file.
  package func text(in range: SourceRange) -> String {
    let start = min(range.start, bytes.count)
    return String(decoding: bytes[start..<min(max(range.end, start), bytes.count)], as: UTF8.self)
  }

  /// The index of the last line that starts at or before the offset, by bisection.
  private func lineIndex(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  private static func lineStarts(of bytes: [UInt8]) -> [Int] {
    bytes.withUnsafeBufferPointer { bytes in
      var starts = [0]
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        guard byte == 0x0A || byte == 0x0D else { continue }
        if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
        starts.append(index)
      }
      return starts
    }
  }
}

extension UInt8 {
  /// Whether the byte is the second or a later one of a UTF-8 character.
  var continuesCharacter: Bool { self & 0xC0 == 0x80 }
}

/// The files of one run, in the order they were read.
package struct SourceMap: Sendable {
  private var files: [SourceFile] = []

  package init() {}

  /// Adds a file and gives it the next id; the same path added twice is two files.
  package mutating func add(path: String, bytes: [UInt8]) -> SourceID {
    let id = SourceID(index: files.count)
    files.append(SourceFile(id: id, path: path, bytes: bytes))
    return id
  }

  /// - Precondition: the id was given by this map.
  package subscript(id: SourceID) -> SourceFile { files[id.index] }

  /// The file of an id, or nil when the id is from another map. For the renderers, which never trap.
  package func file(_ id: SourceID) -> SourceFile? {
    files.indices.contains(id.index) ? files[id.index] : nil
  }
}
