/// Writes a layout tree in the canonical layout.
///
/// Indentation is two spaces. What has brackets keeps them where it fits on its line, else it becomes a block; a block
/// stays a block, for it is the author who says what reads well. Comments stay with what they stand beside.
struct LayoutRenderer {
  /// The greatest column, as in our Swift sources.
  static let width = 120

  private var lines = LayoutLines()

  static func text(of document: LayoutDocument) -> String {
    var renderer = LayoutRenderer()
    renderer.render(document)
    return renderer.lines.text(width: width)
  }

  private mutating func render(_ document: LayoutDocument) {
    for comment in document.leading { write(comment, at: 0) }
    if case .collection(let collection) = document.root.content, !collection.parts.isEmpty {
      if let anchor = document.root.anchor { lines.append("&\(anchor)") }
      write(collection, at: 0)
    } else {
      let form = form(of: document.root, at: 0)
      write(form, after: nil, nil, at: 0)
    }
    for comment in document.ending { write(comment, at: 0) }
  }

  private mutating func write(_ comment: LayoutComment, at column: Int) {
    if comment.blankBefore { lines.blank() }
    for line in comment.lines { lines.append(spaces(column) + line) }
  }

  /// - Parameter prefix: What stands on the line of the first part already: the dashes of lists around it.
  private mutating func write(_ collection: LayoutCollection, at column: Int, after prefix: String? = nil) {
    for (index, part) in collection.parts.enumerated() {
      write(part, collection.kind, at: column, after: index == 0 ? prefix : nil)
    }
    for comment in collection.ending { write(comment, at: column) }
  }

  private mutating func write(_ part: LayoutPart, _ kind: YAMLCollection, at column: Int, after prefix: String?) {
    let placement = placement(of: part, at: column)
    if prefix == nil {
      for comment in placement.leading { write(comment, at: column) }
      if placement.blankBefore { lines.blank() }
    }
    let head = (prefix ?? spaces(column)) + (part.key.map { "\($0.full):" } ?? "-")
    guard case .nested(let collection) = placement.form else {
      return write(placement.form, after: head, placement.beside, at: column)
    }
    if part.key == nil, part.value.anchor == nil {
      write(collection, at: column + 2, after: head + " ")
    } else {
      lines.append(head + (part.value.anchor.map { " &\($0)" } ?? ""), placement.beside, follower: .noBlank)
      write(collection, at: column + 2)
    }
  }

  /// Writes what is no block collection.
  private mutating func write(_ form: Form, after head: String?, _ comment: LayoutComment?, at column: Int) {
    let start = head.map { $0 + " " } ?? ""
    switch form {
    case .line(let text): lines.append(text.isEmpty ? head ?? "" : start + text, comment)
    case .lines(let texts):
      for (index, text) in texts.enumerated() {
        let line = index == 0 ? start + text : text.isEmpty ? "" : spaces(column + 2) + text
        lines.append(line, index == texts.count - 1 ? comment : nil)
      }
    case .block(let header, let texts):
      lines.append(start + header, comment)
      let follower: LayoutLines.Follower = header.hasSuffix("+") ? .noBlank : .anything
      let indentation = spaces(column + LayoutScalar.blockIndentation)
      for text in texts { lines.append(text.isEmpty ? "" : indentation + text, follower: follower) }
    case .nested(let collection): write(collection, at: column)
    }
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

// MARK: Where things go

extension LayoutRenderer {
  /// What a value looks like.
  private enum Form {
    case line(String)
    case lines([String])
    case block(header: String, [String])
    case nested(LayoutCollection)
  }

  /// Where a part's comments go.
  private struct Placement {
    let form: Form
    var leading: [LayoutComment]
    var blankBefore: Bool
    /// On the part's first or only line.
    var beside: LayoutComment?

    /// Puts a comment that stood beside the part before it.
    mutating func raise(_ comment: LayoutComment?) {
      guard var comment else { return }
      comment.blankBefore = blankBefore
      blankBefore = false
      leading.append(comment)
    }
  }

  private func placement(of part: LayoutPart, at column: Int) -> Placement {
    let form = form(of: part.value, at: column + (part.key.map { $0.full.columns + 2 } ?? 2))
    var placement = Placement(form: form, leading: part.leading, blankBefore: part.blankBefore, beside: nil)
    guard case .nested(let collection) = form else {
      if part.trailing != nil { placement.raise(part.header) }
      placement.beside = part.trailing ?? part.header
      return placement
    }
    if part.key != nil || part.value.anchor != nil {
      if part.header != nil { placement.raise(part.trailing) }
      placement.beside = part.header ?? part.trailing
    } else {
      placement.raise(part.header)
      placement.raise(part.trailing)
      // The first part shares the line of the dash, so its comments stand before both.
      let first = self.placement(of: collection.parts[0], at: column + 2)
      placement.leading += first.leading
    }
    return placement
  }

  private func form(of node: LayoutNode, at column: Int) -> Form {
    let anchor = node.anchor.map { "&\($0)" }
    func anchored(_ text: String) -> String {
      [anchor, text.isEmpty ? nil : text].compactMap { $0 }.joined(separator: " ")
    }
    switch node.content {
    case .alias(let name): return .line("*\(name)")
    case .scalar(let scalar):
      switch scalar.form {
      case .line(let text): return .line(anchored(text))
      case .lines(let texts, let joined):
        if let joined, column + anchored(joined).columns <= Self.width { return .line(anchored(joined)) }
        return .lines([anchored(texts[0])] + texts.dropFirst())
      case .block(let indicators, let texts): return .block(header: anchored(indicators), texts)
      }
    case .collection(let collection):
      let isFlow = collection.parts.isEmpty || collection.layout == .flow && !collection.holdsComments
      if isFlow, let text = flat(node), column + text.columns <= Self.width { return .line(text) }
      return collection.parts.isEmpty ? .line(flat(node) ?? "") : .nested(collection)
    }
  }

  /// The node on one line; nil where it holds what needs several.
  private func flat(_ node: LayoutNode) -> String? {
    var words = node.anchor.map { ["&\($0)"] } ?? []
    switch node.content {
    case .alias(let name): words.append("*\(name)")
    case .scalar(let scalar):
      switch scalar.form {
      case .line(let text), .lines(_, joined: .some(let text)): if !text.isEmpty { words.append(text) }
      case .lines(_, joined: nil), .block: return nil
      }
    case .collection(let collection):
      guard let parts = flat(collection.parts) else { return nil }
      let text = parts.joined(separator: ", ")
      words.append(collection.kind == .sequence ? "[\(text)]" : "{\(text)}")
    }
    return words.joined(separator: " ")
  }

  private func flat(_ parts: [LayoutPart]) -> [String]? {
    var texts: [String] = []
    for part in parts {
      guard let value = flat(part.value) else { return nil }
      texts.append(part.key.map { value.isEmpty ? $0.full : "\($0.full): \(value)" } ?? value)
    }
    return texts
  }
}
