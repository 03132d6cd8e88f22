import Diagnostics
import SpaceIR
import SpaceSyntax

extension SpaceReader {
  static let stageKeys = ["stage", "layers", "decide", "layer"]

  mutating func networkItem(_ node: YAMLNode) -> NetworkItem? {
    guard let entries = node.mapping("an item of the network", log: &log) else { return nil }
    let keys = entries.map(\.key.text)
    if keys.contains("stage") { return stage(node).map(NetworkItem.stage) }
    guard keys.contains("op") else {
      log.error(CheckDiagnostic.oneDiscriminator("an item of the network", keys: ["op", "stage"]), at: node.range)
      return nil
    }
    let name = entries.first { $0.key.text == "name" }
    if name == nil { log.error(CheckDiagnostic.missingKey("name", in: "an operation of the network"), at: node.range) }
    guard let call = call(node, besides: ["name"]), let name = name?.value.name("a layer's name", log: &log) else {
      return nil
    }
    return .operation(name: name, call)
  }

  private mutating func stage(_ node: YAMLNode) -> StageDeclaration? {
    guard let fields = Fields(node, place: "a stage", allowed: Self.stageKeys, log: &log) else { return nil }
    let name = fields["stage"]?.value.name("a stage's name", log: &log)
    let layers = fields.required("layers", log: &log).flatMap { layerCount($0.value) }
    let decide = fields["decide"].flatMap {
      choiceOfWord($0.value, DecisionScope.self, what: "who decides in a stage")
    }
    let layer = fields.required("layer", log: &log).flatMap { call($0.value, besides: []) }
    guard let name, let layers, let layer else { return nil }
    return StageDeclaration(name: name, layers: layers, decide: decide, layer: layer, range: node.range)
  }

  private mutating func layerCount(_ node: YAMLNode) -> Located<LayerCount>? {
    guard case .mapping = node.content else {
      guard let count = integer(node, what: "'layers'") else { return nil }
      guard (1...1000).contains(count.value) else {
        log.error(CheckDiagnostic.badLayerCount(String(count.value)), at: node.range)
        return nil
      }
      return Located(.fixed(count.value), node.range)
    }
    guard case .choice(let choice)? = argumentValue(node) else { return nil }
    var depths: [Int] = []
    for option in choice.options {
      guard let depth = option.value.integer, (1...1000).contains(depth) else {
        log.error(CheckDiagnostic.badLayerCount(option.value.description), at: option.range)
        return nil
      }
      depths.append(depth)
    }
    depths.sort()
    return Located(depths.count == 1 ? .fixed(depths[0]) : .chosen(depths), node.range)
  }

  /// A mapping with `op`, the operation's arguments, and perhaps `or`.
  mutating func call(_ node: YAMLNode, besides extra: [String]) -> Call? {
    if let word = node.scalar, !word.text.isEmpty {
      return Call(op: Located(word.text, node.range), arguments: [], alternatives: [], range: node.range)
    }
    guard let entries = node.mapping("an operation", log: &log) else { return nil }
    guard let op = entries.first(where: { $0.key.text == "op" }) else {
      log.error(CheckDiagnostic.missingKey("op", in: "an operation"), at: node.range)
      return nil
    }
    guard let name = op.value.text("the name of an operation", log: &log) else { return nil }
    var arguments: [Argument] = []
    var alternatives: [CallAlternative] = []
    for entry in entries where entry.key.text != "op" && !extra.contains(entry.key.text) {
      if entry.key.text == "or" {
        alternatives = self.alternatives(entry.value)
      } else if let value = argumentValue(entry.value) {
        arguments.append(Argument(name: Located(entry.key.text, entry.key.range), value: value))
      }
    }
    return Call(op: name, arguments: arguments, alternatives: alternatives, range: node.range)
  }

  private mutating func alternatives(_ node: YAMLNode) -> [CallAlternative] {
    if case .sequence(let nodes) = node.content { return nodes.compactMap { alternative($0) } }
    return alternative(node).map { [$0] } ?? []
  }

  private mutating func alternative(_ node: YAMLNode) -> CallAlternative? {
    if node.scalar?.text == "bypass" { return .bypass(node.range) }
    return call(node, besides: []).map(CallAlternative.call)
  }

  mutating func argumentValue(_ node: YAMLNode) -> ArgumentValue? {
    switch node.content {
    case .scalar(let scalar):
      if let reported = reportAmbiguity(of: scalar, at: node.range, expecting: .word, log: &log) { return .poison(reported) }
      return expression(node).map(ArgumentValue.expression)
    case .poison(let reported): return .poison(reported)
    case .sequence:
      node.reportShape(expected: "a value, {choose: ...} or {first: ..., rest: ...}", what: "an argument", log: &log)
      return nil
    case .mapping(let entries):
      let keys = entries.map(\.key.text)
      if keys.contains("first") || keys.contains("rest") { return firstRest(node) }
      if keys.contains("choose") { return choice(node).map(ArgumentValue.choice) }
      log.error(CheckDiagnostic.oneDiscriminator("an argument written as a mapping", keys: ["choose", "first"]), at: node.range)
      return nil
    }
  }

  private mutating func firstRest(_ node: YAMLNode) -> ArgumentValue? {
    guard let fields = Fields(node, place: "an argument by layer", allowed: ["first", "rest"], log: &log) else {
      return nil
    }
    let first = fields.required("first", log: &log).flatMap { argumentValue($0.value) }
    let rest = fields.required("rest", log: &log).flatMap { argumentValue($0.value) }
    guard let first, let rest else { return nil }
    return .firstRest(first: first, rest: rest, node.range)
  }

  /// The scalar as an expression; a number, word or boolean is one too.
  mutating func expression(_ node: YAMLNode) -> ExpressionSyntax? {
    guard let scalar = node.scalar, !scalar.text.isEmpty else {
      node.reportShape(expected: "a value or an expression", what: "this", log: &log)
      return nil
    }
    return parseExpression(scalar, at: node.range, log: &log)
  }
}
