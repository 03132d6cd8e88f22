package import SpaceIR

/// The least value that one budget could have while all others stay: which limit to raise, and by how much.
package struct LeastBudget: Hashable, Sendable {
  /// The measure of the budget.
  package let measure: CostMeasure
  /// What the budget allows at most.
  package let limit: Int
  /// The least cost of a member within all other budgets, exact unless `excess` says otherwise; nil where they already
  /// leave none.
  package let least: Int?
  /// So much less may be possible.
  package let excess: Int
  /// A member that has it.
  package let architecture: Architecture?

  /// How far the limit is below what can be had; 0 where it is not.
  package var shortfall: Int? { least.map { max(0, $0 - limit) } }
}

extension Space {
  /// For each budget that bounds a cost from above, the least value at which a member meets it and everything else.
  ///
  /// - Parameters:
  ///   - budgets: Those of the space unless given.
  ///   - labels: See `ParetoFront.init`.
  /// - Throws: `ParetoError.tooManyLabels` where three bounds leave too many ways to compare; `model`; `budget`.
  /// - Complexity: A front for each budget.
  package func leastBudgets(
    _ budgets: [Budget]? = nil, labels: Int = 4_000_000, limits: CostModelLimits = CostModelLimits()
  ) throws(ParetoError) -> [LeastBudget] {
    let budgets = budgets ?? self.budgets
    var result: [LeastBudget] = []
    for budget in budgets {
      let measure = budget.quantity.measure
      guard let limit = budget.greatest, !result.contains(where: { $0.measure == measure }) else { continue }
      // What bounds the same measure from below stays.
      let others = budgets.compactMap { other in
        other.quantity != budget.quantity ? other : other.least.map { Budget(other.quantity, least: $0) }
      }
      let greatest = budgets.filter { $0.quantity == budget.quantity }.compactMap(\.greatest).min() ?? limit
      var (best, excess): (ParetoFront.Point?, Int) = (nil, 0)
      do throws(ParetoError) {
        let front = try ParetoFront(self, [Criterion(measure)], budgets: others, labels: labels, limits: limits)
        (best, excess) = (front.points.first, front.excess)
      } catch {
        guard error == .noMembers else { throw error }
      }
      result.append(
        LeastBudget(
          measure: measure, limit: greatest, least: best?.costs[0], excess: excess, architecture: best?.architecture))
    }
    return result
  }
}
