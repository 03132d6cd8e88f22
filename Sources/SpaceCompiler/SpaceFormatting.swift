package import Diagnostics
package import SpaceSyntax

/// A file in the canonical layout, or what is wrong with it.
package struct FormattedFile: Sendable {
  package let sources: SourceMap
  package let diagnostics: [Diagnostic]
  /// Diagnostics that were left out because there are too many.
  package let omitted: Int
  /// Nil after an error of YAML. Mistakes in the language are no obstacle.
  package let text: String?

  /// Whether the file was in this layout already.
  package var isUnchanged: Bool { text.map { Array($0.utf8) == sources[SourceID(index: 0)].bytes } ?? true }
}

/// Lays a file out anew, without writing it.
///
/// - Parameter path: As messages show it; it is not read.
/// - Throws: `FormattingFault` where the file has to stay as it is.
package func formatSpace(_ bytes: [UInt8], path: String) throws(FormattingFault) -> FormattedFile {
  var sources = SourceMap()
  var log = DiagnosticLog()
  let id = sources.add(path: path, bytes: bytes)
  let text = try formatYAML(id, in: sources, log: &log)
  return FormattedFile(sources: sources, diagnostics: log.diagnostics, omitted: log.omitted, text: text)
}
