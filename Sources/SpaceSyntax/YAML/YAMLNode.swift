package import Diagnostics

/// One value of a YAML document, with the place it was written at.
///
/// Invariant: a tree is at most `YAMLLimits.depth` levels deep and has at most `YAMLLimits.nodes` nodes, aliases
/// expanded, so that recursion over it is safe.
package struct YAMLNode: Hashable, Sendable {
  /// The value without its anchor; for a missing value (`key:`) the empty range after the colon.
  package let range: SourceRange
  package let content: Content
  /// Where the alias stands through which this node was reached, the outermost one when there are several. The whole
  /// tree under an alias has it, while `range` stays where the value was written.
  package let aliasedFrom: SourceRange?

  package init(range: SourceRange, content: Content, aliasedFrom: SourceRange? = nil) {
    self.range = range
    self.content = content
    self.aliasedFrom = aliasedFrom
  }

  package enum Content: Hashable, Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    /// In the order of the file; no two entries have keys of equal text.
    case mapping([YAMLEntry])
    /// An error was shown here: whoever reads the node stays silent.
    case poison(Reported)
  }

  /// This node and all under it, as seen through an alias.
  ///
  /// - Complexity: O(nodes); the recursion is as deep as the tree, which `YAMLLimits.depth` bounds.
  func reached(through alias: SourceRange) -> YAMLNode {
    let content: Content =
      switch self.content {
      case .scalar, .poison: self.content
      case .sequence(let items): .sequence(items.map { $0.reached(through: alias) })
      case .mapping(let entries):
        .mapping(entries.map { YAMLEntry(key: $0.key, value: $0.value.reached(through: alias)) })
      }
    return YAMLNode(range: range, content: content, aliasedFrom: alias)
  }
}

/// One `key: value` pair of a mapping.
package struct YAMLEntry: Hashable, Sendable {
  package let key: YAMLKey
  package let value: YAMLNode

  package init(key: YAMLKey, value: YAMLNode) {
    self.key = key
    self.value = value
  }
}

/// A key, always read as its text: `0:` and `"0":` are the same key.
package struct YAMLKey: Hashable, Sendable {
  package let text: String
  /// With the quotes, without the colon.
  package let range: SourceRange
  package let style: YAMLScalar.Style

  package init(text: String, range: SourceRange, style: YAMLScalar.Style = .plain) {
    self.text = text
    self.range = range
    self.style = style
  }
}

/// What a document may hold; larger ones are refused with a diagnostic. They keep time, memory and stack bounded
/// whatever the input.
package enum YAMLLimits {
  /// Collections inside collections.
  package static let depth = 128
  /// Keys and values of the whole document, with every alias counted as often as it is used.
  package static let nodes = 100_000
  /// The same of a latency table, which is a list of many rows.
  package static let tableNodes = 2_000_000
}
