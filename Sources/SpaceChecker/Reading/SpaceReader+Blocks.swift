import Diagnostics
import SpaceIR
import SpaceSyntax

extension SpaceReader {
  static let blockKeys = ["doc", "inputs", "parameters", "decide", "require", "body", "shortcut"]

  /// The operations of one of the sections `blocks`, `rules` and `cells`.
  mutating func definitions(_ fields: Fields) -> [BlockDeclaration] {
    section(fields, "blocks") { $0.block($1) } + section(fields, "rules") { $0.rule($1) }
      + section(fields, "cells") { $0.cell($1) }
  }

  private mutating func section(
    _ fields: Fields, _ key: String, _ read: (inout SpaceReader, YAMLEntry) -> BlockDeclaration
  ) -> [BlockDeclaration] {
    guard let entry = fields[key] else { return [] }
    guard let entries = entry.value.mapping("'\(key)'", log: &log) else {
      hidesBlocks = true
      return []
    }
    if entry.value.range.contains(anyOf: unreadable) { hidesBlocks = true }
    return entries.map { read(&self, $0) }
  }

  /// What blocks, rules and cells have in common.
  struct BlockHead {
    let name: Located<String>
    var inputs: [Located<String>]
    var parameters: [ParameterDeclaration]
    var decide: Located<DecisionScope>?
    var requirements: [ExpressionSyntax]
    var unusedParameters: [Located<String>] = []
    var isPoison: Bool

    func declaration(_ content: BlockDeclaration.Content, isPoison hidden: Bool = false) -> BlockDeclaration {
      BlockDeclaration(
        name: name, inputs: inputs, parameters: parameters, decide: decide, requirements: requirements,
        content: content, isPoison: isPoison || hidden, unusedParameters: unusedParameters)
    }
  }

  /// The head of a definition whose fields could be read at all.
  mutating func head(_ entry: YAMLEntry, _ fields: Fields?) -> BlockHead {
    let name = Located(entry.key.text, entry.key.range)
    let isNamed = name.value.isName
    if !isNamed { log.error(CheckDiagnostic.badName(name.value), at: name.range) }
    let standard = Located("in", name.range)
    guard let fields else {
      return BlockHead(
        name: name, inputs: [standard], parameters: [], decide: nil, requirements: [], isPoison: true)
    }
    _ = fields["doc"]?.value.text("'doc'", log: &log)
    let entries = fields["parameters"].map { $0.value.mapping("'parameters'", log: &log) } ?? .some([])
    let parameters = (entries ?? []).map { parameter($0) }
    let decide = fields["decide"].flatMap {
      choiceOfWord($0.value, DecisionScope.self, what: "whether uses decide together")
    }
    let inputs = fields["inputs"].map { inputNames($0.value, besides: parameters.compactMap { $0 }) } ?? [standard]
    let demands = fields["require"].map { conditions($0.value) } ?? []
    return BlockHead(
      name: name, inputs: inputs ?? [standard], parameters: parameters.compactMap { $0 }, decide: decide,
      requirements: demands, unusedParameters: parameters.compactMap { $0?.name }.unused(in: entry.value),
      isPoison: !isNamed || entries == nil || fields.hidesKeys || inputs == nil
        || parameters.contains { $0 == nil } || (decide == nil && fields["decide"] != nil))
  }

  private mutating func inputNames(_ node: YAMLNode, besides parameters: [ParameterDeclaration]) -> [Located<String>]? {
    guard let nodes = node.list("'inputs'", log: &log) else { return nil }
    guard !nodes.isEmpty else {
      node.reportShape(expected: "a list of at least one name", what: "'inputs'", log: &log)
      return nil
    }
    var names: [Located<String>] = []
    var isRight = true
    for node in nodes {
      guard let name = node.name("the name of an input", log: &log) else {
        isRight = false
        continue
      }
      let taken = names + parameters.map(\.name)
      let first = taken.first { $0.value == name.value }?.range
      if let first {
        log.error(
          CheckDiagnostic.duplicateName(name.value, what: "tensor or parameter"), at: name.range,
          notes: [Note("named first here", at: first)])
        isRight = false
      } else if name.value != "in", Self.reservedNames.contains(name.value) || name.value == "inputs" {
        log.error(CheckDiagnostic.reservedName(name.value), at: name.range)
        isRight = false
      }
      names.append(name)
    }
    return isRight ? names : nil
  }

  private mutating func conditions(_ node: YAMLNode) -> [ExpressionSyntax] {
    (node.list("'require' of a block", log: &log) ?? []).compactMap { expression($0) }
  }

