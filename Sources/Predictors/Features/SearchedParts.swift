package import SpaceIR

/// What of a space a predictor can speak of: stages with their blocks, and decisions that stand alone.
///
/// A stage is what the language calls one: layers `w24[1]`, `w24[2]`, ... that each decide for themselves, and perhaps a
/// depth `w24.layers`. Everything else, a stage that decides once included, is a lone decision.
package struct SearchedParts: Hashable, Sendable {
  package struct Stage: Hashable, Sendable {
    package let name: String
    /// Nil: always as many blocks as it can have.
    package let depth: DecisionID?
    /// From the first block to the last; each by the name inside the block: `kernel`.
    package let blocks: [[String: DecisionID]]
    /// Names inside blocks, in the order of the space.
    package let parameters: [String]
  }

  package let space: Space
  package private(set) var stages: [Stage] = []
  /// By index of the space.
  package private(set) var alone: [DecisionID] = []

  package init(_ space: Space) {
    self.space = space
    var blocks: [String: [Int: [String: DecisionID]]] = [:]
    var (order, parameters): ([String], [String: [String]]) = ([], [:])
    for id in space.decisionIDs {
      guard let place = Self.place(space[id].name) else { continue }
      if blocks[place.stage] == nil { order.append(place.stage) }
      blocks[place.stage, default: [:]][place.block, default: [:]][place.parameter] = id
      if parameters[place.stage]?.contains(place.parameter) != true {
        parameters[place.stage, default: []].append(place.parameter)
      }
    }
    var used: Set<DecisionID> = []
    for name in order {
      let found = blocks[name] ?? [:]
      let numbers = 1...max(1, found.keys.max() ?? 1)
      let stage = Stage(
        name: name, depth: space.decisionIDs.first { space[$0].name == "\(name).layers" && space[$0].isInteger },
        blocks: numbers.map { found[$0] ?? [:] }, parameters: parameters[name] ?? [])
      stages.append(stage)
      used.formUnion(stage.decisions)
    }
    alone = space.decisionIDs.filter { !used.contains($0) }
  }

  /// `w24[2].kernel` as its three parts; nil for a name of another shape, that of a block in a block included.
  private static func place(_ name: String) -> (stage: String, block: Int, parameter: String)? {
    guard let open = name.firstIndex(of: "["), let close = name.firstIndex(of: "]"), open < close,
      let block = Int(name[name.index(after: open)..<close]), block >= 1, block <= 100_000,
      name[name.index(after: close)...].first == "."
    else { return nil }
    let parameter = name[name.index(close, offsetBy: 2)...]
    guard !parameter.contains("[") else { return nil }
    return (String(name[..<open]), block, String(parameter))
  }

  /// Blocks of a stage in a network.
  package func depth(of stage: Stage, in network: Architecture) -> Int {
    guard let depth = stage.depth else { return stage.blocks.count }
    return min(space.value(of: depth, in: network)?.integer ?? 0, stage.blocks.count)
  }
}

extension SearchedParts.Stage {
  /// The one that changes the width; none of a stage without blocks.
  var firstBlock: ArraySlice<[String: DecisionID]> { blocks.prefix(1) }

  /// Those that means and sums are over.
  var laterBlocks: ArraySlice<[String: DecisionID]> { blocks.dropFirst() }

  package var decisions: [DecisionID] { ([depth].compactMap(\.self) + blocks.flatMap(\.values)).sorted() }
}

extension Decision {
  var isInteger: Bool { options.allSatisfy { $0.integer != nil } }
}
