import ArgumentParser
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// `espalier diff`: what changed between two spaces.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what changed between two spaces, and how many networks were kept, removed and added.",
    discussion: """
        espalier diff spaces/fbnetv2-f.yaml spaces/fp-nas-f++.yaml
        espalier diff spaces/mini-f.yaml spaces/digits.yaml --json

      A network is known by its decisions and their options: it is kept where the space after has it under the same \
      names and options. A decision left with one option is no decision any more, so that its name is gone. The numbers \
      are exact. Spaces with requirements are refused: the numbers would have to leave out what those exclude. Compare the \
      spaces without their 'require:', and count each with it by 'espalier count'.

      Exit codes: 0 both are spaces, whether they differ or not; 1 one is not valid; 2 one could not be read.
      """)

  @Argument(help: "The space as it was, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var before: String

  @Argument(help: "The space as it is.", completion: .file(extensions: ["yaml", "yml"]))
  var after: String

  @Flag(help: "One JSON object with a fixed order of keys.")
  var json = false

  @OptionGroup var shape: InputOption

  func run() throws {
    let (old, new) = try (compiled(before), compiled(after))
    let overlap: NetworkOverlap
    do throws(OverlapError) {
      overlap = try SpaceAnalysis.overlap(of: old.space, and: new.space)
    } catch {
      throw CommandFailure(
        "the networks that both have cannot be counted: it takes a table of more than \(error.limit.grouped) entries at "
          + "'\(error.decision)', whose existence in one space and in the other depends on too many decisions")
    }
    let difference = SpaceDifference(from: old.space, to: new.space)
    if json {
      Terminal.standardOutput.write(document(old, new, overlap, difference).document)
    } else {
      Terminal.standardOutput.write(text(old, new, overlap, difference))
    }
  }

  private func compiled(_ path: String) throws -> CompiledSpace {
    let compiled = try compileOrExplain(path, input: shape.input)
    guard compiled.architecture == nil else {
      throw CommandFailure("'\(path)' is an architecture; diff compares spaces", status: .couldNotRun)
    }
    guard compiled.space.requirements.isEmpty else {
      throw CommandFailure(
        "'\(path)' has requirements, which 'diff' does not honour yet: its numbers would be too large\n"
          + "help: compare the spaces without 'require:', and count each with it by 'espalier count'")
    }
    return compiled
  }
}

// MARK: Text

extension DiffCommand {
  private func text(
    _ old: CompiledSpace, _ new: CompiledSpace, _ overlap: NetworkOverlap, _ difference: SpaceDifference
  ) -> String {
    var text = "--- \(before): \(old.title)\n+++ \(after): \(new.title)\n\nnetworks\n"
    var numbers = AlignedTable([.left, .right, .left])
    for (name, count) in overlap.rows {
      let short = count.short == count.grouped ? "" : "(\(count.short))"
      numbers.add([name, count.grouped, short])
    }
    text += numbers.text(indent: "  ")
    text += section("decisions", difference.decisions, \.name) { rows(of: $0) }
    text += section("settings", difference.settings, \.name) { rows(of: $0) }
    text += layers(difference.layers)
    return text + (difference.isEmpty ? "\nno differences\n" : "")
  }

  private func section<Subject>(
    _ title: String, _ changes: [SpaceDifference.Change<Subject>], _ name: (Subject) -> String,
    _ words: (SpaceDifference.Change<Subject>) -> String
  ) -> String {
    guard !changes.isEmpty else { return "" }
    var table = AlignedTable([.left, .left, .left])
    for change in changes { table.add([change.sign, name(change.subject), words(change)]) }
    return "\n\(title)\n" + table.text(indent: "  ")
  }

  private func rows(of change: SpaceDifference.Change<DecisionRule>) -> String {
    switch change {
    case .removed(let rule), .added(let rule):
      return rule.options.text + (rule.conditions.isEmpty ? "" : ", exists \(rule.conditions.text)")
    case .changed(let old, let new):
      let options = OptionChange(from: old.options, to: new.options)
      var parts: [String] = []
      if !options.removed.isEmpty { parts.append("without \(options.removed.text)") }
      if !options.added.isEmpty { parts.append("with \(options.added.text)") }
      if options.isReordered { parts.append("options in another order: \(new.options.text)") }
      if old.conditions != new.conditions {
        parts.append("exists \(new.conditions.text), before \(old.conditions.text)")
      }
      return parts.joined(separator: "; ")
    }
  }

