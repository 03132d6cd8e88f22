/// Bounds on what building a diagram of members may cost.
package struct MemberLimits: Hashable, Sendable {
  /// States of one layer.
  package var states: Int
  /// Edges of the diagram of one group of decisions, 32 bytes each, and ways along them, 4 bytes each.
  package var edges: Int
  /// Formulas kept at one time; about 200 bytes each.
  package var formulas: Int
  package init(states: Int = 100_000, edges: Int = 10_000_000, formulas: Int = 4_000_000) {
    self.states = states
    self.edges = edges
    self.formulas = formulas
  }
}

/// Why members were not counted.
package enum MemberError: Error, Hashable, Sendable {
  /// These requirements (indices in `Space.requirements`) tie so many decisions together, the decisions with these indices,
  /// that a limit was passed: more of what was decided has to be remembered at once than fits.
  case tangled(requirements: [Int], decisions: [Int], states: Int)
  /// One of these requirements has no value in some network; the checker promises otherwise.
  case noValue(requirements: [Int])
}
