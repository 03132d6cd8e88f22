package import Diagnostics

extension FixIt {
  /// The texts of a run after the remedy, by path; files that it does not touch are left out.
  package func applied(to sources: SourceMap) -> [String: [UInt8]] {
    var texts: [String: [UInt8]] = [:]
    // From the end, so that the earlier ranges stay right.
    for edit in edits.sorted(by: { ($0.range.source, $0.range.start) > ($1.range.source, $1.range.start) }) {
      let file = sources[edit.range.source]
      texts[file.path, default: file.bytes].replaceSubrange(
        edit.range.start..<edit.range.end, with: Array(edit.replacement.utf8))
    }
    return texts
  }
}