  private func rows(of change: SpaceDifference.Change<SpaceDifference.Setting>) -> String {
    switch change {
    case .removed(let setting), .added(let setting): setting.value
    case .changed(let old, let new): "\(new.value), before \(old.value)"
    }
  }

  /// Names only, many on a line: the operations are in the JSON.
  private func layers(_ changes: [SpaceDifference.Change<SpaceDifference.LayerText>]) -> String {
    let lines = ["-", "~", "+"].compactMap { sign -> String? in
      let names = changes.filter { $0.sign == sign }.map(\.subject.name)
      return names.isEmpty ? nil : "  \(sign)  \(names.joined(separator: ", "))\n"
    }
    return lines.isEmpty ? "" : "\nlayers\n" + lines.joined()
  }
}

/// Options that came and went.
private struct OptionChange {
  let removed: [Value]
  let added: [Value]
  /// Whether the ones that stayed are listed in another order.
  let isReordered: Bool

  init(from old: [Value], to new: [Value]) {
    let (before, after) = (Set(old), Set(new))
    removed = old.filter { !after.contains($0) }
    added = new.filter { !before.contains($0) }
    isReordered = old.filter(after.contains) != new.filter(before.contains)
  }
}

extension NetworkOverlap {
  fileprivate var rows: [(name: String, count: NetworkCount)] {
    [("before", before), ("removed", removed), ("kept", kept), ("added", added), ("after", after)]
  }
}

extension SpaceDifference.Change {
  fileprivate var sign: String {
    switch self {
    case .removed: "-"
    case .added: "+"
    case .changed: "~"
    }
  }

  fileprivate var word: String {
    switch self {
    case .removed: "removed"
    case .added: "added"
    case .changed: "changed"
    }
  }

  fileprivate var subject: Subject {
    switch self {
    case .removed(let subject), .added(let subject), .changed(from: _, to: let subject): subject
    }
  }

  /// Before and after; nil where it was not there.
  fileprivate var sides: (before: Subject?, after: Subject?) {
    switch self {
    case .removed(let subject): (subject, nil)
    case .added(let subject): (nil, subject)
    case .changed(let old, let new): (old, new)
    }
  }
}

extension [Value] {
  fileprivate var text: String { map(\.description).joined(separator: ", ") }
}

extension [DecisionRule.Condition] {
  /// `always`, or `where s1.layers is 2 or 3`.
  fileprivate var text: String {
    guard !isEmpty else { return "always" }
    return "where "
      + map { "\($0.parent) is \($0.options.map(\.description).joined(separator: " or "))" }.joined(separator: " and ")
  }
}

// MARK: JSON

extension DiffCommand {
  private func document(
    _ old: CompiledSpace, _ new: CompiledSpace, _ overlap: NetworkOverlap, _ difference: SpaceDifference
  ) -> JSONValue {
    .object([
      ("version", .integer(1)),
      ("before", json(old, before)),
      ("after", json(new, after)),
      ("networks", .object(overlap.rows.map { ($0.name, .string($0.count.description)) })),
      ("decisions", .array(difference.decisions.map { json($0, \.name, json) })),
      ("settings", .array(difference.settings.map { json($0, \.name) { .string($0.value) } })),
      ("layers", .array(difference.layers.map { json($0, \.name) { .array($0.operations.map(JSONValue.string)) } })),
    ])
  }

  private func json(_ compiled: CompiledSpace, _ file: String) -> JSONValue {
    .object([
      ("file", .string(file)), ("space", .string(compiled.space.name)), ("hash", .string(compiled.hash)),
    ])
  }

  private func json<Subject>(
    _ change: SpaceDifference.Change<Subject>, _ name: (Subject) -> String, _ value: (Subject) -> JSONValue
  ) -> JSONValue {
    .object([
      ("name", .string(name(change.subject))), ("change", .string(change.word)),
      ("before", change.sides.before.map(value) ?? .null), ("after", change.sides.after.map(value) ?? .null),
    ])
  }

  private func json(_ rule: DecisionRule) -> JSONValue {
    let conditions = rule.conditions.map { condition in
      JSONValue.object([
        ("decision", .string(condition.parent)), ("is", .array(condition.options.map(\.json))),
      ])
    }
    return .object([("options", .array(rule.options.map(\.json))), ("exists_when", .array(conditions))])
  }
}
