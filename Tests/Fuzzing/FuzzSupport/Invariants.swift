package import Diagnostics

/// Ends the process, which is what the fuzzer looks for, where an answer is not one that a user may see.
package func expectShowable(_ diagnostics: [Diagnostic], omitted: Int = 0, in sources: SourceMap) {
  for diagnostic in diagnostics {
    let remedies = diagnostic.fixIts + diagnostic.notes.flatMap(\.fixIts)
    let ranges = [diagnostic.range] + diagnostic.notes.compactMap(\.range) + remedies.flatMap(\.edits).map(\.range)
    for range in ranges {
      guard let file = sources.file(range.source) else { fatalError("a range in no file: \(diagnostic)") }
      guard range.end <= file.bytes.count else { fatalError("a range past the end: \(diagnostic)") }
    }
    guard !diagnostic.message.isEmpty else { fatalError("an empty message: \(diagnostic)") }
  }
  let texts = [
    renderText(diagnostics, omitted: omitted, sources: sources, colours: true),
    renderJSON(diagnostics, omitted: omitted, sources: sources),
    renderSARIF(diagnostics, omitted: omitted, sources: sources),
  ]
  guard texts[1].utf8.count > 2, diagnostics.isEmpty || !texts[0].isEmpty else { fatalError("nothing is shown") }
}

/// The input of one run as bytes that may be kept.
package func bytes(_ data: UnsafePointer<UInt8>, _ count: Int) -> [UInt8] {
  Array(UnsafeBufferPointer(start: data, count: count))
}
