/// Diagnostics as a stable JSON document with the same fields as the text: lines and columns count from 1, columns in
/// Unicode scalars, offsets in bytes from 0, ends exclusive. A location is null when its file is unknown.
///
/// - Parameter omitted: How many more there are that are not in the list; a member only where there are some.
package func renderJSON(_ diagnostics: [Diagnostic], omitted: Int = 0, sources: SourceMap) -> String {
  let renderer = JSONRenderer(sources: sources)
  let more: [(String, JSONText)] = omitted == 0 ? [] : [("omitted", .integer(omitted))]
  let document = JSONText.object(
    [
      ("version", .integer(1)),
      ("diagnostics", .array(diagnostics.map(renderer.diagnostic))),
    ] + more)
  return document.rendered() + "\n"
}

private struct JSONRenderer {
  let sources: SourceMap

  func diagnostic(_ diagnostic: Diagnostic) -> JSONText {
    .object([
      ("severity", .string(diagnostic.severity.rawValue)),
      ("code", .string(diagnostic.code)),
      ("message", .string(diagnostic.message)),
      ("location", location(diagnostic.range)),
      ("notes", .array(diagnostic.notes.map(note))),
      ("fixIts", .array(diagnostic.fixIts.map(fixIt))),
    ])
  }

  private func note(_ note: Note) -> JSONText {
    .object(
      [
        ("message", .string(note.message)),
        ("location", note.range.map(location) ?? .null),
        ("fixIts", .array(note.fixIts.map(fixIt))),
      ] + (note.figure.isEmpty ? [] : [("figure", .array(note.figure.map(JSONText.string)))]))
  }

  private func fixIt(_ fixIt: FixIt) -> JSONText {
    .object([
      ("confidence", .string(fixIt.confidence.rawValue)),
      ("message", .string(fixIt.message)),
      ("edits", .array(fixIt.edits.map(edit))),
    ])
  }

  private func edit(_ edit: FixIt.Edit) -> JSONText {
    .object([("location", location(edit.range)), ("replacement", .string(edit.replacement))])
  }

  private func location(_ range: SourceRange) -> JSONText {
    guard let file = sources.file(range.source) else { return .null }
    return .object([
      ("path", .string(file.path)),
      ("start", position(range.start, in: file)),
      ("end", position(range.end, in: file)),
    ])
  }

  private func position(_ offset: Int, in file: SourceFile) -> JSONText {
    let offset = min(offset, file.bytes.count)
    let position = file.position(of: offset)
    return .object([
      ("line", .integer(position.line)),
      ("column", .integer(position.column)),
      ("offset", .integer(offset)),
    ])
  }
}
