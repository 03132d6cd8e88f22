import Distributions
import SpaceAnalysis
import SpaceIR

/// Pi-NAS's search (released code; pi-nas.md, section 6.3): the space is split again and again by what tells good networks from
/// bad, and the next candidates are drawn from the good side.
///
/// A node of the tree splits its samples at their median score, and a classifier learns which side a network is on from its
/// options. Draws that every classifier on the way to the best leaf accepts and that are new are scored, eight at a time.
///
/// Deviations: the classifier is a logistic regression on options, where the release takes boosted trees whose settings it
/// searches; draws are uniform among legal networks that were not scored, so that none is drawn twice.
struct RegionMoves: CandidateMoves {
  let count: Int
  let isExhaustive: Bool
  private let legal: LegalCandidates
  private let seed: UInt64
  private let stage: Int
  private let first: Int
  private let size: Int
  /// Without the first `taken` candidates of the history.
  private var unseen: UnseenDraws
  private var taken = 0
  /// Draws until one is accepted; after them the next new one is taken.
  static let tries = 20_000

  init(_ legal: LegalCandidates, recipe: OneShotRecipe, seed: UInt64, stage: Int) {
    self.legal = legal
    self.seed = seed
    self.stage = stage
    count = legal.count(within: recipe.budget)
    unseen = UnseenDraws(legal.members)
    isExhaustive = legal.members.count <= recipe.budget
    // The released 80 of 1,000 as a share of another budget, and the released 8 at a time.
    first = max(1, min(count, recipe.budget * 80 / 1000))
    size = 8
  }

  /// 1 up to 400 results, 2 up to 800, 3 beyond, as released.
  static func height(_ results: Int) -> Int { results <= 400 ? 1 : results <= 800 ? 2 : 3 }

  mutating func proposals(after history: ScoredHistory) -> [Proposal] {
    // The round that the next candidate is of, and where it begins.
    let round = history.count < first ? 0 : 1 + (history.count - first) / size
    let start = round == 0 ? 0 : first + (round - 1) * size
    let end = min(count, round == 0 ? first : start + size)
    let known = history.candidates.prefix(start)
    let models = round == 0 ? [] : classifiers(Array(known))
    for candidate in known.dropFirst(taken) { unseen.take(candidate.architecture) }
    taken = max(taken, start)
    // What this round draws is not in the history yet.
    var unseen = unseen
    var generator = SplitRandom(.regions, seed: seed, UInt64(stage), UInt64(round))
    var proposals: [Proposal] = []
    for _ in start..<end {
      var drawn = unseen.draw(using: &generator)
      var tries = 1
      while tries < Self.tries, !models.allSatisfy({ $0.accepts(drawn.choices) }) {
        drawn = unseen.draw(using: &generator)
        tries += 1
      }
      unseen.take(drawn)
      proposals.append(Proposal(drawn, round == 0 ? .random : .region, generation: round))
    }
    // Those of this round that were scored before a stop are in the history.
    return Array(proposals.dropFirst(history.count - start))
  }

  /// Those on the way to the leaf with the best scores, from the root on.
  private func classifiers(_ candidates: [ScoredCandidate]) -> [LogisticModel] {
    let options = legal.space.decisions.map(\.options.count)
    var samples = candidates
    var models: [LogisticModel] = []
    for _ in 0..<Self.height(candidates.count) where samples.count >= 4 {
      let scores = samples.map { $0.value.score.isNaN ? -.infinity : $0.value.score }.sorted()
      let median = scores[scores.count / 2]
      let isGood = samples.map { $0.value.score >= median }
      // Scores that are all alike tell nothing.
      guard isGood.contains(false) else { break }
      models.append(LogisticModel(options: options, rows: samples.map(\.architecture.choices), targets: isGood))
      samples = zip(samples, isGood).filter(\.1).map(\.0)
    }
    return models
  }
}
