package import SpaceIR

extension DistributionPlan {
  /// One categorical for each decision, in the order of the space; a factor exists when its decision does.
  package static func factorised(for space: Space) -> DistributionPlan {
    DistributionPlan(
      factors: space.decisionIDs.map { id in
        let decision = space[id]
        return Factor(
          name: decision.name, decisions: [id], combinations: decision.options.indices.map { [$0] },
          existence: decision.existence)
      })
  }

  /// One categorical over the tuple of each owner's decisions, and of each group of the space's hints.
  ///
  /// Where the hints want what is in no group factorised, each decision outside the groups is a tuple of its own.
  ///
  /// A combination is a tuple that can occur: where an option switches other decisions of the owner off, their options
  /// are not multiplied out. An owner whose decisions hang, directly or through each other, on one decision of another
  /// owner gives a factor with that condition. An owner whose decisions have different outer conditions is split into
  /// one factor for each condition, because no tuple of theirs would exist as a whole; the name of such a factor says
  /// the condition. The decisions of the network itself form the factor `network`.
  ///
  /// - Parameter limit: The largest number of combinations of one factor, at least 2. Each costs one logit.
  /// - Throws: `DistributionPlanError`, before anything of the size of the combinations is stored.
  /// - Complexity: O(decisions + combinations × decisions of their factor) time and memory.
  package static func joint(for space: Space, limit: Int = 1_000_000) throws(DistributionPlanError) -> DistributionPlan
  {
    var factors: [Factor] = []
    for tuple in OwnerTuple.all(of: space) {
      let combinations = tuple.countOfCombinations(in: space)
      guard combinations <= Double(limit) else {
        throw .tooManyCombinations(
          factor: tuple.name(in: space), decisions: tuple.decisions.map { space[$0].name },
          options: tuple.decisions.map { space[$0].options.count }, combinations: combinations, limit: limit)
      }
      factors.append(tuple.factor(in: space))
    }
    return DistributionPlan(factors: factors)
  }

  /// How many combinations the decisions of a group have; nil: so many can be one factor.
  ///
  /// - Parameter group: Decisions that exist under one condition outside the group.
  package static func excess(of group: [DecisionID], in space: Space, limit: Int = 1_000_000) -> Double? {
    let combinations = OwnerTuple(unit: .group(0), decisions: group, in: space).countOfCombinations(in: space)
    return combinations <= Double(limit) ? nil : combinations
  }

  /// The number of logits of the joint plan, without making it; nil where it has a factor above the limit.
  package static func jointLogits(of space: Space, limit: Int = 1_000_000) -> Int? {
    var logits = 0
    for tuple in OwnerTuple.all(of: space) {
      let combinations = tuple.countOfCombinations(in: space)
      guard combinations <= Double(limit) else { return nil }
      logits += Int(combinations)
    }
    return logits
  }

  /// The grouping that the space's hint asks for.
  ///
  /// - Throws: `DistributionPlanError`, only where the hints ask for joint factors.
  package static func hinted(by space: Space, limit: Int = 1_000_000) throws(DistributionPlanError) -> DistributionPlan
  {
    space.hints.isFactorised ? factorised(for: space) : try joint(for: space, limit: limit)
  }
}
