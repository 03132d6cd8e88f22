import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// What a name is here.
  enum Naming {
    case known(MemberNames.Member)
    /// Something whose error was shown.
    case poison
    case unknown
  }

  /// The costs of a whole network, which budgets bound.
  static let costs = ["macs", "parameters", "activation_bytes", "latency"]

  /// What other tools call these costs.
  private static let foreignCosts = [
    "params": "parameters", "param": "parameters", "weights": "parameters", "mac": "macs", "madds": "macs",
    "multadds": "macs", "mult_adds": "macs", "activations": "activation_bytes",
    "memory": "activation_bytes",
  ]

  private static let knownCosts = Note("costs: macs, parameters, activation_bytes and latency(DEVICE)")

  func member(_ path: [NamePart], in scope: ExpressionScope) -> Naming {
    let path = path.replacingStar(with: scope.layer)
    let name = path.text
    if let found = scope.lookup(name) {
      guard let value = found else { return .poison }
      guard let members = scope.members else { return .known(.init(value: value, needs: .none)) }
      return .known(members[name] ?? .init(value: value, needs: Guard(for: value.expression, in: decisions)))
    }
    guard let members = scope.members else { return .unknown }
    if let member = members[name] { return .known(member) }
    guard let layer = LayerPath(path) else { return .unknown }
    // How many layers there are is hidden by an error, and so is which numbers they have.
    if case .some(.none) = scope.lookup("\(layer.stage).layers") { return .poison }
    if case .some(.none) = scope.lookup("\(layer.stage).\(layer.parameter)") { return .poison }
    guard let number = layer.number,
      let member = members.member(
        layer.parameter, ofLayer: number, of: layer.stage, or: { name in scope.lookup(name).flatMap { $0 } })
    else { return .unknown }
    return .known(member)
  }

  /// Why a name is not known, and what may be meant.
  mutating func reportUnknown(_ path: [NamePart], at range: SourceRange, in scope: ExpressionScope) {
    let name = path.text
    guard let members = scope.members else {
      if let reason = scope.reason(for: name) {
        return report(.unknownName(name), at: range, notes: [Note(reason)])
      }
      if path.contains(where: { $0.index != nil }) {
        return report(
          .unknownName(name), at: range, notes: [Note("names with a number or a star are known under 'require'")])
      }
      return reportUnknown(name, at: range) { scope.names }
    }
    if path.hasStar { return reportStar(path, name, at: range, members) }
    if path.count == 1, path[0].index == nil, Self.costs.contains(name) {
      let isLatency = name == "latency"
      return report(
        isLatency ? .latencyWithoutDevice(devices.names.first ?? "DEVICE") : .costOutsideBudget(name), at: range)
    }
    if let (stage, parameter) = path.splitStage, let first = members.layers(of: stage, with: parameter).first {
      report(
        .layerDecision(name, stage: stage), at: range,
        notes: [
          Note("'\(stage)[\(first)].\(parameter)' is that of one layer"),
          Note(
            "'\(stage)[*].\(parameter)' in a list function, such as all, sum or nondecreasing, is that of every layer"),
        ])
      return
    }
    if let layer = LayerPath(path), let number = layer.number, let count = members.layerCount(of: layer.stage),
      !(1...count).contains(number)
    {
      let layers = count == 1 ? "one layer" : "\(count) layers at most"
      return report(
        .unknownName(name), at: range, notes: [Note("'\(layer.stage)' has \(layers), counted from 1")])
    }
    let notes = scope.reason(for: name).map { [Note($0)] } ?? []
    let isWord = path.count == 1 && path[0].index == nil
    if notes.isEmpty, isWord, name.lowercased() == "flops" {
      let count = Note("'macs' counts multiply-adds; where each operation is counted, one is two FLOPs")
      return report(.unknownName(name), at: range, notes: [count, Self.knownCosts])
    }
    if notes.isEmpty, isWord, let cost = Self.foreignCosts[name.lowercased()] {
      return report(
        .unknownName(name), at: range, notes: [Self.knownCosts],
        fixIts: didYouMean(cost, at: range, confidence: .likely))
    }
    reportUnknown(name, besides: Self.costs.dropLast(), at: range, notes: notes, hint: isWord ? Self.knownCosts : nil) {
      members.decisionNames + scope.names.filter { !members.decisionNames.contains($0) }
    }
  }

  private mutating func reportUnknown(
    _ name: String, besides words: [String] = [], at range: SourceRange, notes: [Note] = [], hint: Note? = nil,
    among names: () -> [String]
  ) {
    // A file of wrong names among as many right ones gets no list with every error.
    var known: [String] = []
    let meant =
      notes.isEmpty
      ? log.closest(to: name) {
        known = names()
        return known + words
      } : nil
    let most = 12
    let list =
      known.prefix(most).joined(separator: ", ") + (known.count > most ? " and \(known.count - most) more" : "")
    let shown =
      meant == nil && !known.isEmpty && notes.isEmpty ? [Note("known here: \(list)")] + [hint].compactMap { $0 } : notes
    report(
      .unknownName(name), at: range, notes: shown, fixIts: didYouMean(meant, at: range, confidence: .likely))
  }

  private mutating func reportStar(
    _ path: [NamePart], _ name: String, at range: SourceRange, _ members: MemberNames
  ) {
    guard let layer = LayerPath(path), let count = members.layerCount(of: layer.stage) else {
      return report(.unknownName(name), at: range, notes: [Note("a star stands for the layers of a stage")])
    }
    guard let known = members.parameters(of: layer.stage), !known.contains(layer.parameter) else {
      return report(.starOutsideList(name, layers: count), at: range)
    }
    let meant = closest(to: layer.parameter, among: known)
    report(
      .unknownName(name), at: range,
      notes: meant == nil ? [Note("its layers have \(known.joined(separator: ", "))")] : [],
      fixIts: didYouMean(meant.map { "\(layer.stage)[*].\($0)" }, at: range, confidence: .likely))
  }
}

extension [NamePart] {
  /// With a number in the place of the star.
  fileprivate func replacingStar(with number: Int?) -> [NamePart] {
    guard let number, hasStar else { return self }
    return map { $0.index == .all ? NamePart(text: $0.text, index: .number(number), range: $0.range) : $0 }
  }

  /// `s1` and `kernel` of `s1.kernel`.
  fileprivate var splitStage: (stage: String, parameter: String)? {
    guard count > 1, allSatisfy({ $0.index == nil }) else { return nil }
    return (self[0].text, dropFirst().map(\.text).joined(separator: "."))
  }
}
