import Diagnostics
import SpaceSyntax

/// The keys of one mapping, with unknown ones already reported. A misspelt key counts as the one that was meant, so that
/// what it says is still checked and its absence is not a second error.
struct Fields {
  /// What messages call the mapping: "a stage", "the space".
  let place: String
  let range: SourceRange
  private let entries: [YAMLEntry]
  /// Whether a key could not be understood, which may be the one that is missing.
  let hidesKeys: Bool

  /// Nil, after an error, when the node is not a mapping.
  ///
  /// - Parameter form: How the mapping is written, for messages: `{classes: N}`.
  init?(
    _ node: YAMLNode, place: String, allowed: [String], form: String? = nil, unreadable: [SourceRange],
    log: inout DiagnosticLog
  ) {
    guard case .mapping(let entries) = node.content else {
      node.reportShape(expected: form.map { "a mapping, \($0)" } ?? "a mapping", what: place, log: &log)
      return nil
    }
    self.place = place
    self.range = node.range
    var hidesKeys = node.range.contains(anyOf: unreadable)
    var known = entries.filter { allowed.contains($0.key.text) }
    for entry in entries where !allowed.contains(entry.key.text) {
      let meant = log.closest(to: entry.key.text) {
        allowed.filter { key in !known.contains { $0.key.text == key } }
      }
      log.error(
        CheckDiagnostic.unknownKey(entry.key.text, in: place), at: entry.key.range,
        notes: meant == nil ? Self.notes(on: entry.key, allowed, place) : [],
        fixIts: didYouMean(meant, at: entry.key.range))
      let stands = meant ?? ForeignWords.sameValue(as: entry.key.text, among: allowed)
      if let stands, !known.contains(where: { $0.key.text == stands }) {
        known.append(YAMLEntry(key: YAMLKey(text: stands, range: entry.key.range), value: entry.value))
      } else {
        hidesKeys = true
      }
    }
    self.entries = known
    self.hidesKeys = hidesKeys
  }

  private static func notes(on key: YAMLKey, _ allowed: [String], _ place: String) -> [Note] {
    let foreign = ForeignWords.note(
      on: YAMLKeyPlace(text: key.text, range: key.range), among: allowed, in: place)
    return [foreign].compactMap { $0 } + [Note("known keys: \(allowed.joined(separator: ", "))")]
  }

  subscript(key: String) -> YAMLEntry? { entries.first { $0.key.text == key } }

  /// The entry, or nil after an error: that the key is missing, or the one about a key that may be meant for it.
  ///
  /// - Parameter notes: What the key is for.
  func required(_ key: String, notes: [Note] = [], log: inout DiagnosticLog) -> YAMLEntry? {
    if let entry = self[key] { return entry }
    if hidesKeys { return nil }
    log.error(CheckDiagnostic.missingKey(key, in: place), at: range, notes: notes)
    return nil
  }
}

extension YAMLScalar {
  /// The text with quotes where it had some.
  fileprivate var asWritten: String {
    switch style {
    case .plain: text
    case .singleQuoted, .doubleQuoted, .literal, .folded:
      "\"\(text.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : String($1) })\""
    }
  }
}

extension SourceRange {
  /// Whether one of the ranges lies inside.
  func contains(anyOf ranges: [SourceRange]) -> Bool {
    ranges.contains { $0.source == source && start <= $0.start && $0.end <= end }
  }
}

/// The remedy for a misspelt word; none where nothing is close.
func didYouMean(_ name: String?, at range: SourceRange, confidence: FixIt.Confidence = .certain) -> [FixIt] {
  name.map { [FixIt("did you mean '\($0)'?", confidence: confidence, replacing: range, with: $0)] } ?? []
}

extension YAMLNode {
  /// Words for messages.
  var kind: String {
    switch content {
    case .scalar(let scalar): scalar.text.isEmpty ? "nothing" : "'\(scalar.text.prefix(40))'"
    case .sequence(let nodes): nodes.isEmpty ? "an empty list" : "a list"
    case .mapping(let entries): entries.isEmpty ? "an empty mapping" : "a mapping"
    case .poison: "unreadable"
    }
  }

  /// Silent on poison: its error was shown.
  func reportShape(expected: String, what: String, log: inout DiagnosticLog) {
    if case .poison = content { return }
    log.error(CheckDiagnostic.wrongShape(expected: expected, found: kind, what: what), at: range)
  }

  /// A list of scalars where a choice between them is meant; false, without an error, for what is none.
  func reportChoice(expected: String, what: String, log: inout DiagnosticLog) -> Bool {
    guard case .sequence(let nodes) = content, !nodes.isEmpty, aliasedFrom == nil else { return false }
    let options = nodes.compactMap { $0.scalar.map(\.asWritten) }
    guard options.count == nodes.count else { return false }
    let choice = "{choose: [\(options.joined(separator: ", "))]}"
    log.error(
      CheckDiagnostic.wrongShape(expected: expected, found: "a list", what: what), at: range,
      fixIts: [FixIt("choose between them", confidence: .likely, replacing: range, with: choice)])
    return true
  }

  /// The elements of a list, or nil after an error.
  func list(_ what: String, log: inout DiagnosticLog) -> [YAMLNode]? {
    if case .sequence(let nodes) = content { return nodes }
    reportShape(expected: "a list", what: what, log: &log)
    return nil
  }

  func mapping(_ what: String, log: inout DiagnosticLog) -> [YAMLEntry]? {
    if case .mapping(let entries) = content { return entries }
    reportShape(expected: "a mapping", what: what, log: &log)
    return nil
  }

  var scalar: YAMLScalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  /// Plain text, whatever it could be resolved to.
  func text(_ what: String, log: inout DiagnosticLog) -> Located<String>? {
    guard let scalar, !scalar.text.isEmpty else {
      reportShape(expected: "a text", what: what, log: &log)
      return nil
    }
    return Located(scalar.text, range)
  }

  /// A text that can name something.
  func name(_ what: String, log: inout DiagnosticLog) -> Located<String>? {
    guard let scalar, !scalar.text.isEmpty else {
      reportShape(expected: "a name", what: what, log: &log)
      return nil
    }
    guard reportAmbiguity(of: scalar, at: range, expecting: .word, log: &log) == nil else { return nil }
    let found = Located(scalar.text, range)
    guard found.value.isName else {
      log.error(CheckDiagnostic.badName(found.value), at: range)
      return nil
    }
    return found
  }
}

extension YAMLNode {
  /// The name of a whole space: a name that may also have dots and plus signs, `fp-nas-f++`.
  func title(_ what: String, log: inout DiagnosticLog) -> Located<String>? {
    guard let found = text(what, log: &log) else { return nil }
    guard found.value.unicodeScalars.lazy.filter({ $0 != "+" && $0 != "." }).areName else {
      log.error(CheckDiagnostic.badName(found.value), at: range)
      return nil
    }
    return found
  }
}
