import Diagnostics
import SpaceSyntax

extension SpaceReader {
  static let ruleKeys = ["doc", "inputs", "parameters", "decide", "require", "max_depth", "one_of"]

  /// `NAME: {decide: each, max_depth: 3, one_of: {production: [items], ...}}`.
  mutating func rule(_ entry: YAMLEntry) -> BlockDeclaration {
    let fields = Fields(entry.value, place: "a rule", allowed: Self.ruleKeys, unreadable: unreadable, log: &log)
    let head = head(entry, fields)
    let nothing = RuleDeclaration(maxDepth: nil, productions: [])
    guard let fields else { return head.declaration(.rule(nothing)) }
    let depth = fields["max_depth"].map { maxDepth($0.value) } ?? .some(nil)
    let productions = fields.required("one_of", log: &log).flatMap {
      namedItems($0.value, what: "'one_of'", least: 1)
    }
    let decide = fields.required("decide", notes: Self.whoDecides, log: &log)
    guard let depth, let productions else { return head.declaration(.rule(nothing), isPoison: true) }
    return head.declaration(
      .rule(RuleDeclaration(maxDepth: depth, productions: productions)), isPoison: decide == nil)
  }

  /// Nil after an error.
  private mutating func maxDepth(_ node: YAMLNode) -> Located<Int>?? {
    guard let depth = integer(node, what: "'max_depth'") else { return nil }
    guard Self.depths.contains(depth.value) else {
      node.reportShape(
        expected: "a whole number from 1 to \(Self.depths.upperBound)", what: "'max_depth'", log: &log)
      return nil
    }
    return .some(depth)
  }
}
