import BigInt
package import SpaceIR

/// The members of a space, those that meet its conditions, as a counted and numbered set.
///
/// Decisions that conditions tie together are a decision diagram for each group (`ConditionDiagram`); all others are a
/// forest that hangs on them or stands alone and is counted as `DecisionForest` counts. Groups and trees are
/// independent, so the count is a product, and without conditions this is a forest and nothing else. Budgets are
/// no conditions: `BudgetedMembers` counts under them.
package struct MemberDiagram: Sendable {
  /// Members of the space: assignments of an option to every decision that exists, which every condition allows.
  package let count: NetworkCount
  let decisions: [Decision]
  /// By decision, then option: the completions of the option by decisions that hang on it.
  let completions: [[BigUInt]]
  /// By decision: the sum of its completions.
  let totals: [BigUInt]
  let isTied: [Bool]
  let groups: [CountedDiagram]

  /// Work counter: states of all diagrams.
  package var stateCount: Int { groups.reduce(0) { $0 + $1.diagram.stateCount } }

  /// Work counter: edges of all diagrams.
  package var edgeCount: Int { groups.reduce(0) { $0 + $1.diagram.edgeCount } }

  /// - Parameter including: Which requirements count, by index; the rest is left out.
  /// - Throws: `MemberError` where a limit is passed.
  /// - Complexity: O(states × options) over the tied decisions, one long multiplication for each option of the others.
  package init(
    _ space: Space, limits: MemberLimits = MemberLimits(), including: (Int) -> Bool = { _ in true }
  ) throws(MemberError) {
    try self.init(space, Conjunct.all(of: space, including: including), limits: limits)
  }

  init(_ space: Space, _ conjuncts: [Conjunct], limits: MemberLimits) throws(MemberError) {
    let tied = ConditionGroups(space, conjuncts)
    var completions = space.decisions.map { [BigUInt](repeating: 1, count: $0.options.count) }
    var totals = [BigUInt](repeating: 0, count: space.decisions.count)
    var factors: [BigUInt] = []
    for index in space.decisions.indices.reversed() {
      totals[index] = completions[index].reduce(0, +)
      guard !tied.isTied[index] else { continue }
      guard let existence = space.decisions[index].existence else {
        factors.append(totals[index])
        continue
      }
      precondition(existence.parent.index < index, "a parent has a smaller index")
      for option in existence.options { completions[existence.parent.index][option] *= totals[index] }
    }
    var groups: [CountedDiagram] = []
    for group in tied.groups {
      var builder = ConditionDiagramBuilder(group, in: space, limits: limits)
      groups.append(CountedDiagram(try builder.diagram(), completions: completions))
    }
    for conjunct in conjuncts where conjunct.support.isEmpty {
      guard let holds = conjunct.expression.constant?.boolean else {
        throw .noValue(requirements: [conjunct.requirement])
      }
      if !holds { factors.append(0) }
    }
    self.groups = groups
    self.completions = completions
    self.totals = totals
    decisions = space.decisions
    isTied = tied.isTied
    count = NetworkCount(balancedProduct((groups.map(\.count) + factors)[...]))
  }
}

/// A diagram with the number of completions of each of its states.
struct CountedDiagram: Sendable {
  let diagram: ConditionDiagram
  /// By layer, then state, one layer more than decisions: completions, those of hanging decisions included.
  let counts: [[BigUInt]]
  /// By layer, then option: what hangs on it; nil where all are 1.
  let weights: [[BigUInt]?]

  var count: BigUInt { counts[0].first ?? 0 }

  init(_ diagram: ConditionDiagram, completions: [[BigUInt]]) {
    let weights = diagram.layers.map { layer -> [BigUInt]? in
      let all = completions[layer.decision]
      return all.allSatisfy { $0 == 1 } ? nil : all
    }
    var counts: [[BigUInt]] = [[1]]
    for (layer, weights) in zip(diagram.layers, weights).reversed() {
      let next = counts[counts.count - 1]
      counts.append(
        (0..<layer.stateCount).map { state in
          layer.edges(of: state).reduce(BigUInt(0)) { sum, edge in
            let factor = Self.weight(of: layer.members[edge.members], weights)
            return sum + (factor == 1 ? next[edge.target] : factor * next[edge.target])
          }
        })
    }
    self.diagram = diagram
    self.weights = weights
    self.counts = counts.reversed()
  }

  private static func weight(of members: ArraySlice<Int32>, _ weights: [BigUInt]?) -> BigUInt {
    guard let weights else { return BigUInt(members.count) }
    return members.reduce(BigUInt(0)) { $0 + ($1 < 0 ? 1 : weights[Int($1)]) }
  }

  /// What hangs on a member of a layer.
  func weight(_ member: Int32, in layer: Int) -> BigUInt {
    guard member >= 0, let weights = weights[layer] else { return 1 }
    return weights[Int(member)]
  }
}
