import SpaceIR
import SpaceSyntax

/// What a requirement can name besides the names of the network: every decision, and every argument of every layer.
struct MemberNames: Sendable {
  /// Something with a name: its value, and where it exists.
  struct Member: Sendable {
    let value: Typed
    let needs: Guard
  }

  /// By full name: `stem.channels`, `s1[2].kernel`.
  private var members: [String: Member] = [:]
  /// In the order of the space.
  let decisionNames: [String]
  /// How many layers a stage has at most.
  private var layerCounts: [String: Int] = [:]
  /// Where each layer of a stage with a depth decision exists.
  private var depths: [String: [Presence]] = [:]

  /// - Parameter arguments: By layer and parameter, those that no alternative hides.
  init(decisions: [Decision], layers: [Layer], arguments: [String: Typed]) {
    decisionNames = decisions.map(\.name)
    for layer in layers {
      let (stage, number) = Self.split(layer.name)
      layerCounts[stage] = max(layerCounts[stage] ?? 1, number ?? 1)
    }
    for (index, decision) in decisions.enumerated() {
      let id = DecisionID(index: index)
      let type: ValueType = decision.optionType ?? .word
      members[decision.name] = Member(
        value: Typed(expression: .decision(id), type: type),
        needs: Guard(presence: Presence(of: id, in: decisions)))
      if decision.parameter == "layers", let count = layerCounts[decision.owner] {
        depths[decision.owner] = (1...count).map { Self.presence(ofLayer: $0, depth: id, decisions) }
      }
    }
    for (name, value) in arguments where members[name] == nil {
      let layer = name.prefix { $0 != "." }
      let (stage, number) = Self.split(String(layer))
      let needs = Guard(for: value.expression, in: decisions)
      members[name] = Member(value: value, needs: needs.union(presence(ofLayer: number, stage)))
    }
  }

  private static func presence(ofLayer number: Int, depth: DecisionID, _ decisions: [Decision]) -> Presence {
    var presence = Presence(of: depth, in: decisions)
    let options = decisions[depth.index].options
    let deep = options.indices.filter { (options[$0].integer ?? 0) >= number }
    if deep.count < options.count { presence.add(Existence.Condition(decision: depth, options: deep)) }
    return presence
  }

  /// `s1` and 2 of `s1[2]`.
  private static func split(_ layer: String) -> (stage: String, number: Int?) {
    guard layer.hasSuffix("]"), let open = layer.lastIndex(of: "["),
      let number = Int(layer[layer.index(after: open)...].dropLast())
    else { return (layer, nil) }
    return (String(layer[..<open]), number)
  }

  private func presence(ofLayer number: Int?, _ stage: String) -> Guard {
    guard let number, let presences = depths[stage], presences.indices.contains(number - 1) else { return .none }
    return Guard(presence: presences[number - 1])
  }

  /// Nil for what is no stage and no operation of the network.
  func layerCount(of stage: String) -> Int? { layerCounts[stage] }

  subscript(name: String) -> Member? { members[name] }

  /// What one layer has, whether it decides for itself or its stage does.
  ///
  /// - Parameter fallback: What the network's names say.
  func member(_ parameter: String, ofLayer number: Int, of stage: String, or fallback: (String) -> Typed?) -> Member? {
    if let own = members["\(stage)[\(number)].\(parameter)"] { return own }
    guard let count = layerCounts[stage], (1...count).contains(number) else { return nil }
    let side = number == 1 ? "first" : "rest"
    let shared =
      members["\(stage).\(side).\(parameter)"] ?? members["\(stage).\(parameter)"]
      ?? fallback("\(stage).\(parameter)").map { Member(value: $0, needs: .none) }
    return shared.map { Member(value: $0.value, needs: $0.needs.union(presence(ofLayer: number, stage))) }
  }

  /// What the layers of a stage have, together or each for itself, sorted; nil for what is no stage.
  func parameters(of stage: String) -> [String]? {
    guard layerCounts[stage] != nil else { return nil }
    let found = members.keys.compactMap { name -> String? in
      guard name.hasPrefix(stage) else { return nil }
      let rest = name.dropFirst(stage.count)
      if rest.hasPrefix(".") { return String(rest.dropFirst()) }
      guard rest.hasPrefix("["), let close = rest.firstIndex(of: "]") else { return nil }
      return String(rest[rest.index(after: close)...].dropFirst())
    }
    return Set(found).sorted()
  }

  /// The numbers of the layers that have something of this name.
  func layers(of stage: String, with parameter: String) -> [Int] {
    (1...max(1, layerCounts[stage] ?? 1)).filter { members["\(stage)[\($0)].\(parameter)"] != nil }
  }
}

/// The path of a name with a number in it: the stage before, and what follows.
struct LayerPath {
  let stage: String
  /// Nil for a star.
  let number: Int?
  let parameter: String

  /// Nil for a path without a number, or with nothing after it.
  init?(_ path: [NamePart]) {
    guard let position = path.firstIndex(where: { $0.index != nil }), position + 1 < path.count else { return nil }
    stage = (path[..<position].map(\.written) + [path[position].text]).joined(separator: ".")
    parameter = path[(position + 1)...].map(\.written).joined(separator: ".")
    number = if case .number(let number)? = path[position].index { number } else { nil }
  }
}

extension [NamePart] {
  var hasStar: Bool { contains { $0.index == .all } }
}
