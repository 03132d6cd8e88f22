/// What a SARIF log says of the tool and of its rules, which the tool knows and the renderer does not.
package struct SARIFTool {
  /// A rule in short; both texts are plain.
  package struct Rule {
    package let title: String
    package let summary: String
  }

  /// As in semver.org; empty for none.
  package let version: String
  /// The rule of a code; nil where nothing is known but the code.
  package let rule: (String) -> Rule?

  package init(version: String = "", rule: @escaping (String) -> Rule? = { _ in nil }) {
    self.version = version
    self.rule = rule
  }
}

extension SARIFTool.Rule {
  /// The heading and the first paragraph of a page: `# ES0019: key used twice`, an empty line, a paragraph in one line.
  /// Nil for another form.
  package init?(page: String) {
    let lines = page.split(separator: "\n", maxSplits: 2)
    guard lines.count > 1, lines[0].hasPrefix("# "), let colon = lines[0].firstIndex(of: ":") else { return nil }
    title = lines[0][lines[0].index(after: colon)...].drop { $0 == " " }.description
    summary = String(lines[1])
  }
}
