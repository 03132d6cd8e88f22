import Diagnostics
import SpaceIR
import SpaceSyntax

/// Holds the choices of an architecture file against the decisions of its space.
struct ArchitectureResolver {
  private let declaration: ArchitectureDeclaration
  private let space: Space
  private let formerNames: [String: DecisionID]
  private let origins: SpaceOrigins
  var reader: SpaceReader
  private var given: [String: YAMLEntry] = [:]
  private var missing: [String] = []
  private var hidesChoices: Bool

  /// What is known of a decision.
  private enum Choice {
    case option(Int)
    /// It does not exist under the other choices; the decision that switches it off.
    case absent(because: DecisionID)
    /// An error was shown that hides it.
    case unknown
  }

  init(
    _ declaration: ArchitectureDeclaration, space: Space, origins: SpaceOrigins, formerNames: [String: DecisionID],
    reader: SpaceReader
  ) {
    self.declaration = declaration
    self.space = space
    self.origins = origins
    self.formerNames = formerNames
    self.reader = reader
    hidesChoices = declaration.hidesChoices
  }

  /// The choices and the space bound to them; nil after an error.
  mutating func resolve() -> (Architecture, Space)? {
    matchNames()
    var choices: [Choice] = []
    for id in space.decisionIDs { choices.append(choice(of: id, after: choices)) }
    if !missing.isEmpty, !hidesChoices {
      reader.log.error(CheckDiagnostic.missingDecisions(missing), at: declaration.choicesRange)
    }
    let architecture = Architecture(
      choices: choices.map { choice in
        if case .option(let option) = choice { option } else { nil }
      })
    guard !reader.log.hasErrors else { return nil }
    checkRequirements(of: architecture)
    return reader.log.hasErrors ? nil : bind(architecture)
  }

  /// Shows every condition of the space that the architecture does not meet. Budgets take a cost and are checked later.
  private mutating func checkRequirements(of architecture: Architecture) {
    let figure = RequirementFigure(space: space, architecture: architecture)
    for (index, requirement) in space.requirements.enumerated() {
      guard case .condition(let condition) = requirement.claim else { continue }
      let value = try? condition.evaluate { space.value(of: $0, in: architecture) }
      guard value != .boolean(true) else { continue }
      let lines = origins.traces[index].map(figure.lines) ?? []
      var notes = [Note("required here", at: origins.requirements[index])]
      if !lines.isEmpty { notes.insert(Note("its parts in this architecture", figure: lines), at: 0) }
      reader.log.error(
        CheckDiagnostic.brokenRequirement(requirement.text), at: declaration.choicesRange, notes: notes)
    }
  }

  /// A misspelt decision counts as the one that was meant, so that its option is still checked.
  private mutating func matchNames() {
    let names = space.decisions.map(\.name)
    let known = Set(names)
    for entry in declaration.choices where known.contains(entry.key.text) { given[entry.key.text] = entry }
    for entry in declaration.choices where !known.contains(entry.key.text) {
      if let id = formerNames[entry.key.text], given[space[id].name] == nil {
        given[space[id].name] = entry
        continue
      }
      let meant = reader.log.closest(to: entry.key.text) { [given] in names.filter { given[$0] == nil } }
      reader.log.error(
        CheckDiagnostic.unknownDecision(entry.key.text, space: space.name), at: entry.key.range,
        notes: meant == nil ? [Note("its decisions: \(listed(names))")] : [],
        fixIts: didYouMean(meant, at: entry.key.range, confidence: .likely))
      if let meant { given[meant] = entry } else { hidesChoices = true }
    }
  }

  /// - Parameter choices: Of the decisions before, parents included.
  private mutating func choice(of id: DecisionID, after choices: [Choice]) -> Choice {
    let entry = given[space[id].name]
    switch obstacle(to: id, choices) {
    case .absent(let parent):
      if let entry { reportAbsence(of: id, at: entry, because: parent, choices) }
      return .absent(because: parent)
    case .unknown:
      return entry.flatMap { option(of: id, $0) }.map(Choice.option) ?? .unknown
    case .option, nil:
      if let entry { return option(of: id, entry).map(Choice.option) ?? .unknown }
      missing.append(space[id].name)
      return .unknown
    }
  }

