import Diagnostics
import SpaceIR
import SpaceSyntax

extension SpaceReader {
  static let blockKeys = ["doc", "parameters", "body", "shortcut"]

  mutating func blocks(_ fields: Fields) -> [BlockDeclaration] {
    guard let entry = fields["blocks"] else { return [] }
    return (entry.value.mapping("'blocks'", log: &log) ?? []).compactMap { block($0) }
  }

  private mutating func block(_ entry: YAMLEntry) -> BlockDeclaration? {
    guard entry.key.text.isName else {
      log.error(CheckDiagnostic.badName(entry.key.text), at: entry.key.range)
      return nil
    }
    guard let fields = Fields(entry.value, place: "a block", allowed: Self.blockKeys, log: &log) else { return nil }
    _ = fields["doc"]?.value.text("'doc'", log: &log)
    let parameters = (fields["parameters"]?.value.mapping("'parameters'", log: &log) ?? []).compactMap { parameter($0) }
    let body = fields.required("body", log: &log).flatMap { items($0.value) } ?? []
    return BlockDeclaration(
      name: Located(entry.key.text, entry.key.range), parameters: parameters, body: body,
      shortcut: fields["shortcut"].flatMap { shortcut($0.value) })
  }

  /// `name: int` or `name: {type: word, one_of: [...], default: ...}`.
  private mutating func parameter(_ entry: YAMLEntry) -> ParameterDeclaration? {
    guard entry.key.text.isName else {
      log.error(CheckDiagnostic.badName(entry.key.text), at: entry.key.range)
      return nil
    }
    let name = Located(entry.key.text, entry.key.range)
    guard case .mapping = entry.value.content else {
      guard let type = choiceOfWord(entry.value, ValueType.self, what: "the type of a parameter") else { return nil }
      return ParameterDeclaration(name: name, type: type.value, words: [], defaultValue: nil)
    }
    let allowed = ["type", "one_of", "default"]
    guard let fields = Fields(entry.value, place: "a parameter", allowed: allowed, log: &log),
      let typeEntry = fields.required("type", log: &log),
      let type = choiceOfWord(typeEntry.value, ValueType.self, what: "the type of a parameter")
    else { return nil }
    let words = (fields["one_of"]?.value.list("'one_of'", log: &log) ?? []).compactMap { $0.text("a word", log: &log)?.value }
    var defaultValue: Located<Value>?
    if let node = fields["default"]?.value {
      guard let value = literal(node, what: "a default", expected: "a \(type.value.rawValue)") else { return nil }
      guard type.value.accepts(value.value.type) else {
        log.error(
          CheckDiagnostic.wrongType(
            expected: type.value.phrase, found: "\(value.value.type.phrase), \(value.value)", what: "the default"),
          at: node.range)
        return nil
      }
      defaultValue = value
    }
    return ParameterDeclaration(name: name, type: type.value, words: words, defaultValue: defaultValue)
  }

  private mutating func shortcut(_ node: YAMLNode) -> ShortcutDeclaration? {
    if node.scalar?.text == "always" { return ShortcutDeclaration(condition: nil, range: node.range) }
    guard let fields = Fields(node, place: "a shortcut", allowed: ["when"], log: &log),
      let entry = fields.required("when", log: &log), let condition = expression(entry.value)
    else { return nil }
    return ShortcutDeclaration(condition: condition, range: node.range)
  }

  mutating func items(_ node: YAMLNode) -> [BodyItem]? {
    node.list("the body of a block", log: &log)?.compactMap { item($0) }
  }

  private mutating func item(_ node: YAMLNode) -> BodyItem? {
    if let scalar = node.scalar, !scalar.text.isEmpty { return call(node, besides: []).map { .call(label: nil, $0) } }
    guard let entries = node.mapping("an item of a body", log: &log) else { return nil }
    let keys = entries.map(\.key.text)
    if keys.contains("switch") { return branch(node) }
    if keys.contains("when") { return condition(node) }
    guard keys.contains("op") else {
      log.error(CheckDiagnostic.oneDiscriminator("an item of a body", keys: ["op", "switch", "when"]), at: node.range)
      return nil
    }
    let label = entries.first { $0.key.text == "name" }.flatMap { $0.value.name("a label", log: &log) }
    return call(node, besides: ["name"]).map { .call(label: label, $0) }
  }

  private mutating func branch(_ node: YAMLNode) -> BodyItem? {
    guard let fields = Fields(node, place: "a switch", allowed: ["switch", "cases"], log: &log),
      let subject = fields["switch"].flatMap({ expression($0.value) }),
      let cases = fields.required("cases", log: &log)?.value.mapping("'cases'", log: &log)
    else { return nil }
    var found: [BranchCase] = []
    var otherwise: [BodyItem]?
    for entry in cases {
      guard let items = items(entry.value) else { continue }
      if entry.key.text == "else" {
        otherwise = items
      } else {
        found.append(BranchCase(value: Located(entry.key.literal, entry.key.range), items: items))
      }
    }
    return .branch(subject: subject, cases: found, otherwise: otherwise, node.range)
  }

  private mutating func condition(_ node: YAMLNode) -> BodyItem? {
    guard let fields = Fields(node, place: "a condition", allowed: ["when", "then", "else"], log: &log),
      let subject = fields["when"].flatMap({ expression($0.value) }), let then = fields.required("then", log: &log)
    else { return nil }
    return .condition(
      subject, then: items(then.value) ?? [], otherwise: fields["else"].flatMap { items($0.value) } ?? [], node.range)
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
