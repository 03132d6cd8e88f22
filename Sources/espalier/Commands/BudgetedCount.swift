import BigInt
import SpaceAnalysis
import SpaceIR

/// How many networks of a space are within its budgets, and what that was counted on.
struct BudgetedCount {
  let count: CountInterval
  /// Of costs, in the unit of the first budget.
  let binWidth: Int
  let stateCount: Int
  let edgeCount: Int

  /// Budgets on one measure cut its spectrum off, which has finer bins than a set that can be drawn from.
  init(of space: Space, memory: MemoryLimit) throws(BudgetError) {
    let measures = space.budgets.map(\.quantity.measure)
    if let measure = measures.first, measures.count == space.budgets.count, measures.allSatisfy({ $0 == measure }) {
      let spectrum = try CostSpectrum(space, measure: measure, memoryLimit: memory.bytes)
      count = spectrum.count
      (binWidth, stateCount, edgeCount) = (spectrum.binWidth, spectrum.stateCount, spectrum.edgeCount)
    } else {
      let members = try BudgetedMembers(space, memoryLimit: memory.bytes)
      count = CountInterval(members.countLower.value, members.countUpper.value)
      (binWidth, stateCount, edgeCount) = (members.binWidth, members.stateCount, members.edgeCount)
    }
  }
}
