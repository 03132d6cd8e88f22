import Diagnostics
import SpaceIR
import SpaceSyntax

extension SpaceReader {
  static let cellKeys = [
    "doc", "parameters", "inputs", "decide", "require", "prepare", "nodes", "widths", "output",
  ]
  static let cellNodeKeys = ["count", "names", "inputs", "edge", "node", "join"]

  /// `NAME: {inputs: [...], decide: once, nodes: {...}, output: {...}}`.
  mutating func cell(_ entry: YAMLEntry) -> BlockDeclaration {
    let fields = Fields(entry.value, place: "a cell", allowed: Self.cellKeys, unreadable: unreadable, log: &log)
    let head = head(entry, fields)
    guard let fields else { return head.declaration(.body([.poison], nil)) }
    let decide = fields.required("decide", notes: Self.whoDecides, log: &log)
    guard let cell = cell(fields, inputs: head.inputs), decide != nil, !fields.hidesKeys else {
      return head.declaration(.body([.poison], nil), isPoison: true)
    }
    return head.declaration(.cell(cell))
  }

  private mutating func cell(_ fields: Fields, inputs: [Located<String>]) -> CellDeclaration? {
    let prepare = fields["prepare"].map { namedItems($0.value, what: "'prepare'", least: 1) } ?? .some([])
    for part in prepare ?? [] where !inputs.contains(where: { $0.value == part.name.value }) {
      let names = inputs.map(\.value)
      log.error(
        CheckDiagnostic.unknownKey(part.name.value, in: "'prepare'"), at: part.name.range,
        notes: [Note("inputs of the cell: \(names.joined(separator: ", "))")],
        fixIts: didYouMean(closest(to: part.name.value, among: names), at: part.name.range))
      return nil
    }
    let widths = fields["widths"].map { splitWidth($0.value) } ?? .some(nil)
    let output = fields.required("output", log: &log).flatMap { gathering($0.value) }
    guard
      let nodes = fields.required("nodes", log: &log).flatMap({
        Fields($0.value, place: "'nodes'", allowed: Self.cellNodeKeys, unreadable: unreadable, log: &log)
      })
    else { return nil }
    let names = nodeNames(nodes, besides: inputs)
    let mode = nodes.required("inputs", log: &log).flatMap { cellInputs($0.value) }
    let nothing: CellOperation? = .items([])
    let edge = nodes["edge"].map { operation($0.value, what: "'edge'") } ?? nothing
    let node = nodes["node"].map { operation($0.value, what: "'node'") } ?? nothing
    let join = nodes.required("join", log: &log).flatMap { joinWord($0.value) }
    guard let prepare, let widths, let output, let names, let mode, let edge, let node, let join, !nodes.hidesKeys
    else { return nil }
    return CellDeclaration(
      prepare: prepare, nodes: names, inputs: mode, edge: edge, operation: node, join: join, splitWidth: widths,
      output: output.0, outputJoin: output.1)
  }

  /// `count: 4` gives n1 to n4, `names: [...]` those.
  private mutating func nodeNames(_ fields: Fields, besides inputs: [Located<String>]) -> [Located<String>]? {
    guard let entry = fields["names"] else {
      guard let entry = fields["count"] else {
        guard !fields.hidesKeys else { return nil }
        log.error(CheckDiagnostic.oneDiscriminator("'nodes'", keys: ["count", "names"]), at: fields.range)
        return nil
      }
      guard let count = integer(entry.value, what: "'count'") else { return nil }
      guard Self.nodeCounts.contains(count.value) else {
        entry.value.reportShape(
          expected: "a whole number from 1 to \(Self.nodeCounts.upperBound)", what: "'count'", log: &log)
        return nil
      }
      return (1...count.value).map { Located("n\($0)", count.range) }
    }
    if let other = fields["count"] {
      log.error(CheckDiagnostic.oneDiscriminator("'nodes'", keys: ["count", "names"]), at: other.key.range)
      return nil
    }
    guard let nodes = entry.value.list("'names'", log: &log) else { return nil }
    guard Self.nodeCounts.contains(nodes.count) else {
      entry.value.reportShape(
        expected: "a list of 1 to \(Self.nodeCounts.upperBound) names", what: "'names'", log: &log)
      return nil
    }
    var names: [Located<String>] = []
    for node in nodes {
      guard let name = node.name("the name of a node", log: &log) else { return nil }
      guard !Self.reservedNames.contains(name.value), name.value != "inputs" else {
        log.error(CheckDiagnostic.reservedName(name.value), at: name.range)
        return nil
      }
      if let first = (inputs + names).first(where: { $0.value == name.value }) {
        log.error(
          CheckDiagnostic.duplicateName(name.value, what: "node or input"), at: name.range,
          notes: [Note("named first here", at: first.range)])
        return nil
      }
      names.append(name)
    }
    return names
  }

