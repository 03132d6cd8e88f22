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
    case .scalar(let scalar):
      for match in scalar.text.matches(of: /(?:^|[^A-Za-z0-9_.])([A-Za-z_][A-Za-z0-9_]*)/) {
        words.insert(match.output.1)
      }
    case .sequence(let nodes): for node in nodes { node.collectNames(into: &words) }
    case .mapping(let entries): for entry in entries { entry.value.collectNames(into: &words) }
    case .poison: break
    }
  }
}
