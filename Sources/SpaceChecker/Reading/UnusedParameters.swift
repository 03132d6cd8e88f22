import SpaceSyntax

extension [Located<String>] {
  /// The parameters that no value of a definition names, whatever its keys are: a word anywhere below them counts as a
  /// use, so that a doubt is never reported.
  ///
  /// - Parameter node: A block or something else with `parameters`.
  func unused(in node: YAMLNode) -> [Located<String>] {
    guard case .mapping(let entries) = node.content, !isEmpty else { return [] }
    var words: Set<Substring> = []
    for entry in entries where !["doc", "parameters"].contains(entry.key.text) {
      entry.value.collectNames(into: &words)
    }
    return filter { !words.contains(Substring($0.value)) }
  }
}

extension YAMLNode {
  /// Every word of every value that does not follow a dot.
  fileprivate func collectNames(into words: inout Set<Substring>) {
    switch content {
    case .scalar(let scalar): scalar.text.collectNames(into: &words)
    case .sequence(let nodes): for node in nodes { node.collectNames(into: &words) }
    case .mapping(let entries): for entry in entries { entry.value.collectNames(into: &words) }
    case .poison: break
    }
  }
}

extension String {
  /// A scan and no regular expression: making one took a quarter of a normal space's compilation.
  fileprivate func collectNames(into words: inout Set<Substring>) {
    var rest = utf8[...]
    while let start = rest.firstIndex(where: \.isWordByte) {
      let end = rest[start...].firstIndex { !$0.isWordByte } ?? rest.endIndex
      let followsDot = start > startIndex && utf8[utf8.index(before: start)] == UInt8(ascii: ".")
      if !followsDot, !rest[start].isDigitByte { words.insert(self[start..<end]) }
      rest = rest[end...]
    }
  }
}

extension UInt8 {
  fileprivate var isDigitByte: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  fileprivate var isWordByte: Bool {
    isDigitByte || self == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
  }
}
