import Distributions
import Predictors
import SpaceAnalysis
import SpaceIR

/// FOX-NAS in two rounds (Liu et al. 2021, arXiv 2108.08189; fox-nas.md): shared weights learn and uniform draws are scored;
/// then predictors are fitted to the scores and to the costs, and the predicted optima are scored with the same weights.
///
/// Predictions alone decide where to look. The predicted optima are scored since a linear fit that is maximised is
/// optimistic (fox-nas.md, pitfall 9), and the best of them is the answer.
struct PredictedStages: OneShotStages {
  private let space: Space
  private let first: OneShotStage
  /// Within all limits.
  private let legal: LegalCandidates
  private let fitting: PredictedOptima
  private let seed: UInt64
  private let winners: Int

  /// - Throws: `SearchError.badRecipe` where predictors would have more terms than rows; `MemberSetError`.
  init(
    _ space: Space, _ recipe: SearchRecipe, _ oneShot: OneShotRecipe, seed: UInt64, trainingSteps: Int
  ) throws {
    self.space = space
    self.seed = seed
    let genes = OneShotSearch.genes(of: space)
    let all = LegalCandidates(space, try MemberSet(space), genes: genes)
    let samples = RandomMoves(all, budget: oneShot.prediction.samples, seed: seed, stage: 0)
    first = OneShotStage(
      trainingSteps: trainingSteps, draws: try OneShotSearch.draws(space, recipe, oneShot, seed: seed), moves: samples,
      entropy: NetworkCount(all.members.count).naturalLogarithm ?? 0)
    let limit = recipe.limit
    legal = LegalCandidates(
      space, try LegalDraws.members(of: space, within: limit, bins: OneShotSearch.costBins), genes: genes)
    winners = legal.count(within: oneShot.prediction.winners)
    fitting = try PredictedOptima(space, limit: limit, oneShot, rows: samples.count)
  }

  func stage(_ number: Int, after histories: [ScoredHistory]) throws -> OneShotStage? {
    switch number {
    case 0: return first
    case 1:
      let found = try fitting.optima(after: histories[0], count: winners, seed: seed)
      let moves = ListedMoves(found.networks, legal, count: winners, seed: seed, stage: 1)
      return OneShotStage(
        trainingSteps: 0, draws: first.draws, moves: moves,
        entropy: NetworkCount(legal.members.count).naturalLogarithm ?? 0, remarks: found.remarks,
        documents: found.documents)
    default: return nil
    }
  }

  func plannedSteps(from number: Int) -> Int { (number <= 0 ? first.steps : 0) + (number <= 1 ? winners : 0) }
}

/// Networks from a list, then uniform draws among the legal ones that were not scored.
struct ListedMoves: CandidateMoves {
  let count: Int
  let isExhaustive: Bool
  private let networks: [Architecture]
  private let legal: LegalCandidates
  private let seed: UInt64
  private let stage: Int

  /// Networks that are not legal are left out.
  init(_ networks: [Architecture], _ legal: LegalCandidates, count: Int, seed: UInt64, stage: Int) {
    var known: Set<Architecture> = []
    self.networks = Array(
      networks.filter { known.insert($0).inserted && legal.members.contains($0) }.prefix(count))
    self.legal = legal
    self.count = count
    isExhaustive = legal.members.count <= count
    self.seed = seed
    self.stage = stage
  }

  func proposals(after history: ScoredHistory) -> [Proposal] {
    let rest = networks.filter { !history.contains($0) }
    guard rest.isEmpty else { return rest.map { Proposal($0, .predicted, generation: 0) } }
    var unseen = UnseenDraws(legal.members)
    for candidate in history.candidates { unseen.take(candidate.architecture) }
    var generator = SplitRandom(.candidates, seed: seed, UInt64(stage), UInt64(history.count))
    return [Proposal(unseen.draw(using: &generator), .random, generation: 0)]
  }
}