  /// `all`, `any`, `{choose: 2}` or `{slots: 2}`.
  private mutating func cellInputs(_ node: YAMLNode) -> Located<CellDeclaration.Inputs>? {
    switch node.scalar?.text {
    case "all": return Located(.all, node.range)
    case "any": return Located(.any, node.range)
    case nil: break
    case let text?:
      let words = CellDeclaration.Inputs.words
      log.error(
        CheckDiagnostic.unknownWord(text, allowed: words + ["{choose: N}", "{slots: N}"], what: "'inputs' of a node"),
        at: node.range, fixIts: didYouMean(closest(to: text, among: words), at: node.range))
      return nil
    }
    guard
      let fields = Fields(
        node, place: "'inputs' of a node", allowed: Self.cellInputKeys, unreadable: unreadable, log: &log)
    else { return nil }
    let given = Self.cellInputKeys.compactMap { key in fields[key].map { (key, $0) } }
    guard given.count == 1, let (key, entry) = given.first else {
      if !fields.hidesKeys {
        log.error(CheckDiagnostic.oneDiscriminator("'inputs' of a node", keys: Self.cellInputKeys), at: node.range)
      }
      return nil
    }
    guard let count = integer(entry.value, what: "'\(key)'") else { return nil }
    guard Self.readCounts.contains(count.value) else {
      entry.value.reportShape(
        expected: "a whole number from 1 to \(Self.readCounts.upperBound)", what: "'\(key)'", log: &log)
      return nil
    }
    return Located(key == "choose" ? .choose(count.value) : .slots(count.value), node.range)
  }

  /// A list of items, or `{one_of: {...}}`.
  private mutating func operation(_ node: YAMLNode, what: String) -> CellOperation? {
    if case .sequence = node.content { return .items(items(node)) }
    if !node.hasKey(like: "one_of") {
      node.reportShape(expected: "a list of items or {one_of: {...}}", what: what, log: &log)
      return nil
    }
    guard let fields = Fields(node, place: what, allowed: ["one_of"], unreadable: unreadable, log: &log),
      let entry = fields.required("one_of", log: &log)
    else { return nil }
    return namedItems(entry.value, what: "'one_of'", least: 1).map(CellOperation.oneOf)
  }

  /// `{split: EXPRESSION}`.
  private mutating func splitWidth(_ node: YAMLNode) -> ExpressionSyntax?? {
    guard let fields = Fields(node, place: "'widths'", allowed: ["split"], unreadable: unreadable, log: &log),
      let entry = fields.required("split", log: &log), let width = expression(entry.value)
    else { return nil }
    return .some(width)
  }

  /// `{of: nodes | last | loose_ends, join: ...}` or `{inputs: any, edge: ..., join: ...}`.
  private mutating func gathering(_ node: YAMLNode) -> (Located<CellDeclaration.Gathering>, Located<Join>)? {
    guard
      let fields = Fields(
        node, place: "the output of a cell", allowed: Self.cellOutputKeys, unreadable: unreadable,
        log: &log)
    else { return nil }
    let of = fields["of"].flatMap { $0.value.text("'of'", log: &log) }
    if let of, !isGathering(of) { return nil }
    if of?.value == "last", fields["inputs"] == nil, fields["edge"] == nil, let join = fields["join"] {
      log.warning(LintDiagnostic.unusedJoin, at: join.key.range)
    }
    let standard = of?.value == "last" && fields["join"] == nil ? Located(Join.add, node.range) : nil
    guard let join = standard ?? fields.required("join", log: &log).flatMap({ joinWord($0.value) }), !fields.hidesKeys
    else { return nil }
    guard let of else {
      guard fields["of"] == nil else { return nil }
      guard let entry = fields["inputs"] else {
        log.error(CheckDiagnostic.oneDiscriminator("the output of a cell", keys: ["of", "inputs"]), at: node.range)
        return nil
      }
      guard entry.value.scalar?.text == "any" else {
        entry.value.reportShape(expected: "the word 'any'", what: "'inputs' of the output", log: &log)
        return nil
      }
      let nothing: CellOperation? = .items([])
      let edge = fields["edge"].map { operation($0.value, what: "'edge'") } ?? nothing
      return edge.map { (Located(.any(edge: $0), node.range), join) }
    }
    for key in ["inputs", "edge"] {
      if let entry = fields[key] {
        log.error(
          CheckDiagnostic.oneDiscriminator("the output of a cell", keys: ["of", "inputs"]), at: entry.key.range,
          notes: [Note("'of' is here", at: of.range)])
        return nil
      }
    }
    switch of.value {
    case "nodes": return (Located(.nodes, of.range), join)
    case "last": return (Located(.last, of.range), join)
    case "loose_ends": return (Located(.looseEnds, of.range), join)
    default: return nil
    }
  }

  private mutating func isGathering(_ of: Located<String>) -> Bool {
    let words = CellDeclaration.Gathering.words
    if words.contains(of.value) { return true }
    log.error(
      CheckDiagnostic.unknownWord(of.value, allowed: words, what: "what the output of a cell joins"), at: of.range,
      fixIts: didYouMean(closest(to: of.value, among: words), at: of.range))
    return false
  }
}

extension YAMLNode {
  /// Whether it is a mapping with a key of this name or a misspelling of it.
  fileprivate func hasKey(like name: String) -> Bool {
    guard case .mapping(let entries) = content else { return false }
    return entries.contains { $0.key.text == name || closest(to: $0.key.text, among: [name]) != nil }
  }
}
