/// The order of the keys of a file: what it is, what it builds on, what goes in and out, its parts, the network, and
/// what is asked of all that.
enum SectionOrder {
  static let keys = [
    "espalier", "space", "architecture", "of", "hash", "use", "input", "inputs", "output", "outputs", "blocks", "cells",
    "rules", "decisions", "choices", "network", "devices", "require", "hints", "expect",
  ]

  /// The document with the entries of its root in order. A key that is not known stays behind the one it follows. What
  /// would put an alias before its anchor is not done.
  static func ordered(_ document: LayoutDocument) -> LayoutDocument {
    guard case .collection(var root) = document.root.content, root.kind == .mapping else { return document }
    let order = order(of: root.parts)
    guard order != Array(root.parts.indices) else { return document }
    var result = document
    var parts = root.parts
    if order[0] != 0 { result.leading += detachHead(from: &parts[0]) }
    root.parts = order.map { parts[$0] }
    result.root.content = .collection(root)
    return namesAreDefined(in: root) ? result : document
  }

  private static func order(of parts: [LayoutPart]) -> [Int] {
    var rank = -1
    let ranks = parts.map { part in
      rank = keys.firstIndex(of: part.key?.text ?? "") ?? rank
      return rank
    }
    return parts.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
  }

  /// The comment at the head of the file, which stays there when the first entry moves: up to the last blank line, or
  /// all of it.
  private static func detachHead(from part: inout LayoutPart) -> [LayoutComment] {
    let last = part.leading.indices.last { $0 > 0 && part.leading[$0].blankBefore }
    let count = part.blankBefore ? part.leading.count : last ?? part.leading.count
    defer { part.leading.removeFirst(count) }
    return Array(part.leading.prefix(count))
  }

  private static func namesAreDefined(in root: LayoutCollection) -> Bool {
    var known: Set<String> = []
    return root.parts.allSatisfy { define($0, &known) }
  }

  private static func define(_ part: LayoutPart, _ known: inout Set<String>) -> Bool {
    if let anchor = part.key?.anchor { known.insert(anchor) }
    switch part.value.content {
    case .alias(let name): return known.contains(name)
    case .scalar: break
    case .collection(let collection): guard collection.parts.allSatisfy({ define($0, &known) }) else { return false }
    }
    if let anchor = part.value.anchor { known.insert(anchor) }
    return true
  }
}
