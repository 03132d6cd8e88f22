package import Diagnostics

/// A line with the code of an error that is reported there: `# error ES2004` at the end of the line in question; or of a
/// warning, `# warning ES3010`.
package struct Marker: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let path: String
  package let line: Int
  package let code: String

  package init(path: String, line: Int, code: String) {
    self.path = path
    self.line = line
    self.code = code
  }

  package var description: String { "\(path):\(line) \(code)" }

  package static func < (a: Marker, b: Marker) -> Bool { (a.path, a.line, a.code) < (b.path, b.line, b.code) }

  /// The markers of a text for what has this severity, in its order.
  package static func all(in text: String, path: String, _ severity: Severity = .error) -> [Marker] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
      line.components(after: "# \(severity.rawValue) ").map { Marker(path: path, line: index + 1, code: $0) }
    }
  }

  /// Where diagnostics were reported, sorted; one marker for several of one code on one line.
  package static func all(of diagnostics: [Diagnostic], in sources: SourceMap) -> [Marker] {
    let markers = diagnostics.map { diagnostic in
      let file = sources[diagnostic.range.source]
      return Marker(path: file.path, line: file.position(of: diagnostic.range.start).line, code: diagnostic.code)
    }
    return Set(markers).sorted()
  }
}

extension Substring {
  /// The words after a comment's introduction, at most one comment a line.
  fileprivate func components(after introduction: String) -> [String] {
    var rest = self
    while !rest.isEmpty, !rest.hasPrefix(introduction) { rest = rest.dropFirst() }
    return rest.dropFirst(introduction.count).split(separator: " ").map(String.init)
  }
}
