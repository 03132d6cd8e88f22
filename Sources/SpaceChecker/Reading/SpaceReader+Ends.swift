import Diagnostics
import SpaceIR
import SpaceSyntax

// `input` or `inputs`, `output` or `outputs`: where the network begins and ends.
extension SpaceReader {
  mutating func readInputs(_ fields: Fields, into declaration: inout SpaceDeclaration) {
    guard let entry = fields["inputs"] else {
      declaration.inputs = fields.required("input", log: &log).map { shapes($0.value) } ?? []
      return
    }
    if let other = fields["input"] { reportBoth("input", other, entry) }
    guard let entries = entry.value.mapping("'inputs'", log: &log) else {
      declaration.hidesInputs = true
      return
    }
    if entries.isEmpty {
      entry.value.reportShape(expected: "a mapping from names to shapes", what: "'inputs'", log: &log)
    }
    var named: [NamedShape] = []
    for entry in entries {
      let shape = input(entry.value)
      guard let name = inputName(entry) else {
        declaration.hidesInputs = true
        continue
      }
      named.append(NamedShape(name: name, shape: shape?.value))
    }
    declaration.hidesInputs = declaration.hidesInputs || entries.isEmpty
    guard let first = named.first else {
      return reportEmpty("'inputs'", of: "shapes", entry.value)
    }
    declaration.inputs = first.shape.map { [Located($0, first.name.range)] } ?? []
    declaration.inputName = first.name
    declaration.otherInputs = Array(named.dropFirst())
  }

  /// One shape, or the list of those that the input can have.
  private mutating func shapes(_ value: YAMLNode) -> [Located<ImageShape>] {
    if case .sequence(let nodes) = value.content {
      if reportBareShape(nodes, value) { return [] }
      if nodes.isEmpty { value.reportShape(expected: "a shape or a list of shapes", what: "'input'", log: &log) }
      let shapes = nodes.map { input($0) }
      return shapes.contains { $0 == nil } ? [] : shapes.compactMap { $0 }
    }
    return input(value).map { [$0] } ?? []
  }

  /// `[3, 32, 32]`, which is one error and not one for each number.
  private mutating func reportBareShape(_ nodes: [YAMLNode], _ value: YAMLNode) -> Bool {
    let sides = nodes.compactMap { $0.scalar?.text }
    guard !nodes.isEmpty, sides.count == nodes.count else { return false }
    let isShape = sides.count == 3 && sides.allSatisfy { Int($0) != nil } && value.aliasedFrom == nil
    let shape = isShape ? zip(Self.shapeKeys, sides).map { "\($0): \($1)" }.joined(separator: ", ") : ""
    log.error(
      CheckDiagnostic.wrongShape(
        expected: "a mapping, {channels: C, height: H, width: W}, or a list of those", found: "a list",
        what: "'input'"), at: value.range,
      fixIts: isShape
        ? [FixIt("name the sides", confidence: .likely, replacing: value.range, with: "{\(shape)}")] : [])
    return true
  }

  mutating func outputs(_ fields: Fields) -> [OutputDeclaration] {
    guard let entry = fields["outputs"] else {
      guard let entry = fields.required("output", log: &log),
        let shape = output(entry.value, name: nil)
      else { return [] }
      return [shape]
    }
    if let other = fields["output"] {
      reportBoth("output", other, entry)
      return []
    }
    guard let entries = entry.value.mapping("'outputs'", log: &log) else { return [] }
    if entries.isEmpty {
      reportEmpty("'outputs'", of: "outputs", entry.value)
    }
    let outputs = entries.map { entry in endName(entry).flatMap { output(entry.value, name: $0) } }
    return outputs.contains { $0 == nil } ? [] : outputs.compactMap { $0 }
  }

  /// `{classes: N}` or `{channels, height, width}`; with `from` where it is named.
  private mutating func output(_ node: YAMLNode, name: Located<String>?) -> OutputDeclaration? {
    let isMap = node.text(of: "classes") == nil && node.text(of: "channels") != nil
    let shapeKeys = isMap ? Self.shapeKeys : ["classes"]
    let allowed = (name == nil ? [] : ["from"]) + shapeKeys
    guard
      let fields = Fields(
        node, place: "the output", allowed: allowed, form: "{classes: N} or {channels: C, height: H, width: W}",
        unreadable: unreadable, log: &log)
    else { return nil }
    var from: Located<String>?
    if name != nil {
      from = fields.required("from", log: &log).flatMap { $0.value.text("what 'from' names", log: &log) }
      guard from != nil else { return nil }
    }
    let numbers = shapeKeys.map { key in fields.required(key, log: &log).flatMap { extent($0.value, what: "'\(key)'") }
    }
    guard let channels = numbers[0] else { return nil }
    guard isMap else {
      return OutputDeclaration(
        name: name, from: from, shape: Located(ImageShape(channels: channels, height: 1, width: 1), node.range))
    }
    guard let height = numbers[1], let width = numbers[2] else { return nil }
    return OutputDeclaration(
      name: name, from: from, shape: Located(ImageShape(channels: channels, height: height, width: width), node.range))
  }

  /// Silent on what is no mapping, which was reported.
  private mutating func reportEmpty(_ what: String, of things: String, _ node: YAMLNode) {
    guard case .mapping = node.content else { return }
    log.error(
      CheckDiagnostic.wrongShape(
        expected: "a mapping from names to \(things)", found: "an empty mapping", what: what), at: node.range)
  }

  /// A name that `from` and expressions use.
  private mutating func inputName(_ entry: YAMLEntry) -> Located<String>? {
    guard let name = endName(entry) else { return nil }
    guard !Self.reservedNames.contains(name.value) else {
      log.error(CheckDiagnostic.reservedName(name.value), at: name.range)
      return nil
    }
    return name
  }

  private mutating func endName(_ entry: YAMLEntry) -> Located<String>? {
    guard entry.key.text.isName else {
      log.error(CheckDiagnostic.badName(entry.key.text), at: entry.key.range)
      return nil
    }
    return Located(entry.key.text, entry.key.range)
  }

  private mutating func reportBoth(_ key: String, _ one: YAMLEntry, _ many: YAMLEntry) {
    log.error(
      CheckDiagnostic.oneDiscriminator("a space", keys: [key, "\(key)s"]), at: many.key.range,
      notes: [Note("'\(key)' is here", at: one.key.range)])
  }
}
