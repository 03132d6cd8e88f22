import Diagnostics
import SpaceIR
import SpaceSyntax

extension SpaceReader {
  static let stageKeys = ["stage", "layers", "decide", "layer"]

  mutating func networkItem(_ node: YAMLNode) -> NetworkItem {
    guard let entries = node.mapping("an item of the network", log: &log) else { return .poison(name: nil) }
    let keys = entries.map(\.key.text)
    if keys.contains("stage") {
      return stage(node).map(NetworkItem.stage) ?? .poison(name: node.text(of: "stage"))
    }
    if keys.contains("parallel") { return parallelItem(node) ?? .poison(name: node.text(of: "name")) }
    guard keys.contains("op") else {
      reportDiscriminator("an item of the network", ["op", "stage", "parallel"], entries, at: node.range)
      return .poison(name: node.text(of: "name"))
    }
    let written = nameEntry(entries, at: node.range)
    let name = written.flatMap { layerName($0.value, what: "a layer's name") }
    guard let call = call(node, besides: ["name", written?.key.text ?? "name"]), let name else {
      return .poison(name: node.text(of: "name"))
    }
    return .operation(name: name, call)
  }

  private mutating func parallelItem(_ node: YAMLNode) -> NetworkItem? {
    guard
      let fields = Fields(
        node, place: "a parallel item of the network", allowed: Self.parallelKeys, unreadable: unreadable,
        log: &log)
    else { return nil }
    let name = fields.required("name", log: &log).flatMap { layerName($0.value, what: "a layer's name") }
    guard let declaration = parallel(fields, at: node.range), let name else { return nil }
    return .parallel(name: name, declaration)
  }

  /// The entry that names an operation of the network, misspelt or not.
  private mutating func nameEntry(_ entries: [YAMLEntry], at range: SourceRange) -> YAMLEntry? {
    if let entry = entries.first(where: { $0.key.text == "name" }) { return entry }
    if let entry = entries.first(where: { closest(to: $0.key.text, among: ["name"]) != nil }) {
      log.error(
        CheckDiagnostic.unknownKey(entry.key.text, in: "an operation of the network"), at: entry.key.range,
        fixIts: didYouMean("name", at: entry.key.range))
      return entry
    }
    guard !range.contains(anyOf: unreadable) else { return nil }
    log.error(CheckDiagnostic.missingKey("name", in: "an operation of the network"), at: range)
    return nil
  }

  /// A mapping that has none of the keys that say what it is.
  mutating func reportDiscriminator(_ what: String, _ keys: [String], _ entries: [YAMLEntry], at range: SourceRange) {
    guard !range.contains(anyOf: unreadable) else { return }
    let misspelt = entries.first { closest(to: $0.key.text, among: keys) != nil }
    let fixes = misspelt.map { didYouMean(closest(to: $0.key.text, among: keys), at: $0.key.range) } ?? []
    let foreign = entries.lazy.compactMap { entry in
      ForeignWords.note(on: YAMLKeyPlace(text: entry.key.text, range: entry.key.range), among: keys, in: what)
    }.first
    log.error(
      CheckDiagnostic.oneDiscriminator(what, keys: keys), at: misspelt?.key.range ?? range,
      notes: misspelt == nil ? [foreign].compactMap { $0 } : [], fixIts: fixes)
  }

  private mutating func layerName(_ node: YAMLNode, what: String) -> Located<String>? {
    guard let name = node.name(what, log: &log) else { return nil }
    guard !Self.reservedNames.contains(name.value), name.value != "input" else {
      log.error(CheckDiagnostic.reservedName(name.value), at: name.range)
      return nil
    }
    return name
  }

