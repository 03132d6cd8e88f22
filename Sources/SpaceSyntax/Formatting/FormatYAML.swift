package import Diagnostics

/// Why a file was left as it is, though it has no errors. Each is a mistake of the formatter and no one else's.
package enum FormattingFault: Error, Hashable, CustomStringConvertible {
  case otherMeaning
  case lostComment
  case unreadable

  package var description: String {
    switch self {
    case .otherMeaning: "the new layout would change what the file means"
    case .lostComment: "the new layout would lose a comment"
    case .unreadable: "the new layout could not be read back"
    }
  }
}

/// The text of a YAML file in the canonical layout (docs/commands.md says which).
///
/// The result is read back before it is given out: it has the same values, names of anchors and comments. Formatting it
/// again gives the same text.
///
/// - Returns: Nil where the file has an error of YAML, which the log then tells.
/// - Throws: Where the result is not what the file was.
/// - Complexity: O(bytes) but for values with brackets that do not fit on a line, which are measured once for each
///   level they are nested.
package func formatYAML(
  _ source: SourceID, in sources: SourceMap, log: inout DiagnosticLog
) throws(FormattingFault) -> String? {
  guard parseYAML(source, in: sources, log: &log) != nil, !log.hasErrors else { return nil }
  let file = sources[source]
  let before = try layout(of: plainBytes(of: file.bytes), path: file.path)
  let text = LayoutRenderer.text(of: SectionOrder.ordered(before))
  let after = try layout(of: Array(text.utf8), path: file.path)
  guard after.means(before) else { throw .otherMeaning }
  guard after.commentLines == before.commentLines else { throw .lostComment }
  return text
}

private func layout(of bytes: [UInt8], path: String) throws(FormattingFault) -> LayoutDocument {
  var sources = SourceMap()
  var log = DiagnosticLog()
  let id = sources.add(path: path, bytes: bytes)
  guard parseYAML(id, in: sources, log: &log) != nil, !log.hasErrors else { throw .unreadable }
  do {
    var builder = try LayoutBuilder(sources[id])
    return builder.document()
  } catch { throw .unreadable }
}

/// Without a byte-order mark, and with line feeds for the line ends of other systems.
private func plainBytes(of bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  for (index, byte) in bytes.enumerated().dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0) {
    let isReturn = byte == 0x0D
    if isReturn, index + 1 < bytes.count, bytes[index + 1] == 0x0A { continue }
    result.append(isReturn ? 0x0A : byte)
  }
  return result
}
