import Distributions
import SpaceAnalysis
import SpaceIR

/// Regularised evolution (Real et al. 2019, arXiv 1802.01548; `AgeingPopulation`) among legal candidates that were not
/// scored yet.
///
/// As `SampledSearch` proposes, one at a time: uniform draws until the population is full, then mutations of tournament
/// winners; a mutation that was scored before is tried again ten times, and then a uniform draw takes its place.
struct AgeingMoves: CandidateMoves {
  let count: Int
  let isExhaustive: Bool
  private let legal: LegalCandidates
  private let ways: NetworkWays
  private let seed: UInt64
  private let stage: Int
  private let rate: Double
  private var population: AgeingPopulation
  private var unseen: UnseenDraws
  /// By parent; only of parents that are in the population. Nil: the parent has nowhere to go.
  private var mutations: [Architecture: Mutations?] = [:]
  /// Candidates of the history that are in `population` and out of `unseen`.
  private var seen = 0

  /// - Throws: `MoveError`.
  init(_ legal: LegalCandidates, recipe: OneShotRecipe, seed: UInt64, stage: Int) throws {
    self.legal = legal
    self.seed = seed
    self.stage = stage
    rate = recipe.mutationRate
    count = legal.count(within: recipe.budget)
    isExhaustive = legal.members.count <= recipe.budget
    ways = try legal.ways()
    let capacity = max(1, min(recipe.population, count))
    population = AgeingPopulation(capacity: capacity, tournament: max(2, capacity / 4))
    unseen = UnseenDraws(legal.members)
  }

  mutating func proposals(after history: ScoredHistory) throws -> [Proposal] {
    for candidate in history.candidates.dropFirst(seen) {
      population.add(
        AgeingPopulation.Member(architecture: candidate.architecture, loss: -candidate.value.score))
      unseen.take(candidate.architecture)
    }
    seen = history.count
    let living = Set(population.members.map(\.architecture))
    mutations = mutations.filter { living.contains($0.key) }
    var generator = SplitRandom(.candidates, seed: seed, UInt64(stage), UInt64(seen))
    if population.isFull {
      for _ in 0..<10 {
        let parent = population.parent(using: &generator)
        guard let child = try mutations(of: parent)?.draw(using: &generator) else { continue }
        if !history.contains(child) { return [Proposal(child, .mutation, generation: 0)] }
      }
    }
    return [Proposal(unseen.draw(using: &generator), .random, generation: 0)]
  }

  private mutating func mutations(of parent: Architecture) throws -> Mutations? {
    if let known = mutations[parent] { return known }
    do throws(MoveError) {
      let found = try ways.redecided(parent, genes: legal.genes, rate: rate)
      mutations[parent] = .some(found)
      return found
    } catch .nowhereToGo {
      mutations[parent] = .some(nil)
      return nil
    } catch {
      throw error
    }
  }
}
