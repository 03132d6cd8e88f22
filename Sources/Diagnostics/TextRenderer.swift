/// Diagnostics as a person reads them: message, place, source line with carets, notes, fixes. Blocks are separated by
/// an empty line; the text ends in a line feed, or is empty when there is nothing to say.
///
/// - Parameters:
///   - omitted: How many more there are that are not shown; the last line says so.
///   - colours: Whether ANSI colour sequences are used; otherwise the text is plain.
package func renderText(
  _ diagnostics: [Diagnostic], omitted: Int = 0, sources: SourceMap, colours: Bool
) -> String {
  let renderer = TextRenderer(sources: sources, palette: colours ? .ansi : .plain)
  let more = omitted == 0 ? [] : ["and \(omitted) more, not shown\n"]
  return (diagnostics.map(renderer.block) + more).joined(separator: "\n")
}

private struct TextRenderer {
  let sources: SourceMap
  let palette: Palette

  func block(_ diagnostic: Diagnostic) -> String {
    let head = palette.paint("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", as: diagnostic.severity.ink)
    var lines = [head + palette.paint(": " + diagnostic.message.onOneLine, as: .strong)]
    lines += place(diagnostic.range, ink: diagnostic.severity.ink)
    lines += diagnostic.fixIts.map(fix)
    for note in diagnostic.notes {
      lines.append(palette.paint("note", as: .note) + ": " + note.message.onOneLine)
      if let range = note.range { lines += place(range, ink: .note) }
      lines += note.figure.map { $0.isEmpty ? "" : "    " + $0.onOneLine }
      lines += note.fixIts.map(fix)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The arrow line, the source line and the carets; nothing when the file is not in the map.
  private func place(_ range: SourceRange, ink: Palette.Ink) -> [String] {
    guard let file = sources.file(range.source) else { return [] }
    let position = file.position(of: range.start)
    let snippet = SourceSnippet(range, in: file)
    let gutter = String(snippet.line)
    let margin = String(repeating: " ", count: gutter.count)
    return [
      "  \(palette.paint("-->", as: .gutter)) \(file.path.onOneLine):\(position.line):\(position.column)",
      palette.paint("\(gutter) |", as: .gutter) + (snippet.text.isEmpty ? "" : " " + snippet.text),
      palette.paint("\(margin) |", as: .gutter) + " " + palette.paint(snippet.carets, as: ink),
    ]
  }

  private func fix(_ fixIt: FixIt) -> String {
    let edits = fixIt.edits.map(change).joined(separator: ", ")
    return palette.paint(fixIt.confidence.label, as: .fix) + ": \(fixIt.message.onOneLine): \(edits)"
  }

  private func change(_ edit: FixIt.Edit) -> String {
    let old = Self.quoted(sources.file(edit.range.source)?.text(in: edit.range) ?? "")
    let new = Self.quoted(edit.replacement)
    if edit.range.start == edit.range.end { return "insert \(new)" }
    return edit.replacement.isEmpty ? "delete \(old)" : "\(old) becomes \(new)"
  }

  /// The text in backquotes on one line, cut to 60 characters.
  private static func quoted(_ text: String) -> String {
    let line = text.prefix(200).description.onOneLine
    return line.count <= 60 ? "`\(line)`" : "`\(line.prefix(59))…`"
  }
}

/// The colours of a terminal, or none.
private enum Palette {
  case plain
  case ansi

  enum Ink: String {
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
    case fix = "1;32"
    case gutter = "34"
    case strong = "1"
  }

  func paint(_ text: String, as ink: Ink) -> String {
    switch self {
    case .plain: text
    case .ansi: "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m"
    }
  }
}

extension Severity {
  fileprivate var ink: Palette.Ink {
    switch self {
    case .error: .error
    case .warning: .warning
    }
  }
}

extension FixIt.Confidence {
  fileprivate var label: String {
    switch self {
    case .certain: "fix"
    case .likely: "likely fix"
    case .hasPlaceholder: "fix to complete"
    }
  }
}