  private mutating func stage(_ node: YAMLNode) -> StageDeclaration? {
    guard let fields = Fields(node, place: "a stage", allowed: Self.stageKeys, unreadable: unreadable, log: &log) else {
      return nil
    }
    let name = fields["stage"].flatMap { layerName($0.value, what: "a stage's name") }
    let count = fields.required("layers", log: &log).flatMap { layerCount($0.value) }
    // After an error about the number, one layer: what stands in it is still looked at.
    let layers = count ?? Located(.fixed(1), node.range)
    let decide = fields["decide"].flatMap {
      choiceOfWord($0.value, DecisionScope.self, what: "who decides in a stage")
    }
    let layer = fields.required("layer", log: &log).flatMap { call($0.value, besides: []) }
    guard let name, let layer else { return nil }
    return StageDeclaration(
      name: name, layers: layers, decide: decide, layer: layer, range: node.range,
      hidesScope: count == nil || fields.hidesKeys || (decide == nil && fields["decide"] != nil),
      hidesDepth: count == nil)
  }

  private mutating func layerCount(_ node: YAMLNode) -> Located<LayerCount>? {
    if node.reportChoice(expected: "a whole number or {choose: [...]}", what: "'layers'", log: &log) { return nil }
    guard case .mapping = node.content else {
      guard let count = integer(node, what: "'layers'") else { return nil }
      guard Self.layerCounts.contains(count.value) else {
        log.error(CheckDiagnostic.badLayerCount(String(count.value)), at: node.range)
        return nil
      }
      return Located(.fixed(count.value), node.range)
    }
    guard let choice = choice(node, keys: ["choose"]) else { return nil }
    var depths: [Int] = []
    for option in choice.options {
      guard let depth = option.value.integer, Self.layerCounts.contains(depth) else {
        log.error(CheckDiagnostic.badLayerCount(option.value.description), at: option.range)
        return nil
      }
      depths.append(depth)
    }
    depths.sort()
    return Located(depths.count == 1 ? .fixed(depths[0]) : .chosen(depths), node.range)
  }

  /// A mapping with `op`, the operation's arguments, and perhaps `or`.
  mutating func call(_ node: YAMLNode, besides extra: [String], isAlternative: Bool = false) -> Call? {
    if let word = node.scalar, !word.text.isEmpty {
      return Call(op: Located(word.text, node.range), arguments: [], alternatives: [], range: node.range)
    }
    guard let entries = node.mapping("an operation", log: &log) else { return nil }
    guard let op = entries.first(where: { $0.key.text == "op" }) else {
      guard !node.range.contains(anyOf: unreadable) else { return nil }
      let misspelt = entries.first { closest(to: $0.key.text, among: ["op"]) != nil }
      log.error(
        CheckDiagnostic.missingKey("op", in: "an operation"), at: misspelt?.key.range ?? node.range,
        fixIts: misspelt.map { didYouMean("op", at: $0.key.range) } ?? [])
      return nil
    }
    guard let name = op.value.text("the name of an operation", log: &log) else { return nil }
    var arguments: [Argument] = []
    var alternatives: [CallAlternative] = []
    var from: Located<[Located<String>]>?
    var presence: ExpressionSyntax?
    for entry in entries where entry.key.text != "op" && !extra.contains(entry.key.text) {
      if isAlternative, entry.key.text == "from" || entry.key.text == "when" {
        log.error(
          CheckDiagnostic.unknownKey(entry.key.text, in: "an alternative"), at: entry.key.range,
          notes: [Note("write it beside 'op' of the layer: it speaks of all alternatives")])
      } else if entry.key.text == "from" || isMisspeltFrom(entry, beside: entries) {
        from = tensorNames(entry.value)
        if from == nil { return nil }
      } else if entry.key.text == "when" {
        presence = expression(entry.value, what: "'when'")
        if presence == nil { return nil }
      } else if entry.key.text == "or", isAlternative {
        log.error(
          CheckDiagnostic.choiceNotHere(where: "inside an alternative"), at: entry.key.range,
          notes: [Note("'or' takes a list: all alternatives of a layer stand side by side")])
      } else if entry.key.text == "or" {
        alternatives = self.alternatives(entry.value)
      } else {
        let value = argumentValue(entry.value)
        arguments.append(Argument(name: Located(entry.key.text, entry.key.range), value: value))
      }
    }
    return Call(
      op: name, arguments: arguments, alternatives: alternatives, from: from, presence: presence, range: node.range,
      hidesArguments: node.range.contains(anyOf: unreadable))
  }

