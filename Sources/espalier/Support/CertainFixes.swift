import Diagnostics
import SpaceCompiler

/// The contents of a file after the fixes that may be applied without asking.
struct CertainFixes {
  let contents: [UInt8]
  /// Diagnostics that were fixed.
  let count: Int

  /// Nil when nothing is certain. A fix that touches another file, or text that an earlier one changed, is left out.
  init?(_ compilation: Compilation, of path: String) {
    let id = SourceID(index: 0)
    guard let file = compilation.sources.file(id), file.path == path else { return nil }
    var taken: [FixIt.Edit] = []
    var count = 0
    for diagnostic in compilation.diagnostics {
      guard let fix = diagnostic.fixIts.first(where: { $0.confidence == .certain }) else { continue }
      let isFree = fix.edits.allSatisfy { edit in
        edit.range.source == id && !taken.contains { $0.range.touches(edit.range) }
      }
      guard isFree, !fix.edits.isEmpty else { continue }
      taken += fix.edits
      count += 1
    }
    guard count > 0 else { return nil }
    var contents: [UInt8] = []
    var position = 0
    for edit in taken.sorted(by: { $0.range.start < $1.range.start }) {
      contents += file.bytes[position..<edit.range.start]
      contents += Array(edit.replacement.utf8)
      position = edit.range.end
    }
    self.contents = contents + file.bytes[position...]
    self.count = count
  }
}

extension SourceRange {
  /// Whether the ranges share a byte or meet at one.
  fileprivate func touches(_ other: SourceRange) -> Bool { start <= other.end && other.start <= end }
}