  private mutating func block(_ entry: YAMLEntry) -> BlockDeclaration {
    let fields = Fields(entry.value, place: "a block", allowed: Self.blockKeys, unreadable: unreadable, log: &log)
    let head = head(entry, fields)
    guard let fields else { return head.declaration(.body([.poison], nil)) }
    let body = fields.required("body", log: &log).map { items($0.value) } ?? [.poison]
    return head.declaration(.body(body, fields["shortcut"].flatMap { shortcut($0.value) }))
  }

  /// `name: int` or `name: {type: word, one_of: [...], default: ...}`.
  private mutating func parameter(_ entry: YAMLEntry) -> ParameterDeclaration? {
    guard entry.key.text.isName else {
      log.error(CheckDiagnostic.badName(entry.key.text), at: entry.key.range)
      return nil
    }
    let name = Located(entry.key.text, entry.key.range)
    guard !Self.reservedNames.contains(name.value) else {
      log.error(CheckDiagnostic.reservedName(name.value), at: name.range)
      return nil
    }
    guard case .mapping = entry.value.content else {
      guard let type = choiceOfWord(entry.value, ValueType.self, what: "the type of a parameter") else { return nil }
      return ParameterDeclaration(name: name, type: type.value, words: [], defaultValue: nil)
    }
    let isWord = entry.value.text(of: "type").flatMap(ValueType.init(rawValue:)) ?? .word == .word
    let allowed = ["type"] + (isWord ? ["one_of"] : []) + ["default"]
    guard let fields = Fields(entry.value, place: "a parameter", allowed: allowed, unreadable: unreadable, log: &log),
      let typeEntry = fields.required("type", log: &log),
      let type = choiceOfWord(typeEntry.value, ValueType.self, what: "the type of a parameter")
    else { return nil }
    guard !fields.hidesKeys else { return nil }
    let words = (fields["one_of"]?.value.list("'one_of'", log: &log) ?? []).compactMap {
      $0.text("a word", log: &log)?.value
    }
    var defaultValue: Located<Value>?
    if let node = fields["default"]?.value {
      guard let value = literal(node, what: "a default", expected: type.value.phrase) else { return nil }
      guard type.value.accepts(value.value.type) else {
        log.error(
          CheckDiagnostic.wrongType(
            expected: type.value.phrase, found: "'\(value.value)'", what: "the default"),
          at: node.range)
        return nil
      }
      if let word = value.value.word, !words.isEmpty, !words.contains(word) {
        log.error(
          CheckDiagnostic.unknownWord(word, allowed: words, what: "the default"), at: node.range,
          fixIts: didYouMean(log.closest(to: word, among: words), at: node.range))
        return nil
      }
      defaultValue = value
    }
    return ParameterDeclaration(name: name, type: type.value, words: words, defaultValue: defaultValue)
  }

  private mutating func shortcut(_ node: YAMLNode) -> ShortcutDeclaration? {
    if node.scalar?.text == "always" { return ShortcutDeclaration(condition: nil, range: node.range) }
    guard case .mapping = node.content else {
      reportShortcut(node)
      return nil
    }
    guard let fields = Fields(node, place: "a shortcut", allowed: ["when"], unreadable: unreadable, log: &log),
      let entry = fields.required("when", log: &log), let condition = expression(entry.value)
    else { return nil }
    return ShortcutDeclaration(condition: condition, range: node.range)
  }

  private mutating func reportShortcut(_ node: YAMLNode) {
    if case .poison = node.content { return }
    let isYes = ["yes", "true", "on"].contains(node.scalar?.text.lowercased())
    let isNo = ["no", "false", "off", "never"].contains(node.scalar?.text.lowercased())
    let remedy = FixIt("add it in every network", confidence: .likely, replacing: node.range, with: "always")
    log.error(
      CheckDiagnostic.wrongShape(
        expected: "the word 'always' or a mapping, {when: CONDITION}", found: node.kind, what: "a shortcut"),
      at: node.range, notes: isNo ? [Note("a block without 'shortcut' has none")] : [], fixIts: isYes ? [remedy] : [])
  }

  mutating func items(_ node: YAMLNode) -> [BodyItem] {
    node.list("the body of a block", log: &log)?.map { item($0) ?? .poison } ?? [.poison]
  }

  /// Nil after an error.
  private mutating func item(_ node: YAMLNode) -> BodyItem? {
    if let scalar = node.scalar, !scalar.text.isEmpty { return call(node, besides: []).map { .call(label: nil, $0) } }
    guard let entries = node.mapping("an item of a body", log: &log) else { return nil }
    let keys = entries.map(\.key.text)
    if keys.contains("switch") { return branch(node) }
    if keys.contains("parallel") { return parallel(node) }
    if keys.contains("when"), !keys.contains("op") { return condition(node) }
    guard keys.contains("op") else {
      reportDiscriminator("an item of a body", ["op", "switch", "when", "parallel"], entries, at: node.range)
      return nil
    }
    let written = entries.first { $0.key.text == "name" }
    let label = written.flatMap { self.label($0.value) }
    guard let call = call(node, besides: ["name"]), label != nil || written == nil else { return nil }
    return .call(label: label, call)
  }

