import BigInt
package import SpaceIR

/// By decision and option, how many members within conditions and budgets have it: what is left to choose, and how
/// many networks a choice leaves.
package struct OptionShares: Sendable {
  /// Members within conditions and budgets.
  package let total: CountInterval
  /// By decision, then option.
  package let counts: [[CountInterval]]

  /// Options that no member has.
  package func dead(_ decision: DecisionID) -> [Int] {
    counts[decision.index].indices.filter { counts[decision.index][$0].greatest.value == 0 }
  }

  /// The one option that members with the decision have; nil where two can be had, or none.
  package func forced(_ decision: DecisionID) -> Int? {
    let left = counts[decision.index].indices.filter { counts[decision.index][$0].greatest.value > 0 }
    return left.count == 1 ? left[0] : nil
  }

  /// - Parameters:
  ///   - budgets: Those of the space unless given.
  ///   - effort: Steps that counting may take, about a nanosecond each.
  ///   - memoryLimit: The most that a diagram may take, in bytes.
  /// - Throws: `BudgetError`, also where no member is left.
  /// - Complexity: O(edges × bins of the budgets) long additions.
  package init(
    _ space: Space, budgets: [Budget]? = nil, effort: Int = 100_000_000,
    limits: CostModelLimits = CostModelLimits(), memoryLimit: Int = 1 << 31
  ) throws(BudgetError) {
    let bands = try BudgetBand.bands(of: budgets ?? space.budgets)
    // The measure of the edges is of no interest: every band is one of the further measures.
    let free = BudgetBand(measure: bands.first?.measure ?? .macs, range: 0...Int.max)
    let model = try BudgetedMembers.model(of: space, [free] + bands, limits: limits)
    let resolution = BudgetedMembers.resolution(of: model, budgets: bands.count + 1, effort: effort)
    let (certain, possible) = try BudgetedMembers.restricted(model, [free] + bands, resolution, memoryLimit)
    let upper = possible.optionCounts(of: space.decisions)
    let lower = bands.isEmpty ? upper : certain?.optionCounts(of: space.decisions)
    total = CountInterval(certain?.moments().count ?? 0, possible.moments().count)
    counts = upper.enumerated().map { decision, options in
      options.enumerated().map { CountInterval(lower?[decision][$0] ?? 0, $1) }
    }
  }
}
