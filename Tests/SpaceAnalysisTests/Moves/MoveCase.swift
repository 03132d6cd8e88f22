import BigInt
import SpaceIR

@testable import SpaceAnalysis

/// A random set of networks, all of them by brute force, and networks of the space to move from, in the set or not.
struct MoveCase {
  let space: Space
  let set: MemberSet
  let ways: NetworkWays
  let networks: [Architecture]
  let parents: [Architecture]

  enum Kind: String, CaseIterable {
    /// Nesting under one or two conditions, tables, sums.
    case conditions
    case oneBudget
    case twoBudgets
  }

  /// Nil where the set is empty, or bins cannot tell.
  init?(_ kind: Kind, seed: UInt64, together: [[DecisionID]] = []) throws {
    var budgets: [Budget] = []
    switch kind {
    case .conditions: space = ConstrainedSpace.random(seed: seed)
    case .oneBudget, .twoBudgets:
      let example = try SpectrumCase(seed: seed, budgets: kind == .oneBudget ? [.macs] : [.macs, .parameters])
      (space, budgets) = (example.space, example.budgets)
    }
    guard let set = try? MemberSet(space, budgets: budgets) else { return nil }
    self.set = set
    ways = try NetworkWays(space, set, together: together)
    let networks = (0..<Int(set.count)).map { set.member(at: BigUInt($0)) }
    self.networks = networks
    var random = SeededGenerator(seed: seed &+ 77)
    parents = [random.pick(networks), random.pick(networks), random.pick(enumerate(space))]
  }
}

/// The decisions that both networks have and decide differently.
func distance(_ a: Architecture, _ b: Architecture) -> Int {
  zip(a.choices, b.choices).count { pair in
    guard let x = pair.0, let y = pair.1 else { return false }
    return x != y
  }
}
