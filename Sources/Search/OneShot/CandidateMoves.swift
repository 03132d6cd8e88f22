import Distributions
package import SpaceAnalysis
package import SpaceIR

/// A candidate that is about to be scored.
package struct Proposal: Hashable, Sendable {
  /// Where it comes from.
  package enum Origin: String, Hashable, Sendable, Codable, CaseIterable {
    case random
    case mutation
    case crossover
    /// A step of a walk through neighbours.
    case neighbour
    /// The best that predictors know.
    case predicted
    /// A draw from where the best were.
    case region
  }

  package let architecture: Architecture
  package let origin: Origin
  /// Counted from 0.
  package let generation: Int

  package init(_ architecture: Architecture, _ origin: Origin, generation: Int) {
    self.architecture = architecture
    self.origin = origin
    self.generation = generation
  }
}

/// How the choice among candidates moves: which are scored next, given all scores so far.
///
/// What is proposed is a function of the history, the seed and the stage alone. So a search that is taken up again is the
/// one that was not stopped, and nothing but the history has to be kept.
package protocol CandidateMoves: Sendable {
  /// How many candidates are scored in all: the budget, or all that are legal where those are fewer.
  var count: Int { get }
  /// Whether that is every legal candidate.
  var isExhaustive: Bool { get }

  /// The next candidates: at least one, none that was scored before, all legal.
  ///
  /// - Precondition: Fewer than `count` were scored.
  /// - Throws: `MoveError`.
  mutating func proposals(after history: ScoredHistory) throws -> [Proposal]
}

/// The networks that candidates come from, with the genes that they are made of.
package struct LegalCandidates: Sendable {
  package let space: Space
  package let members: MemberSet
  package let genes: [Gene]

  /// - Parameters:
  ///   - members: Within all requirements and limits.
  ///   - genes: Each decision of the space is in one.
  package init(_ space: Space, _ members: MemberSet, genes: [Gene]) {
    self.space = space
    self.members = members
    self.genes = genes
  }

  /// As many as are legal, and at most the budget.
  package func count(within budget: Int) -> Int { Int(exactly: members.count).map { min($0, budget) } ?? budget }

  package func ways() throws(MoveError) -> NetworkWays {
    try NetworkWays(space, members, together: genes.map(\.decisions))
  }
}

/// A random number of a candidate by its place, for order among equals.
func tieBreak(seed: UInt64, stage: Int) -> (Int) -> UInt64 {
  { place in
    var generator = SplitRandom(.ties, seed: seed, UInt64(stage), UInt64(place))
    return generator.next()
  }
}

/// Uniform draws among the legal candidates that were not scored yet.
struct RandomMoves: CandidateMoves {
  let count: Int
  let isExhaustive: Bool
  private let members: MemberSet
  private let seed: UInt64
  private let stage: Int

  init(_ legal: LegalCandidates, budget: Int, seed: UInt64, stage: Int) {
    members = legal.members
    count = legal.count(within: budget)
    isExhaustive = members.count <= budget
    self.seed = seed
    self.stage = stage
  }

  mutating func proposals(after history: ScoredHistory) -> [Proposal] {
    var unseen = UnseenDraws(members)
    for candidate in history.candidates { unseen.take(candidate.architecture) }
    // A handful at a time, so that a long search does not count its candidates anew for each. Their number does not
    // depend on where a search was taken up.
    let size = 64
    let first = history.count / size * size
    return (history.count..<min(count, first + size)).map { number in
      var generator = SplitRandom(.candidates, seed: seed, UInt64(stage), UInt64(number))
      let drawn = unseen.draw(using: &generator)
      unseen.take(drawn)
      return Proposal(drawn, .random, generation: 0)
    }
  }
}