  /// A list under a key like `from`, which no argument is; an error about the key.
  private mutating func isMisspeltFrom(_ entry: YAMLEntry, beside entries: [YAMLEntry]) -> Bool {
    guard case .sequence = entry.value.content, closest(to: entry.key.text, among: ["from"]) != nil,
      !entries.contains(where: { $0.key.text == "from" })
    else { return false }
    log.error(
      CheckDiagnostic.unknownKey(entry.key.text, in: "an operation"), at: entry.key.range,
      fixIts: didYouMean("from", at: entry.key.range))
    return true
  }

  /// `from: NAME` or `from: [NAME, ...]`.
  private mutating func tensorNames(_ node: YAMLNode) -> Located<[Located<String>]>? {
    guard case .sequence(let nodes) = node.content else {
      return node.text("what 'from' names", log: &log).map { Located([$0], node.range) }
    }
    guard !nodes.isEmpty else {
      node.reportShape(expected: "a name or a list of names", what: "'from'", log: &log)
      return nil
    }
    let names = nodes.compactMap { $0.text("what 'from' names", log: &log) }
    return names.count == nodes.count ? Located(names, node.range) : nil
  }

  private mutating func alternatives(_ node: YAMLNode) -> [CallAlternative] {
    if case .sequence(let nodes) = node.content {
      if nodes.isEmpty { node.reportShape(expected: "at least one alternative", what: "'or'", log: &log) }
      let bypasses = nodes.filter { $0.scalar?.text == "bypass" }
      if bypasses.count > 1 {
        log.error(
          CheckDiagnostic.duplicateOption("bypass"), at: bypasses[1].range,
          notes: [Note("listed first here", at: bypasses[0].range)])
      }
      return nodes.compactMap { alternative($0) }
    }
    return alternative(node).map { [$0] } ?? []
  }

  private mutating func alternative(_ node: YAMLNode) -> CallAlternative? {
    if node.scalar?.text == "bypass" { return .bypass(node.range) }
    return call(node, besides: [], isAlternative: true).map(CallAlternative.call) ?? .poison
  }

  mutating func argumentValue(_ node: YAMLNode) -> ArgumentValue {
    switch node.content {
    case .scalar(let scalar):
      if reportAmbiguity(of: scalar, at: node.range, expecting: .word, log: &log) != nil { return .poison }
      return expression(node).map(ArgumentValue.expression) ?? .poison
    case .poison: return .poison
    case .sequence:
      let expected = "a value, {choose: ...} or {first: ..., rest: ...}"
      if !node.reportChoice(expected: expected, what: "an argument", log: &log) {
        node.reportShape(expected: expected, what: "an argument", log: &log)
      }
      return .poison
    case .mapping(let entries):
      let keys = entries.map(\.key.text)
      if keys.contains("first") || keys.contains("rest") { return firstRest(node) }
      if keys.contains("choose") { return choice(node).map(ArgumentValue.choice) ?? .poison }
      reportDiscriminator("an argument written as a mapping", ["choose", "first"], entries, at: node.range)
      return .poison
    }
  }

  private mutating func firstRest(_ node: YAMLNode) -> ArgumentValue {
    guard
      let fields = Fields(
        node, place: "an argument by layer", allowed: Self.firstRestKeys, unreadable: unreadable, log: &log)
    else {
      return .poison
    }
    let first = fields.required("first", log: &log).map { argumentValue($0.value) } ?? .poison
    let rest = fields.required("rest", log: &log).map { argumentValue($0.value) } ?? .poison
    return .firstRest(first: first, rest: rest, node.range)
  }

  /// The scalar as an expression; a number, word or boolean is one too.
  mutating func expression(_ node: YAMLNode, what: String = "this") -> ExpressionSyntax? {
    guard let scalar = node.scalar, !scalar.text.isEmpty else {
      node.reportShape(expected: "a value or an expression", what: what, log: &log)
      return nil
    }
    return parseExpression(scalar, at: node.range, log: &log)
  }
}