  /// Why a decision does not exist, or is not known to; nil where it exists.
  private func obstacle(to id: DecisionID, _ choices: [Choice]) -> Choice? {
    var unknown: Choice?
    for condition in space[id].existence?.conditions ?? [] {
      switch choices[condition.decision.index] {
      case .option(let option):
        if !condition.options.contains(option) { return .absent(because: condition.decision) }
      case .absent(let parent): return .absent(because: parent)
      case .unknown: unknown = .unknown
      }
    }
    return unknown
  }

  private mutating func reportAbsence(
    of id: DecisionID, at entry: YAMLEntry, because parent: DecisionID, _ choices: [Choice]
  ) {
    guard case .option(let option) = choices[parent.index] else { return }
    let (name, value) = (space[parent].name, space[parent].options[option].description)
    reader.log.error(
      CheckDiagnostic.absentDecision(space[id].name, parent: name, option: value), at: entry.key.range,
      notes: given[name].map { [Note("'\(name)' is decided here", at: $0.value.range)] } ?? [])
  }

  /// The index of the option; nil after an error. Numbers compare exactly, and nothing is converted: a word that looks
  /// like a number is a word.
  private mutating func option(of id: DecisionID, _ entry: YAMLEntry) -> Int? {
    let decision = space[id]
    let isNumeric = decision.options.allSatisfy { $0.type.isNumeric }
    guard
      let found = reader.literal(
        entry.value, what: "the option of '\(decision.name)'", expected: "a number, a word or a boolean",
        expecting: isNumeric ? .number : .word)
    else { return nil }
    if let index = decision.options.firstIndex(where: { $0 == found.value || $0.isFraction(found.value) }) {
      return index
    }
    reportUnknownOption(found, of: decision)
    return nil
  }

  private mutating func reportUnknownOption(_ found: Located<Value>, of decision: Decision) {
    let (value, texts) = (found.value, decision.options.map(\.description))
    let isOtherKind = value.type == .word ? decision.options[0].type != .word : decision.options[0].type == .word
    reader.log.error(
      CheckDiagnostic.unknownOption(
        isOtherKind ? value.withKind : value.description, of: decision.name, options: listed(texts)),
      at: found.range, fixIts: suggestion(for: found, among: decision.options, texts))
  }

  /// Only for a word: of two numbers none is a misspelling of the other.
  private func suggestion(for found: Located<Value>, among options: [Value], _ texts: [String]) -> [FixIt] {
    guard let word = found.value.word else { return [] }
    let meant = texts.contains(word) ? word : closest(to: word, among: texts)
    guard let option = options.first(where: { $0.description == meant }) else { return [] }
    return [FixIt("did you mean \(option)?", confidence: .likely, replacing: found.range, with: spelled(option))]
  }

  /// The option as a YAML scalar that every reader takes for the same.
  private func spelled(_ option: Value) -> String {
    option.word.map(writtenScalar) ?? option.description
  }

  private mutating func bind(_ architecture: Architecture) -> (Architecture, Space)? {
    do throws(EvaluationError) {
      return (architecture, try space.bound(to: architecture))
    } catch {
      // The checker looks at every member of a space unless there are too many of them.
      reader.log.error(
        CheckDiagnostic.noValue(reason: error.reason, member: " in this architecture"), at: declaration.choicesRange)
      return nil
    }
  }

  /// The first names of a list that may have thousands.
  private func listed(_ names: [String]) -> String {
    let most = 12
    guard names.count > most + 1 else { return names.joined(separator: ", ") }
    return names.prefix(most).joined(separator: ", ") + " and \(names.count - most) more"
  }
}

extension Value {
  /// `the word '3'`, where the kind and not the text is wrong.
  fileprivate var withKind: String {
    switch self {
    case .integer, .rational: "the number \(self)"
    case .word(let word): "the word '\(word)'"
    case .boolean: "the truth value \(self)"
    }
  }

  /// Whether a word spells this fraction, which has no decimal form: `"4/3"`.
  fileprivate func isFraction(_ other: Value) -> Bool {
    guard case .rational(let fraction) = self, let word = other.word else { return false }
    return word.contains("/") && word == fraction.description
  }
}
