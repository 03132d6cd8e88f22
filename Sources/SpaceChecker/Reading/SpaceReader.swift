import Diagnostics
import SpaceIR
import SpaceSyntax

/// Turns a YAML tree into declarations: keys, types of literals and forms, nothing that needs another declaration.
struct SpaceReader {
  static let spaceKeys = [
    "espalier", "space", "use", "input", "inputs", "output", "outputs", "blocks", "rules", "cells", "decisions",
    "network", "devices", "require", "hints", "expect",
  ]
  /// Names that mean something in an expression or as a key of an operation; a stage also has `layers`.
  static let reservedNames: Set<String> = [
    "in", "here", "output", "true", "false", "and", "or", "not", "op", "name", "layers", "from", "when", "back",
  ]
  static let libraryKeys = ["espalier", "use", "blocks", "rules", "cells"]

  var log: DiagnosticLog
  /// Whether an error hid a block or a used file.
  var hidesBlocks = false
  /// Whether an error hid the table of a device.
  var hidesDevices = false

  /// Where the parser found errors: a key may be missing because it could not be read.
  let unreadable: [SourceRange]

  init(log: DiagnosticLog) {
    self.log = log
    unreadable = log.diagnostics.map(\.range)
  }

  mutating func space(_ root: YAMLNode) -> SpaceDeclaration? {
    guard let fields = Fields(root, place: "a space", allowed: Self.spaceKeys, unreadable: unreadable, log: &log) else {
      return nil
    }
    var declaration = SpaceDeclaration()
    version(fields)
    declaration.name = fields.required("space", log: &log)?.value.title("the name of a space", log: &log)
    declaration.uses = uses(fields)
    readInputs(fields, into: &declaration)
    declaration.outputs = outputs(fields)
    declaration.blocks = definitions(fields)
    declaration.decisions = decisions(fields)
    if let entry = fields.required("network", log: &log) {
      declaration.networkRange = entry.key.range
      declaration.network = entry.value.list("the network", log: &log)?.map { networkItem($0) } ?? [.poison(name: nil)]
    }
    declaration.devices = devices(fields)
    declaration.requirements = requirements(fields)
    (declaration.hints, declaration.hintRanges, declaration.groups) = hints(fields)
    declaration.expectations = expectations(fields)
    declaration.hidesBlocks = hidesBlocks || fields.hidesKeys
    declaration.hidesDevices = hidesDevices || fields.hidesKeys
    return declaration
  }

  /// A file that only brings blocks.
  mutating func library(_ root: YAMLNode) -> (uses: [Located<String>], blocks: [BlockDeclaration])? {
    guard
      let fields = Fields(root, place: "a block library", allowed: Self.libraryKeys, unreadable: unreadable, log: &log)
    else { return nil }
    version(fields)
    hidesBlocks = hidesBlocks || fields.hidesKeys
    return (uses(fields), definitions(fields))
  }

  mutating func version(_ fields: Fields) {
    guard let value = fields.required("espalier", log: &log)?.value else { return }
    guard let scalar = value.scalar, scalar.text == "1" else {
      log.error(
        CheckDiagnostic.unsupportedVersion(value.scalar?.text ?? value.kind), at: value.range,
        fixIts: [FixIt("write version 1", confidence: .likely, replacing: value.range, with: "1")])
      return
    }
  }

  private mutating func uses(_ fields: Fields) -> [Located<String>] {
    guard let entry = fields["use"] else { return [] }
    let nodes = entry.value.list("'use'", log: &log)
    let paths = (nodes ?? []).map { $0.text("the path of a used file", log: &log) }
    if nodes == nil || paths.contains(where: { $0 == nil }) { hidesBlocks = true }
    return paths.compactMap { $0 }
  }

  mutating func input(_ node: YAMLNode) -> Located<ImageShape>? {
    let allowed = Self.shapeKeys
    guard
      let fields = Fields(
        node, place: "an input", allowed: allowed, form: "{channels: C, height: H, width: W}", unreadable: unreadable,
        log: &log)
    else { return nil }
    let numbers = allowed.map { key in fields.required(key, log: &log).flatMap { extent($0.value, what: "'\(key)'") } }
    guard let channels = numbers[0], let height = numbers[1], let width = numbers[2] else { return nil }
    return Located(ImageShape(channels: channels, height: height, width: width), node.range)
  }

