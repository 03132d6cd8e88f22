package import SpaceIR

/// What differs between two spaces, apart from numbers of networks: see `overlap(of:and:)`.
package struct SpaceDifference: Hashable, Sendable {
  /// A decision, or a setting, of one space or of both.
  package enum Change<Subject: Hashable & Sendable>: Hashable, Sendable {
    case removed(Subject)
    case added(Subject)
    case changed(from: Subject, to: Subject)
  }

  /// Something the file says of the whole space, in words.
  package struct Setting: Hashable, Sendable {
    package let name: String
    package let value: String
  }

  /// A layer with its operations in text form, each with its place; without numbers of nodes and without shapes.
  package struct LayerText: Hashable, Sendable {
    package let name: String
    package let operations: [String]
  }

  /// First those of the space before, in its order, then the added ones in theirs.
  package let decisions: [Change<DecisionRule>]
  package let settings: [Change<Setting>]
  package let layers: [Change<LayerText>]

  package var isEmpty: Bool { decisions.isEmpty && settings.isEmpty && layers.isEmpty }

  package init(from before: Space, to after: Space) {
    decisions = Self.changes(before.decisionRules, after.decisionRules, by: \.name)
    settings = Self.changes(before.settings, after.settings, by: \.name)
    layers = Self.changes(before.namedLayerTexts, after.namedLayerTexts, by: \.name)
  }

  private static func changes<Subject>(
    _ before: [Subject], _ after: [Subject], by name: (Subject) -> String
  ) -> [Change<Subject>] {
    let old = Dictionary(before.map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
    let new = Dictionary(after.map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
    let kept = before.compactMap { subject -> Change<Subject>? in
      guard let other = new[name(subject)] else { return .removed(subject) }
      return other == subject ? nil : .changed(from: subject, to: other)
    }
    return kept + after.filter { old[name($0)] == nil }.map(Change.added)
  }
}

extension Space {
  fileprivate var settings: [SpaceDifference.Setting] {
    func text(_ shape: ImageShape) -> String { "\(shape.channels)x\(shape.height)x\(shape.width)" }
    func key(_ what: String, _ name: String) -> String { name.isEmpty ? what : "\(what).\(name)" }
    let isVector = output.height == 1 && output.width == 1
    let inputs = [(key("input", inputName), text(input))] + otherInputs.map { (key("input", $0.name), text($0.shape)) }
    let outputs =
      [isVector && outputName.isEmpty ? ("classes", String(classes)) : (key("output", outputName), text(output))]
      + otherOutputs.map { (key("output", $0.name), text($0.shape)) }
    let sharing = hints.sharing.map { ("hints.share.\($0.parameter)", $0.sharing.rawValue) }
    let groups = hints.groups.map { "[\($0.joined(separator: ", "))]" }.joined(separator: ", ")
    let joint = groups.isEmpty ? [] : [("hints.distribution.joint", groups)]
    return (inputs + outputs + [("hints.distribution", hints.distribution.rawValue)] + joint + sharing).map {
      SpaceDifference.Setting(name: $0.0, value: $0.1)
    }
  }

  fileprivate var namedLayerTexts: [SpaceDifference.LayerText] {
    zip(layers, layerTexts).map { SpaceDifference.LayerText(name: $0.name, operations: $1) }
  }
}
