/// Proof that an error was put in a log. Poison carries it, and whoever meets poison stays silent.
package struct Reported: Hashable, Sendable {
  fileprivate init() {}
}

/// Collects the errors and warnings of a run: all of them, up to numbers that no person reads.
package struct DiagnosticLog: Sendable {
  /// Diagnostics of each severity that are kept; the rest is counted.
  package static let most = 1_000

  private var entries: [Diagnostic] = []
  private var seen: Set<Identity> = []
  private var kept: [Severity: Int] = [:]
  package private(set) var hasErrors = false
  /// Errors and warnings that were reported after the last that is kept.
  package private(set) var omitted = 0
  /// Names that may still be compared to find one that was meant; see `closest(to:among:)`.
  var comparisonsLeft = 100_000

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

  /// Whether another error would only be counted, so that nothing need be looked up for it.
  package var isFull: Bool { kept[.error, default: 0] >= Self.most }

  /// Counts what another log has left out.
  package mutating func omit(_ count: Int) { omitted += count }

  /// Two reports with one identity say the same thing twice; the first is kept.
  private struct Identity: Hashable {
    let code: String
    let message: String
    let range: SourceRange
  }

  private mutating func record(
    _ kind: some DiagnosticKind, _ severity: Severity, _ range: SourceRange, _ notes: [Note], _ fixIts: [FixIt]
  ) {
    let (code, message) = (kind.code, kind.message.shortened)
    guard seen.insert(Identity(code: code, message: message, range: range)).inserted else { return }
    guard kept[severity, default: 0] < Self.most else {
      omitted += 1
      return
    }
    kept[severity, default: 0] += 1
    let notes = notes.map { Note($0.message.shortened, at: $0.range, fixIts: $0.fixIts) }
    entries.append(
      Diagnostic(severity: severity, code: code, message: message, range: range, notes: notes, fixIts: fixIts))
  }
}

extension String {
  /// A message of a readable length: names in it may be as long as a file. The end is kept, since it often says more
  /// than the middle.
  fileprivate var shortened: String {
    let (most, head, tail) = (2_000, 1_000, 500)
    guard utf8.count > most else { return self }
    let scalars = unicodeScalars
    return String(scalars.prefix(head)) + " […] " + String(scalars.suffix(tail))
  }
}
