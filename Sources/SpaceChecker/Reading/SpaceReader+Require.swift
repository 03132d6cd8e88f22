import Diagnostics
import SpaceIR
import SpaceSyntax

/// One entry of `require:`.
struct RequirementDeclaration: Sendable {
  enum Claim: Sendable {
    case that(ExpressionSyntax)
    case rows(RowTable)
  }

  /// What messages quote: its name, or the condition as it is written.
  let text: String
  let claim: Claim
  /// The condition, or the whole table.
  let range: SourceRange
}

/// Combinations of the values of a few names, allowed or forbidden.
struct RowTable: Sendable {
  enum Kind: String, Sendable, CaseIterable {
    case allow
    case forbid
  }

  struct Row: Sendable {
    let values: [Located<Value>]
    let range: SourceRange
  }

  let kind: Kind
  let names: [ExpressionSyntax]
  let rows: [Row]

  var text: String { "\(kind.rawValue) \(names.map(\.written.text).joined(separator: ", "))" }
}

extension SpaceReader {
  mutating func requirements(_ fields: Fields) -> [RequirementDeclaration] {
    guard let entry = fields["require"] else { return [] }
    return (entry.value.list("'require'", log: &log) ?? []).compactMap { requirement($0) }
  }

  mutating func requirement(_ node: YAMLNode) -> RequirementDeclaration? {
    switch node.content {
    case .poison: return nil
    case .sequence:
      node.reportShape(expected: "a condition, or {allow: ..., rows: ...}", what: "a requirement", log: &log)
      return nil
    case .scalar:
      return expression(node).map {
        RequirementDeclaration(text: node.onOneLine, claim: .that($0), range: node.range)
      }
    case .mapping(let entries):
      let keys = ["that"] + RowTable.Kind.allCases.map(\.rawValue)
      let present = keys.filter { key in entries.contains { $0.key.text == key } }
      guard let key = present.first, present.count == 1 else {
        reportDiscriminator("a requirement written as a mapping", keys, entries, at: node.range)
        return nil
      }
      guard let kind = RowTable.Kind(rawValue: key) else { return condition(node) }
      return table(node, kind)
    }
  }

  private mutating func condition(_ node: YAMLNode) -> RequirementDeclaration? {
    guard
      let fields = Fields(node, place: "a requirement", allowed: ["name", "that"], unreadable: unreadable, log: &log),
      let entry = fields.required("that", log: &log)
    else { return nil }
    let name = fields["name"].map { $0.value.text("the name of a requirement", log: &log)?.value }
    guard let syntax = expression(entry.value), name != .some(nil) else { return nil }
    let text = (name ?? nil) ?? entry.value.onOneLine
    return RequirementDeclaration(text: text, claim: .that(syntax), range: entry.value.range)
  }

  private mutating func table(_ node: YAMLNode, _ kind: RowTable.Kind) -> RequirementDeclaration? {
    guard
      let fields = Fields(
        node, place: "a table of values", allowed: ["name", kind.rawValue, "rows"], unreadable: unreadable, log: &log),
      let list = fields[kind.rawValue]?.value.list("'\(kind.rawValue)'", log: &log)
    else { return nil }
    if list.isEmpty {
      fields[kind.rawValue]?.value.reportShape(
        expected: "a list of at least one name", what: "'\(kind.rawValue)'", log: &log)
    }
    let names = list.map { tableName($0) }
    let name = fields["name"].map { $0.value.text("the name of a requirement", log: &log)?.value }
    guard let rows = fields.required("rows", log: &log).flatMap({ self.rows($0.value, of: names.count) }) else {
      return nil
    }
    let known = names.compactMap { $0 }
    guard known.count == names.count, !names.isEmpty, name != .some(nil) else { return nil }
    let table = RowTable(kind: kind, names: known, rows: rows)
    return RequirementDeclaration(text: (name ?? nil) ?? table.text, claim: .rows(table), range: node.range)
  }

  private mutating func tableName(_ node: YAMLNode) -> ExpressionSyntax? {
    guard let syntax = expression(node) else { return nil }
    guard case .name = syntax.kind else {
      node.reportShape(expected: "the name of a decision", what: "an entry of the list", log: &log)
      return nil
    }
    return syntax
  }

  /// Nil after an error.
  private mutating func rows(_ node: YAMLNode, of width: Int) -> [RowTable.Row]? {
    guard let nodes = node.list("'rows'", log: &log) else { return nil }
    if nodes.isEmpty {
      node.reportShape(expected: "a list of at least one row", what: "'rows'", log: &log)
      return nil
    }
    var seen: [[Value]: SourceRange] = [:]
    var rows: [RowTable.Row] = []
    var isComplete = true
    for node in nodes {
      guard let row = row(node, of: width) else {
        isComplete = false
        continue
      }
      let values = row.values.map(\.value)
      if let first = seen[values] {
        log.error(CheckDiagnostic.duplicateRow, at: row.range, notes: [Note("listed first here", at: first)])
        isComplete = false
      }
      seen[values] = seen[values] ?? row.range
      rows.append(row)
    }
    return isComplete ? rows : nil
  }

  private mutating func row(_ node: YAMLNode, of width: Int) -> RowTable.Row? {
    guard let nodes = node.list("a row", log: &log) else { return nil }
    guard nodes.count == width else {
      log.error(CheckDiagnostic.rowLength(names: width, found: nodes.count), at: node.range)
      return nil
    }
    let values = nodes.map { literal($0, what: "a value of a row", expected: "a number, a word or a boolean") }
    let known = values.compactMap { $0 }
    return known.count == values.count ? RowTable.Row(values: known, range: node.range) : nil
  }
}

extension YAMLNode {
  /// The words of a scalar, whatever blanks and lines are between them.
  fileprivate var onOneLine: String {
    (scalar?.text ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
