/// Proof that an error was put in a log. Poison carries it, and whoever meets poison stays silent.
package struct Reported: Hashable, Sendable {
  fileprivate init() {}
}

/// Collects every error and warning of a run.
package struct DiagnosticLog: Sendable {
  private var entries: [Diagnostic] = []
  private var seen: Set<Identity> = []
  package private(set) var hasErrors = false

  package init() {}

  @discardableResult
  package mutating func error(
    _ kind: some DiagnosticKind, at range: SourceRange, notes: [Note] = [], fixIts: [FixIt] = []
  ) -> Reported {
    hasErrors = true
    record(kind, .error, range, notes, fixIts)
    return Reported()
  }

  package mutating func warning(
    _ kind: some DiagnosticKind, at range: SourceRange, notes: [Note] = [], fixIts: [FixIt] = []
  ) {
    record(kind, .warning, range, notes, fixIts)
  }

  /// Sorted by file, offset and code; entries that agree in all three keep the order of reporting.
  package var diagnostics: [Diagnostic] {
    let order = entries.enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      return (a.range.source, a.range.start, a.code, a.range.end, left.offset)
        < (b.range.source, b.range.start, b.code, b.range.end, right.offset)
    }
    return order.map(\.element)
  }

  /// Two reports with one identity say the same thing twice; the first is kept.
  private struct Identity: Hashable {
    let code: String
    let message: String
    let range: SourceRange
  }

  private mutating func record(
    _ kind: some DiagnosticKind, _ severity: Severity, _ range: SourceRange, _ notes: [Note], _ fixIts: [FixIt]
  ) {
    let (code, message) = (kind.code, kind.message)
    guard seen.insert(Identity(code: code, message: message, range: range)).inserted else { return }
    entries.append(
      Diagnostic(severity: severity, code: code, message: message, range: range, notes: notes, fixIts: fixIts))
  }
}
