import Diagnostics
package import SpaceAnalysis
import SpaceIR

// Budgets that no network meets, found from what the networks cost.
extension CompiledSpace {
  /// An error for each budget beyond the range of its cost; where there is none, one for those that no network meets at
  /// once. Silent where finding out passes the limits, and for an architecture, whose costs are held against the budgets
  /// one by one.
  ///
  /// - Complexity: A diagram for each cost that has a budget; with budgets on two costs or more, two fronts.
  func checkedBudgets(limits: CostModelLimits) -> [Diagnostic] {
    guard architecture == nil, !space.budgets.isEmpty else { return [] }
    var log = DiagnosticLog()
    var ranges: [CostMeasure: (least: Int, greatest: Int)] = [:]
    for (budget, text, place) in budgetEntries {
      let measure = budget.quantity.measure
      if ranges[measure] == nil {
        guard let model = try? CostModel(space, measure: measure, limits: limits) else { return [] }
        ranges[measure] = model.leastAndGreatest
      }
      guard let range = ranges[measure] else { continue }
      check(budget, text, at: place, range, log: &log)
    }
    if log.diagnostics.isEmpty { checkTogether(limits: limits, log: &log) }
    return log.diagnostics
  }

  private var budgetEntries: [(budget: Budget, text: String, range: SourceRange)] {
    zip(space.requirements, requirementRanges).compactMap { requirement, range in
      if case .budget(let budget) = requirement.claim { (budget, requirement.text, range) } else { nil }
    }
  }

  private func check(
    _ budget: Budget, _ text: String, at place: SourceRange, _ range: (least: Int, greatest: Int),
    log: inout DiagnosticLog
  ) {
    let unit = budget.quantity.measure.unit
    if let greatest = budget.greatest, greatest < range.least {
      log.error(
        CompileDiagnostic.budgetOutOfReach(requirement: text, cost: unit, end: .least, found: range.least), at: place,
        notes: [Note("raise the limit by \(range.least - greatest), to \(range.least) or more")])
    } else if let least = budget.least, least > range.greatest {
      log.error(
        CompileDiagnostic.budgetOutOfReach(requirement: text, cost: unit, end: .greatest, found: range.greatest),
        at: place, notes: [Note("lower the limit by \(least - range.greatest), to \(range.greatest) or less")])
    }
  }

  /// Budgets that can be met one by one and not together.
  private func checkTogether(limits: CostModelLimits, log: inout DiagnosticLog) {
    let entries = budgetEntries.filter { $0.budget.greatest != nil }
    guard Set(entries.map(\.budget.quantity)).count > 1,
      let found = try? space.leastBudgets(labels: 20_000, limits: limits)
    else { return }
    let short = found.filter { budget in
      guard let least = budget.least else { return false }
      return least - budget.excess > budget.limit
    }
    guard !short.isEmpty, short.count == found.count, let first = entries.first else { return }
    let remedies = short.map { budget in
      let number = (budget.least ?? 0) - budget.excess
      let words = budget.excess == 0 ? "the least is" : "the least is not below"
      return Note("with all else as it is, \(words) \(number) \(budget.measure.unit), not \(budget.limit)")
    }
    log.error(
      CompileDiagnostic.budgetsTogetherOutOfReach(requirements: entries.map(\.text)), at: first.range,
      notes: entries.dropFirst().map { Note("and this one", at: $0.range) } + remedies)
  }
}

extension CostModelLimits {
  /// For every validation: what takes longer than a moment is left to `espalier count --costs`.
  package static var quick: CostModelLimits { CostModelLimits(states: 5_000, edges: 200_000, steps: 50_000) }
}
