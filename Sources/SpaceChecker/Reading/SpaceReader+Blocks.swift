import Diagnostics
import SpaceIR
import SpaceSyntax

extension SpaceReader {
  static let blockKeys = ["doc", "parameters", "body", "shortcut"]

  mutating func blocks(_ fields: Fields) -> [BlockDeclaration] {
    guard let entry = fields["blocks"] else { return [] }
    guard let entries = entry.value.mapping("'blocks'", log: &log) else {
      hidesBlocks = true
      return []
    }
    if entry.value.range.contains(anyOf: unreadable) { hidesBlocks = true }
    return entries.map { block($0) }
  }

  private mutating func block(_ entry: YAMLEntry) -> BlockDeclaration {
    let name = Located(entry.key.text, entry.key.range)
    let isNamed = name.value.isName
    if !isNamed { log.error(CheckDiagnostic.badName(name.value), at: name.range) }
    guard let fields = Fields(entry.value, place: "a block", allowed: Self.blockKeys, unreadable: unreadable, log: &log)
    else {
      return BlockDeclaration(name: name, parameters: [], body: [.poison], shortcut: nil, isPoison: true)
    }
    _ = fields["doc"]?.value.text("'doc'", log: &log)
    let entries = fields["parameters"].map { $0.value.mapping("'parameters'", log: &log) } ?? .some([])
    let parameters = (entries ?? []).map { parameter($0) }
    let body = fields.required("body", log: &log).map { items($0.value) } ?? [.poison]
    return BlockDeclaration(
      name: name, parameters: parameters.compactMap { $0 }, body: body,
      shortcut: fields["shortcut"].flatMap { shortcut($0.value) },
      isPoison: !isNamed || entries == nil || fields.hidesKeys || parameters.contains { $0 == nil })
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
    guard let fields = Fields(node, place: "a shortcut", allowed: ["when"], unreadable: unreadable, log: &log),
      let entry = fields.required("when", log: &log), let condition = expression(entry.value)
    else { return nil }
    return ShortcutDeclaration(condition: condition, range: node.range)
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
    if keys.contains("when") { return condition(node) }
    guard keys.contains("op") else {
      reportDiscriminator("an item of a body", ["op", "switch", "when"], entries, at: node.range)
      return nil
    }
    let label = entries.first { $0.key.text == "name" }.flatMap { $0.value.name("a label", log: &log) }
    return call(node, besides: ["name"]).map { .call(label: label, $0) }
  }

  private mutating func branch(_ node: YAMLNode) -> BodyItem? {
    guard
      let fields = Fields(node, place: "a switch", allowed: ["switch", "cases"], unreadable: unreadable, log: &log),
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
        node, place: "a condition", allowed: ["when", "then", "else"], unreadable: unreadable, log: &log),
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
