/// A YAML file as its author laid it out: what `YAMLNode` leaves out (comments, blank lines, anchors, aliases, whether
/// a collection has brackets) and without what the formatter decides (indentation, spaces, line breaks).
struct LayoutDocument {
  /// Before a root that has no parts to carry them.
  var leading: [LayoutComment]
  var root: LayoutNode
  /// After everything.
  var ending: [LayoutComment]
}

/// A value as written; an alias stays an alias.
struct LayoutNode {
  enum Content {
    case alias(String)
    case scalar(LayoutScalar)
    case collection(LayoutCollection)
  }

  /// The name after `&`.
  let anchor: String?
  var content: Content
}

/// A list or a mapping.
struct LayoutCollection {
  let kind: YAMLCollection
  let layout: YAMLEvent.Layout
  var parts: [LayoutPart]
  /// Comments after the last part that belong inside.
  var ending: [LayoutComment]
}

/// An item of a list or an entry of a mapping, with the comments that belong to it.
struct LayoutPart {
  /// Nil for an item of a list.
  var key: LayoutKey?
  var value: LayoutNode
  /// Comments on lines of their own before it.
  var leading: [LayoutComment] = []
  /// The comment on the line of the key or the anchor, where the value begins on a later line.
  var header: LayoutComment?
  /// The comment on the line on which the value ends.
  var trailing: LayoutComment?
  /// Whether its line follows a blank one.
  var blankBefore = false
}

/// A key as it will be written, on one line.
struct LayoutKey {
  let text: String
  let anchor: String?
  /// As it will be written, quoted where it is quoted.
  let written: String

  /// With the anchor.
  var full: String { anchor.map { "&\($0) \(written)" } ?? written }
}

extension LayoutCollection {
  /// Whether a comment stands between the first and the last bracket, so that the collection needs several lines.
  var holdsComments: Bool {
    !ending.isEmpty
      || parts.contains { part in
        if !part.leading.isEmpty || part.header != nil || part.trailing != nil { return true }
        guard case .collection(let inner) = part.value.content else { return false }
        return inner.holdsComments
      }
  }
}
