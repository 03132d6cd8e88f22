package import SpaceIR

/// How the blocks of a stage decide when a predictor is optimised.
package enum BlockTie: String, Hashable, Sendable, Codable, CaseIterable {
  /// Every block after the first of a stage decides as the others do, as the published search has it.
  case alike
  /// Each block for itself: the whole space.
  case free
}

/// What a search over predictions sets: decisions that are set together, with the options of the first.
package struct Position: Hashable, Sendable {
  /// What it says, in the order of the published state: depths, means, then first blocks.
  package enum Role: Hashable, Sendable {
    case depth(stage: Int)
    /// Of blocks 2 and later, or of one of them.
    case rest(stage: Int, parameter: String)
    case first(stage: Int, parameter: String)
    case alone
  }

  package let role: Role
  package let decisions: [DecisionID]
  package let optionCount: Int
}

extension SearchedParts {
  /// The positions of the space, by role and then stage, as the published annealer orders its state: all depths, the rest of
  /// every stage for one parameter after another, the first blocks likewise, lone decisions.
  ///
  /// Blocks are tied only where they have the same options.
  package func positions(_ tie: BlockTie) -> [Position] {
    var (depths, rest, first): ([Position], [Position], [Position]) = ([], [], [])
    for (number, stage) in stages.enumerated() {
      if let depth = stage.depth { depths.append(position(.depth(stage: number), [depth])) }
    }
    var parameters: [String] = []
    for name in stages.flatMap(\.parameters) where !parameters.contains(name) { parameters.append(name) }
    parameters = parameters.filter { $0 == "expansion" } + parameters.filter { $0 != "expansion" }
    for name in parameters {
      for (number, stage) in stages.enumerated() {
        if let id = stage.blocks[0][name] { first.append(position(.first(stage: number, parameter: name), [id])) }
        let later = stage.blocks.dropFirst().compactMap { $0[name] }
        guard let head = later.first else { continue }
        let role = Position.Role.rest(stage: number, parameter: name)
        if tie == .alike, later.allSatisfy({ space[$0].options == space[head].options }) {
          rest.append(position(role, later))
        } else {
          rest += later.map { position(role, [$0]) }
        }
      }
    }
    return depths + rest + first + alone.map { position(.alone, [$0]) }
  }

  private func position(_ role: Position.Role, _ decisions: [DecisionID]) -> Position {
    Position(role: role, decisions: decisions, optionCount: space[decisions[0]].options.count)
  }
}
