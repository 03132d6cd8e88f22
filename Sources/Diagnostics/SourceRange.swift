/// Names one file of a `SourceMap`; ids are given in the order the files were added.
package struct SourceID: Hashable, Sendable, Comparable {
  package let index: Int

  package init(index: Int) {
    precondition(index >= 0, "a source id counts from 0")
    self.index = index
  }

  package static func < (left: SourceID, right: SourceID) -> Bool { left.index < right.index }
}

/// A half-open range of byte offsets in one file. Lines and columns exist only where text is shown.
///
/// Invariant: 0 ≤ start ≤ end. Whether the file is that long is not known here; the renderers clamp.
package struct SourceRange: Hashable, Sendable {
  package let source: SourceID
  package let start: Int
  package let end: Int

  /// - Precondition: 0 ≤ start ≤ end, in bytes.
  package init(source: SourceID, start: Int, end: Int) {
    precondition(0 <= start && start <= end, "a source range runs forward: \(start)..<\(end)")
    self.source = source
    self.start = start
    self.end = end
  }

  /// The smallest range that covers both; this range alone when the other is in another file.
  package func union(_ other: SourceRange) -> SourceRange {
    guard source == other.source else { return self }
    return SourceRange(source: source, start: min(start, other.start), end: max(end, other.end))
  }
}
