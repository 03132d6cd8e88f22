import Diagnostics
import SpaceCompiler

/// The diagnostics of several compilations as one list over one map of files, for one document.
///
/// A library that two spaces use is one file here, so what is wrong in it is said once.
struct DiagnosticMerge {
  private(set) var sources = SourceMap()
  private var log = DiagnosticLog()
  private var ids: [String: SourceID] = [:]

  var diagnostics: [Diagnostic] { log.diagnostics }
  /// Diagnostics that were left out because there are too many.
  var omitted: Int { log.omitted }

  mutating func add(_ compilation: Compilation) {
    add(compilation.diagnostics, omitted: compilation.omitted, of: compilation.sources)
  }

  mutating func add(_ diagnostics: [Diagnostic], omitted: Int, of files: SourceMap) {
    log.omit(omitted)
    for diagnostic in diagnostics {
      let report = Relayed(code: diagnostic.code, message: diagnostic.message)
      let range = moved(diagnostic.range, from: files)
      let notes = diagnostic.notes.map { note in
        Note(note.message, at: note.range.map { moved($0, from: files) }, fixIts: note.fixIts.map { moved($0, files) })
      }
      let fixIts = diagnostic.fixIts.map { moved($0, files) }
      switch diagnostic.severity {
      case .error: log.error(report, at: range, notes: notes, fixIts: fixIts)
      case .warning: log.warning(report, at: range, notes: notes, fixIts: fixIts)
      }
    }
  }

  private mutating func moved(_ fixIt: FixIt, _ files: SourceMap) -> FixIt {
    let edits = fixIt.edits.map { edit in
      FixIt.Edit(range: moved(edit.range, from: files), replacement: edit.replacement)
    }
    return FixIt(fixIt.message, confidence: fixIt.confidence, edits: edits)
  }

  private mutating func moved(_ range: SourceRange, from files: SourceMap) -> SourceRange {
    let file = files[range.source]
    let id = ids[file.path] ?? sources.add(path: file.path, bytes: file.bytes)
    ids[file.path] = id
    return SourceRange(source: id, start: range.start, end: range.end)
  }
}

/// A report that another log has worded.
private struct Relayed: DiagnosticKind {
  let code: String
  let message: String
}
