package import SpaceIR

/// What a space's count is put together from: independent parts that are multiplied, and groups of decisions that
/// conditions tie together, each a diagram.
package struct CountStructure: Hashable, Sendable {
  /// A decision without conditions, with all that hang on it.
  package struct Tree: Hashable, Sendable {
    /// Indices in `Space.decisions`, ascending.
    package let decisions: [Int]
  }
  package struct Group: Hashable, Sendable {
    /// Indices in `Space.decisions`, ascending.
    package let decisions: [Int]
    /// Indices in `Space.requirements`: what ties them; none where decisions exist under several conditions.
    package let requirements: [Int]
    /// Work counters of its diagram, and the most states after one decision.
    package let states: Int
    package let edges: Int
    package let widest: Int
  }
  /// Trees that hang on no tied decision.
  package let trees: [Tree]
  package let groups: [Group]
  /// Decisions that hang on those of groups and are counted with them as weights.
  package let hanging: [Int]

  /// - Parameter members: The counted members of the space.
  package init(_ space: Space, _ members: MemberDiagram) {
    let tied = ConditionGroups(space, Conjunct.all(of: space) { _ in true })
    // By decision: the free root that it hangs on; nil for those that are tied or hang on such.
    var roots = [Int?](repeating: nil, count: space.decisions.count)
    var hanging: [Int] = []
    var trees: [Int: [Int]] = [:]
    for (index, decision) in space.decisions.enumerated() where !tied.isTied[index] {
      roots[index] = decision.existence.map { roots[$0.parent.index] } ?? index
      if let root = roots[index] { trees[root, default: []].append(index) } else { hanging.append(index) }
    }
    self.trees = trees.keys.sorted().map { Tree(decisions: trees[$0] ?? []) }
    self.hanging = hanging
    groups = zip(tied.groups, members.groups).map { group, counted in
      Group(
        decisions: group.decisions, requirements: group.requirements, states: counted.diagram.stateCount,
        edges: counted.diagram.edgeCount, widest: counted.diagram.layers.map(\.stateCount).max() ?? 0)
    }
  }
}

/// What the costs of a space are counted on.
package struct CostStructure: Hashable, Sendable {
  /// Steps, each a run of decisions of one owner.
  package let blocks: Int
  package let states: Int
  package let edges: Int
  /// The most states after one block, and the owner of the block.
  package let widest: Int
  package let owner: String
  /// Evaluations while it was made.
  package let steps: Int

  package init(_ model: CostModel, of space: Space) {
    blocks = model.layers.count
    states = model.stateCount
    edges = model.edgeCount
    steps = model.steps
    let most = model.layers.dropFirst().enumerated().max { $0.element.stateCount < $1.element.stateCount }
    widest = most?.element.stateCount ?? 1
    let before = most.map { model.layers[$0.offset] }?.tables.first?.block.original.first
    owner = before.map { space.decisions[$0].owner } ?? ""
  }
}
