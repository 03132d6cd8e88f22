import Distributions
import SpaceAnalysis
import SpaceIR
import SpacePlanner
import Testing

@testable import Search

/// How candidates follow from scores: budgets, legality, resume. Scores are made up.
@Suite struct CandidateMovesTests {
  private static let limit = 200_000

  private static func legal(_ limit: Int? = limit) throws -> LegalCandidates {
    let space = try TestOneShot.space("mini-spos")
    let members = try LegalDraws.members(of: space, within: limit.map { Budget(.macs, greatest: $0) }, bins: 1 << 11)
    return LegalCandidates(space, members, genes: OneShotSearch.genes(of: space))
  }

  private static func moves(_ kind: OneShotRecipe.Moves, _ legal: LegalCandidates, _ recipe: OneShotRecipe) throws
    -> any CandidateMoves
  {
    var recipe = recipe
    recipe.moves = kind
    return try OneShotSearch.moves(legal, recipe, seed: 5, stage: 0)
  }

  /// Every option has a worth of its own, so that there is one best network.
  private static func score(_ network: Architecture) -> Double {
    network.choices.enumerated().reduce(0) { $0 + Double(($1.element ?? 0) * 7 % 5) * Double($1.offset + 1) }
  }

  private static func play(_ moves: any CandidateMoves, _ history: ScoredHistory = ScoredHistory()) throws
    -> (history: ScoredHistory, proposals: [Proposal])
  {
    var (moves, history) = (moves, history)
    var all: [Proposal] = []
    while history.count < moves.count {
      for proposal in try moves.proposals(after: history) {
        let value = CandidateValue(score: score(proposal.architecture))
        history.add(ScoredCandidate(proposal.architecture, value, origin: proposal.origin))
        all.append(proposal)
      }
    }
    return (history, all)
  }

  /// spos.md, section 5.4: 50 + 20 x 50. How many candidates `predicted` scores, its own settings say.
  @Test(arguments: OneShotRecipe.Moves.allCases.filter { $0 != .predicted })
  func `a search scores exactly 1,050 candidates, all different and all within the limit`(
    kind: OneShotRecipe.Moves
  ) throws {
    let legal = try Self.legal()
    let moves = try Self.moves(kind, legal, OneShotRecipe())
    #expect(moves.count == 1050 && !moves.isExhaustive)
    let (history, proposals) = try Self.play(moves)
    #expect(history.count == 1050)
    for candidate in history.candidates {
      #expect(try cost(of: candidate.architecture, in: legal.space).macs <= Self.limit)
    }
    guard kind == .evolution else { return }
    for generation in 0...20 {
      let own = proposals.filter { $0.generation == generation }
      #expect(own.count == 50)
      #expect((generation == 0) == own.allSatisfy { $0.origin == .random })
      #expect(own.count { $0.origin == .mutation } <= 25 && own.count { $0.origin == .crossover } <= 25)
    }
    #expect(proposals[50..<100].count { $0.origin == .mutation } == 25)
  }

