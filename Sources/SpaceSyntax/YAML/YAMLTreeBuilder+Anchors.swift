import Diagnostics

extension YAMLTreeBuilder {
  /// Where the parts of a node stand.
  struct Place {
    let anchor: Range<Int>?
    let tag: Range<Int>?
    let content: Range<Int>
  }

  /// Tells the anchor and the tag of a node from its content.
  func place(of node: Range<Int>, _ properties: YAMLEvent.Properties) -> Place {
    var offset = node.lowerBound
    var anchor: Range<Int>?
    var tag: Range<Int>?
    guard !properties.isEmpty else { return Place(anchor: nil, tag: nil, content: node) }
    while offset < node.upperBound {
      switch bytes[offset] {
      case UInt8(ascii: "&") where properties.anchor != nil && anchor == nil:
        anchor = offset..<min(offset + 1 + (properties.anchor?.utf8.count ?? 0), node.upperBound)
        offset = anchor?.upperBound ?? offset
      case UInt8(ascii: "!") where properties.tag != nil && tag == nil:
        let end = bytes[offset..<node.upperBound].firstIndex { $0.isYAMLBlank } ?? node.upperBound
        tag = offset..<end
        offset = end
      case UInt8(ascii: "#"): offset = lineRange(at: offset).end
      case let byte where byte.isYAMLBlank: offset += 1
      default: return Place(anchor: anchor, tag: tag, content: offset..<node.upperBound)
      }
    }
    return Place(anchor: anchor, tag: tag, content: node.upperBound..<node.upperBound)
  }

  /// The line that an offset is on, from the offset to its end without the line break.
  func lineRange(at offset: Int) -> SourceRange {
    let end = bytes[offset...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
    return SourceRange(source: source, start: offset, end: end)
  }

  /// Reports a tag, and opens the anchor; the result is the name to complete, nil for none or one used before.
  mutating func declare(
    _ properties: YAMLEvent.Properties, _ place: Place, scalar: YAMLScalar? = nil, log: inout DiagnosticLog
  ) -> String? {
    if let tag = place.tag { refuseTag(tag, place, scalar, log: &log) }
    guard let name = properties.anchor, let bytes = place.anchor else { return nil }
    if let first = anchors[name]?.range {
      let notes = [Note("the first one is here", at: first)]
      log.error(SyntaxDiagnostic.duplicateAnchor(name), at: range(bytes), notes: notes)
      return nil
    }
    anchors[name] = (range(bytes), .open)
    anchorNames.append(name)
    return name
  }

  /// Gives an open anchor its value.
  mutating func complete(_ anchor: String?, _ node: YAMLNode, nodes: Int, height: Int) {
    guard let anchor, let range = anchors[anchor]?.range else { return }
    anchors[anchor] = (range, .complete(node, nodes: nodes, height: height))
  }

  /// The remedy is to drop the tag; `!!str` before a plain scalar is written with quotes instead.
  private func refuseTag(_ tag: Range<Int>, _ place: Place, _ scalar: YAMLScalar?, log: inout DiagnosticLog) {
    let text = String(decoding: bytes[tag], as: UTF8.self)
    let fixIt: FixIt
    if text == "!!str" || text == "!", let scalar, scalar.style == .plain, scalar.contentStart != nil,
      place.anchor == nil
    {
      let whole = range(tag.lowerBound..<place.content.upperBound)
      fixIt = FixIt("quote the word", replacing: whole, with: "\"\(scalar.text.yamlEscaped)\"")
    } else {
      var end = tag.upperBound
      while end < bytes.count, bytes[end] == 0x20 { end += 1 }
      fixIt = FixIt("remove the tag", replacing: range(tag.lowerBound..<end), with: "")
    }
    log.error(SyntaxDiagnostic.tag(text), at: range(tag), fixIts: [fixIt])
  }

  // MARK: Aliases

  /// Puts the tree that an alias stands for in its place, or poison; the result is set when reading must stop.
  mutating func addAlias(_ name: String, _ alias: SourceRange, log: inout DiagnosticLog) -> Reported? {
    guard !isAtKey else {
      refuseCompoundKey(alias, log: &log)
      return nil
    }
    guard let anchor = anchors[name] else {
      attachPoison(undefined(name, at: alias, log: &log), alias, log: &log)
      return nil
    }
    let notes = [Note("the anchor is here", at: anchor.range)]
    guard case .complete(let node, let nodes, let height) = anchor.value else {
      attachPoison(log.error(SyntaxDiagnostic.aliasCycle(name), at: alias, notes: notes), alias, log: &log)
      return nil
    }
    guard stack.count + height <= YAMLLimits.depth else {
      let kind = SyntaxDiagnostic.nestingTooDeep(limit: YAMLLimits.depth)
      attachPoison(log.error(kind, at: alias, notes: notes), alias, log: &log)
      return nil
    }
    guard self.nodes + nodes <= limit else {
      return log.error(SyntaxDiagnostic.aliasExpansion(name, limit: limit), at: alias, notes: notes)
    }
    self.nodes += nodes
    attach(node.reached(through: alias), end: alias.end, height: height, log: &log)
    return nil
  }

  private mutating func attachPoison(_ reported: Reported, _ alias: SourceRange, log: inout DiagnosticLog) {
    attach(YAMLNode(range: alias, content: .poison(reported)), end: alias.end, height: 0, log: &log)
  }

  private func undefined(_ name: String, at alias: SourceRange, log: inout DiagnosticLog) -> Reported {
    let kind = SyntaxDiagnostic.undefinedAlias(name)
    guard let known = log.closest(to: name, among: anchorNames) else { return log.error(kind, at: alias) }
    let fixIt = FixIt("use this anchor", confidence: .likely, replacing: alias, with: "*\(known)")
    return log.error(
      kind, at: alias, notes: [Note("an anchor '&\(known)' is here", at: anchors[known]?.range, fixIts: [fixIt])])
  }
}

extension String {
  /// The text as it stands between double quotes.
  var yamlEscaped: String { reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : String($1) } }
}
