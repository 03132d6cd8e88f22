package import SpaceIR
import SpacePlanner

/// A distribution with the names and options it is about: what a file holds, and what another search can start from.
///
/// PARSEC's transfer (`parsec.md` section 6): a distribution learnt on a small problem starts the search of a large one.
package struct DistributionSnapshot: Sendable, Hashable, Codable {
  package struct Group: Sendable, Hashable, Codable {
    package let name: String
    package let decisions: [Hole]
    /// For each combination of the plan, in its order; nil: impossible. (JSON has no infinities.)
    package let logits: [Double?]
  }

  package struct Hole: Sendable, Hashable, Codable {
    package let name: String
    /// As the author wrote them.
    package let options: [String]
    /// Nil: exists in every network.
    package let condition: Condition?
  }

  package struct Condition: Sendable, Hashable, Codable {
    package let decision: String
    package let options: [String]
  }

  package let groups: [Group]

  private init(groups: [Group]) { self.groups = groups }

  /// The same decisions with other logits, group after group; nil where they are not as many.
  ///
  /// - Parameter logits: -infinity: impossible.
  package func with(logits: [Double]) -> DistributionSnapshot? {
    guard logits.count == groups.reduce(0, { $0 + $1.logits.count }) else { return nil }
    var rest = logits[...]
    return DistributionSnapshot(
      groups: groups.map { group in
        defer { rest = rest.dropFirst(group.logits.count) }
        return Group(
          name: group.name, decisions: group.decisions,
          logits: rest.prefix(group.logits.count).map { $0.isFinite ? $0 : nil })
      })
  }

  package init(_ distribution: Distribution, of space: Space) {
    groups = zip(distribution.plan.factors, distribution.logits).map { factor, row in
      Group(
        name: factor.name, decisions: factor.decisions.map { Hole(space[$0], in: space) },
        logits: row.map { $0.isFinite ? $0 : nil })
    }
  }
}

extension DistributionSnapshot.Hole {
  init(_ decision: Decision, in space: Space) {
    name = decision.name
    options = decision.options.map(\.description)
    condition = decision.existence.map { existence in
      let parent = space[existence.parent]
      return DistributionSnapshot.Condition(
        decision: parent.name, options: existence.options.map { parent.options[$0].description })
    }
  }
}
