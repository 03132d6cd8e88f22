import SpaceAnalysis
import SpaceIR

extension Space {
  /// Whether a network meets every requirement, budgets included.
  func isWithinBudgets(_ network: Architecture) -> Bool { brokenRequirement(by: network) == nil }
}
