package import SpaceIR

/// How the decisions of a space are grouped into independent categoricals.
///
/// Invariants: every decision is in exactly one factor; a factor's condition refers to an earlier factor; a factor's
/// combinations are its structurally possible tuples, so a decision that does not exist under a combination is nil there.
package struct DistributionPlan: Hashable, Sendable {
  package let factors: [Factor]
  package init(factors: [Factor]) { self.factors = factors }

  /// Number of logits: the sum of the factors' combinations.
  package var logits: Int { factors.reduce(0) { $0 + $1.combinations.count } }
}

/// One categorical variable: a single decision (factorised), or the tuple of an owner's decisions (joint).
package struct Factor: Hashable, Sendable {
  /// The decision's name, or the owner's.
  package let name: String
  /// Ascending.
  package let decisions: [DecisionID]
  /// For each combination the option index of each of `decisions`, in lexicographic order; nil where it does not exist.
  package let combinations: [[Int?]]
  /// The condition under which the whole factor exists, on a decision of an earlier factor; nil: always.
  package let existence: Existence?

  package init(name: String, decisions: [DecisionID], combinations: [[Int?]], existence: Existence?) {
    self.name = name
    self.decisions = decisions
    self.combinations = combinations
    self.existence = existence
  }
}