  private mutating func parallel(_ node: YAMLNode) -> BodyItem? {
    guard
      let fields = Fields(
        node, place: "a parallel item", allowed: Self.parallelKeys, unreadable: unreadable, log: &log),
      let declaration = parallel(fields, at: node.range)
    else { return nil }
    let label = fields["name"].flatMap { self.label($0.value) }
    guard label != nil || fields["name"] == nil else { return nil }
    return .parallel(label: label, declaration)
  }

  /// The label of an item, which later items can read it by.
  private mutating func label(_ node: YAMLNode) -> Located<String>? {
    guard let name = node.name("a label", log: &log) else { return nil }
    guard !Self.reservedNames.contains(name.value) else {
      log.error(CheckDiagnostic.reservedName(name.value), at: name.range)
      return nil
    }
    return name
  }

  /// Branches and how they are joined, of an item of a body or of the network.
  mutating func parallel(_ fields: Fields, at range: SourceRange) -> ParallelDeclaration? {
    guard let branches = fields["parallel"].flatMap({ namedItems($0.value, what: "'parallel'", least: 2) }),
      let join = fields.required("join", log: &log).flatMap({ joinWord($0.value) }), !fields.hidesKeys
    else { return nil }
    return ParallelDeclaration(branches: branches, join: join, range: range)
  }

  mutating func joinWord(_ node: YAMLNode) -> Located<Join>? {
    choiceOfWord(node, Join.self, what: "how tensors are joined")
  }

  /// Lists of items by name; nil after an error about the mapping itself.
  mutating func namedItems(_ node: YAMLNode, what: String, least: Int) -> [NamedItems]? {
    let expected = "a mapping from names to lists of items"
    guard case .mapping(let entries) = node.content else {
      node.reportShape(expected: expected, what: what, log: &log)
      return nil
    }
    guard entries.count >= least else {
      log.error(
        CheckDiagnostic.wrongShape(
          expected: "a mapping from names to lists of items, \(least) or more",
          found: entries.isEmpty ? "an empty mapping" : "one of \(entries.count)", what: what), at: node.range)
      return nil
    }
    var isRight = true
    let result = entries.map { entry in
      if !entry.key.text.isName {
        log.error(CheckDiagnostic.badName(entry.key.text), at: entry.key.range)
        isRight = false
      } else if ["true", "false"].contains(entry.key.text) {
        log.error(CheckDiagnostic.reservedName(entry.key.text), at: entry.key.range)
        isRight = false
      }
      return NamedItems(name: Located(entry.key.text, entry.key.range), items: items(entry.value))
    }
    return isRight ? result : nil
  }

  private mutating func branch(_ node: YAMLNode) -> BodyItem? {
    guard
      let fields = Fields(node, place: "a switch", allowed: Self.switchKeys, unreadable: unreadable, log: &log),
      let subject = fields["switch"].flatMap({ expression($0.value) }),
      let cases = fields.required("cases", log: &log)?.value.mapping("'cases'", log: &log), !fields.hidesKeys
    else { return nil }
    var found: [BranchCase] = []
    var otherwise: [BodyItem]?
    for entry in cases {
      let items = items(entry.value)
      if entry.key.text == "else" {
        otherwise = items
      } else {
        found.append(BranchCase(value: Located(entry.key.literal, entry.key.range), items: items))
      }
    }
    return .branch(subject: subject, cases: found, otherwise: otherwise, node.range)
  }

  private mutating func condition(_ node: YAMLNode) -> BodyItem? {
    guard
      let fields = Fields(
        node, place: "a condition", allowed: Self.conditionKeys, unreadable: unreadable, log: &log),
      let subject = fields["when"].flatMap({ expression($0.value) }), let then = fields.required("then", log: &log),
      !fields.hidesKeys
    else { return nil }
    return .condition(
      subject, then: items(then.value), otherwise: fields["else"].map { items($0.value) } ?? [], node.range)
  }
}

extension YAMLNode {
  /// The scalar under a key of a mapping, as it is written.
  func text(of key: String) -> String? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key.text == key }?.value.scalar?.text
  }
}

extension YAMLKey {
  /// A case label: digits are an integer, `true` and `false` booleans, anything else a word.
  fileprivate var literal: Value {
    if let integer = Int(text) { return .integer(integer) }
    switch text {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    default: return .word(text)
    }
  }
}

extension ValueType {
  /// With an article, for messages.
  var phrase: String {
    switch self {
    case .integer: "a whole number"
    case .rational: "a number"
    case .word: "a word"
    case .boolean: "a boolean"
    }
  }
}
