extension LayoutDocument {
  /// Whether two files mean the same: equal values under equal names in one order, but for the order of the root's keys.
  func means(_ other: LayoutDocument) -> Bool {
    LayoutDocument.mean(sorted(root), sorted(other.root))
  }

  private func sorted(_ root: LayoutNode) -> LayoutNode {
    guard case .collection(var collection) = root.content, collection.kind == .mapping else { return root }
    collection.parts.sort { ($0.key?.text ?? "") < ($1.key?.text ?? "") }
    return LayoutNode(anchor: root.anchor, content: .collection(collection))
  }

  private static func mean(_ a: LayoutNode, _ b: LayoutNode) -> Bool {
    guard a.anchor == b.anchor else { return false }
    switch (a.content, b.content) {
    case (.alias(let a), .alias(let b)): return a == b
    case (.scalar(let a), .scalar(let b)): return a.text == b.text && a.isPlain == b.isPlain
    case (.collection(let a), .collection(let b)):
      guard a.kind == b.kind, a.parts.count == b.parts.count else { return false }
      return zip(a.parts, b.parts).allSatisfy { a, b in
        a.key?.text == b.key?.text && a.key?.anchor == b.key?.anchor && mean(a.value, b.value)
      }
    case (.alias, _), (.scalar, _), (.collection, _): return false
    }
  }

  /// Every line of every comment, sorted: comments may change places, but none is lost.
  var commentLines: [String] {
    let inside: [String]
    if case .collection(let collection) = root.content { inside = collection.commentLines } else { inside = [] }
    return (inside + (leading + ending).flatMap(\.lines)).sorted()
  }
}

extension LayoutCollection {
  fileprivate var commentLines: [String] {
    parts.flatMap { part in
      let own = part.leading + [part.header, part.trailing].compactMap { $0 }
      guard case .collection(let inner) = part.value.content else { return own.flatMap(\.lines) }
      return own.flatMap(\.lines) + inner.commentLines
    } + ending.flatMap(\.lines)
  }
}