  @Test func `evolution finds what random draws do not`() throws {
    let legal = try Self.legal()
    func best(_ kind: OneShotRecipe.Moves) throws -> Double {
      var recipe = OneShotRecipe()
      (recipe.population, recipe.generations, recipe.mutations, recipe.crossovers) = (20, 9, 10, 10)
      return try #require(
        try Self.play(Self.moves(kind, legal, recipe)).history.candidates.map(\.value.score).max())
    }
    #expect(try best(.evolution) > best(.random))
  }

  /// Genes of children are those of parents, the best of all before the generation; mutations differ in few.
  @Test func `children come from the best`() throws {
    let legal = try Self.legal()
    var recipe = OneShotRecipe()
    (recipe.population, recipe.generations, recipe.mutations, recipe.crossovers) = (20, 3, 10, 10)
    let (history, proposals) = try Self.play(Self.moves(.evolution, legal, recipe))
    for (place, proposal) in proposals.enumerated() where proposal.origin == .crossover {
      let start = place / 20 * 20
      let parents = history.best(10, amongFirst: start, tie: tieBreak(seed: 5, stage: 0)).map(\.architecture)
      for (decision, choice) in proposal.architecture.choices.enumerated() {
        #expect(parents.contains { $0.choices[decision] == choice })
      }
    }
  }

  /// A search that is taken up again goes on as it would have: what is proposed follows from the history alone.
  @Test(arguments: OneShotRecipe.Moves.allCases, [7, 20])
  func `moves go on from any place`(kind: OneShotRecipe.Moves, stop: Int) throws {
    let legal = try Self.legal()
    var recipe = OneShotRecipe()
    (recipe.population, recipe.generations, recipe.mutations, recipe.crossovers) = (10, 2, 5, 5)
    let whole = try Self.play(Self.moves(kind, legal, recipe)).history
    var part = ScoredHistory()
    for candidate in whole.candidates.prefix(stop) { part.add(candidate) }
    let again = try Self.play(Self.moves(kind, legal, recipe), part).history
    #expect(again.candidates == whole.candidates)
  }

  /// Fewer legal networks than the population: all of them are scored, and that is all.
  @Test(arguments: OneShotRecipe.Moves.allCases)
  func `where few are legal, all are scored`(kind: OneShotRecipe.Moves) throws {
    let legal = try Self.legal(156_000)
    let count = try #require(Int(exactly: legal.members.count))
    #expect((2..<50).contains(count))
    let moves = try Self.moves(kind, legal, OneShotRecipe())
    #expect(moves.count == count && moves.isExhaustive)
    #expect(try Self.play(moves).history.count == count)
  }

  /// Equal scores: no option may be favoured by its number (bn-nas.md, pitfall 7).
  @Test func `ties are broken by chance, the same on every run`() throws {
    var history = ScoredHistory()
    for option in 0..<64 {
      history.add(
        ScoredCandidate(Architecture(choices: [option]), CandidateValue(score: 1), origin: .random))
    }
    let first = history.best(10, amongFirst: 64, tie: tieBreak(seed: 1, stage: 0)).map(\.architecture)
    #expect(first == history.best(10, amongFirst: 64, tie: tieBreak(seed: 1, stage: 0)).map(\.architecture))
    #expect(first != history.best(10, amongFirst: 64, tie: tieBreak(seed: 2, stage: 0)).map(\.architecture))
    #expect(first.map { $0.choices[0] ?? 0 } != Array(0..<10))
    let worse = CandidateValue(score: .nan)
    #expect(CandidateValue(score: -5).isBetter(than: worse) && !worse.isBetter(than: CandidateValue(score: -5)))
    #expect(CandidateValue(score: 1, loss: 0.5).isBetter(than: CandidateValue(score: 1, loss: 0.6)))
  }
}

/// How paths are drawn.
@Suite struct PathDrawsTests {
  /// spos.md, section 7: 10,000 draws, chi-square over each block, 3 degrees of freedom, and over neighbours, 15.
  @Test func `uniform paths are uniform over blocks and pairs of blocks`() throws {
    let space = try TestOneShot.space("mini-spos")
    let draws = UniformPaths(members: try MemberSet(space), seed: 3)
    let paths = (0..<10_000).map { draws.path(step: $0, number: 0).choices.map { $0 ?? -1 } }
    func chi(_ counts: [Int]) -> Double {
      let mean = Double(paths.count) / Double(counts.count)
      return counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
    }
    for block in 0..<8 {
      var single = [Int](repeating: 0, count: 4)
      var pairs = [Int](repeating: 0, count: 16)
      for path in paths {
        single[path[block]] += 1
        pairs[path[block] * 4 + path[(block + 1) % 8]] += 1
      }
      // The 99.9 % points of the distribution.
      #expect(chi(single) < 16.27 && chi(pairs) < 37.70)
    }
    #expect(draws.path(step: 4, number: 0) == draws.path(step: 4, number: 0))
    #expect(draws.path(step: 4, number: 0) != draws.path(step: 4, number: 1))
  }

  @Test func `binned paths are within their bins, and bins come up alike`() throws {
    let space = try TestOneShot.space("mini-spos")
    let draws = try BinnedPaths(space, from: 140_000, to: 240_000, count: 5, seed: 3)
    #expect(draws.ranges.count == 5 && draws.ranges[0].lowerBound == 140_000 && draws.ranges[4].upperBound == 240_000)
    var counts = [Int](repeating: 0, count: 5)
    for step in 0..<2000 {
      let macs = try cost(of: draws.path(step: step, number: 0), in: space).macs
      let bin = try #require(draws.ranges.firstIndex { $0.contains(macs) })
      counts[bin] += 1
    }
    // Five standard deviations around 400.
    #expect(counts.allSatisfy { abs($0 - 400) < 90 }, "\(counts)")
    #expect(throws: MemberSetError.self) { try BinnedPaths(space, from: 1, to: 10, count: 3, seed: 3) }
    // An empty bin is left out.
    #expect(try BinnedPaths(space, from: 100_000, to: 240_000, count: 7, seed: 3).ranges.count < 7)
  }
}