  /// An integer from 1 to a million.
  mutating func extent(_ node: YAMLNode, what: String) -> Int? {
    guard let found = integer(node, what: what) else { return nil }
    guard Self.extents.contains(found.value) else {
      node.reportShape(expected: "a whole number from 1 to \(Self.extents.upperBound)", what: what, log: &log)
      return nil
    }
    return found.value
  }

  mutating func integer(_ node: YAMLNode, what: String) -> Located<Int>? {
    guard let value = literal(node, what: what, expected: "a whole number", expecting: .number) else { return nil }
    guard let integer = value.value.integer else {
      node.reportShape(expected: "a whole number", what: what, log: &log)
      return nil
    }
    return Located(integer, node.range)
  }

  /// A number, word or boolean. Words that another YAML would read as something else are refused.
  mutating func literal(
    _ node: YAMLNode, what: String, expected: String, expecting: ScalarExpectation = .word
  ) -> Located<Value>? {
    guard let scalar = node.scalar else {
      node.reportShape(expected: expected, what: what, log: &log)
      return nil
    }
    if reportAmbiguity(of: scalar, at: node.range, expecting: expecting, log: &log) != nil { return nil }
    switch scalar.value {
    case .integer(let value): return Located(.integer(value), node.range)
    case .decimal(let decimal):
      return Located(Value(Rational(decimal.numerator, decimal.denominator)), node.range)
    case .bool(let value): return Located(.boolean(value), node.range)
    case .string(let text): return Located(.word(text), node.range)
    case .null:
      node.reportShape(expected: expected, what: what, log: &log)
      return nil
    }
  }

  private mutating func decisions(_ fields: Fields) -> [NamedChoice] {
    guard let entry = fields["decisions"] else { return [] }
    let entries = entry.value.mapping("'decisions'", log: &log) ?? []
    return entries.compactMap { entry in
      guard entry.key.text.isName else {
        log.error(CheckDiagnostic.badName(entry.key.text), at: entry.key.range)
        return nil
      }
      guard !Self.reservedNames.contains(entry.key.text) else {
        log.error(CheckDiagnostic.reservedName(entry.key.text), at: entry.key.range)
        return nil
      }
      let name = Located(entry.key.text, entry.key.range)
      guard case .mapping = entry.value.content else {
        entry.value.reportShape(expected: "a choice, {choose: [...]}", what: "an entry of 'decisions'", log: &log)
        return NamedChoice(name: name, choice: nil)
      }
      return NamedChoice(name: name, choice: choice(entry.value, keys: ["choose", "was"]))
    }
  }

  /// Who decides in a cell or a rule, which has no default.
  static let whoDecides = [
    Note("'decide: once' makes one choice for all its uses"),
    Note("'decide: each' lets every use choose for itself"),
  ]

  /// A scalar that is one of an enumeration's words.
  mutating func choiceOfWord<Words: RawRepresentable & CaseIterable>(
    _ node: YAMLNode, _ words: Words.Type, what: String
  ) -> Located<Words>? where Words.RawValue == String, Words: Sendable {
    guard let found = node.text(what, log: &log) else { return nil }
    if let word = Words(rawValue: found.value) { return Located(word, node.range) }
    let allowed = Words.allCases.map(\.rawValue)
    log.error(
      CheckDiagnostic.unknownWord(found.value, allowed: allowed, what: what), at: node.range,
      fixIts: didYouMean(log.closest(to: found.value, among: allowed), at: node.range))
    return nil
  }

  private mutating func expectations(_ fields: Fields) -> Expectations? {
    guard let value = fields["expect"]?.value else { return nil }
    let allowed = Expectations.Quantity.allCases.map(\.rawValue) + ["source"]
    guard let inner = Fields(value, place: "'expect'", allowed: allowed, unreadable: unreadable, log: &log) else {
      return nil
    }
    _ = inner.required("source", log: &log)?.value.text("the source of an expectation", log: &log)
    var expectations = Expectations()
    for quantity in Expectations.Quantity.allCases {
      guard let node = inner[quantity.rawValue]?.value else { continue }
      guard let text = node.scalar?.text, !text.isEmpty, text.allSatisfy({ ("0"..."9").contains($0) }) else {
        node.reportShape(expected: "a whole number, all digits", what: "'\(quantity.rawValue)'", log: &log)
        continue
      }
      expectations.entries.append(Expectations.Entry(quantity: quantity, text: text, range: node.range))
    }
    return expectations
  }
}
