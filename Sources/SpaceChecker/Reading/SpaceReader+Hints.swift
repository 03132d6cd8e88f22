import Diagnostics
import SpaceIR
import SpaceSyntax

/// A group of the distribution: what is decided together, by names.
struct GroupDeclaration {
  let names: [Located<String>]
  let range: SourceRange
}

extension SpaceReader {
  /// Keys of `distribution` where it is more than a word.
  static let distributionKeys = ["joint", "rest"]

  mutating func hints(_ fields: Fields) -> (Hints, [Located<String>], [GroupDeclaration]) {
    var hints = Hints()
    var ranges: [Located<String>] = []
    guard let value = fields["hints"]?.value,
      let inner = Fields(
        value, place: "'hints'", allowed: Self.hintKeys, unreadable: unreadable, log: &log)
    else { return (hints, ranges, []) }
    let groups = inner["distribution"].map { distribution($0.value, &hints) } ?? []
    hints.groups = groups.map { $0.names.map(\.value) }
    for entry in inner["share"]?.value.mapping("'share'", log: &log) ?? [] {
      guard let word = choiceOfWord(entry.value, Hints.Sharing.self, what: "a way to share weights") else { continue }
      hints.sharing.append(Hints.SharingHint(parameter: entry.key.text, sharing: word.value))
      ranges.append(Located(entry.key.text, entry.key.range))
    }
    return (hints, ranges, groups)
  }

  /// `joint`, `factorised`, or `{joint: [[s1, s2], s3], rest: factorised}`.
  private mutating func distribution(_ node: YAMLNode, _ hints: inout Hints) -> [GroupDeclaration] {
    guard case .mapping = node.content else {
      if let word = choiceOfWord(node, Hints.Grouping.self, what: "a distribution") { hints.distribution = word.value }
      return []
    }
    guard
      let fields = Fields(
        node, place: "'distribution'", allowed: Self.distributionKeys, unreadable: unreadable, log: &log)
    else { return [] }
    if let rest = fields["rest"]?.value,
      let word = choiceOfWord(rest, Hints.Grouping.self, what: "the rest of a distribution")
    {
      hints.distribution = word.value
    }
    let groups = fields.required("joint", log: &log)?.value.list("'joint'", log: &log) ?? []
    return groups.compactMap { group($0) }
  }

  private mutating func group(_ node: YAMLNode) -> GroupDeclaration? {
    guard case .sequence(let nodes) = node.content else {
      return node.text("a group of 'joint'", log: &log).map { GroupDeclaration(names: [$0], range: node.range) }
    }
    let names = nodes.compactMap { $0.text("a name in a group of 'joint'", log: &log) }
    guard !nodes.isEmpty else {
      node.reportShape(expected: "a list of names", what: "a group of 'joint'", log: &log)
      return nil
    }
    return names.isEmpty ? nil : GroupDeclaration(names: names, range: node.range)
  }
}
