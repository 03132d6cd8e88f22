import Distributions
import SpaceAnalysis
import SpaceIR

/// SPOS's evolution (Guo et al. 2019, arXiv 1904.00420; spos.md, section 5.4): generations of children of the best that
/// were ever scored, a half by mutation and a half by crossover.
///
/// Deviations: a child outside the limits is never made, instead of made and thrown away. Mutation and crossover have the
/// released law given that the child is legal and none of its parents, from the counted set of networks; what is left to
/// try again is a child that was scored before, at most ten times the wanted number of times. The rest of a generation is
/// drawn uniformly from the legal networks that were not scored, by their numbers, so that exactly P (T + 1) candidates are
/// scored, or all that there are.
struct EvolutionMoves: CandidateMoves {
  let count: Int
  let isExhaustive: Bool
  private let legal: LegalCandidates
  private let ways: NetworkWays
  private let recipe: OneShotRecipe
  private let seed: UInt64
  private let stage: Int
  /// Of the parents of the last generation that was made; nil: the parent has nowhere to go.
  private var mutations: [Architecture: Mutations?] = [:]

  /// - Throws: `MoveError`.
  init(_ legal: LegalCandidates, recipe: OneShotRecipe, seed: UInt64, stage: Int) throws {
    self.legal = legal
    self.recipe = recipe
    self.seed = seed
    self.stage = stage
    count = legal.count(within: recipe.budget)
    isExhaustive = legal.members.count <= recipe.budget
    ways = try legal.ways()
  }

  mutating func proposals(after history: ScoredHistory) throws -> [Proposal] {
    let number = history.count / recipe.population
    let start = number * recipe.population
    var nursery = Nursery(
      legal, history, amongFirst: start, size: min(recipe.population, count - start), number: number,
      generator: SplitRandom(.candidates, seed: seed, UInt64(stage), UInt64(number)))
    if number > 0 {
      let parents = history.best(recipe.parents, amongFirst: start, tie: tieBreak(seed: seed, stage: stage))
        .map(\.architecture)
      mutations = mutations.filter { parents.contains($0.key) }
      try mutate(parents, &nursery)
      try cross(parents, &nursery)
    }
    nursery.fill()
    // Those of this generation that were scored before a stop are in the history.
    return Array(nursery.children.dropFirst(history.count - start))
  }

  private mutating func mutate(_ parents: [Architecture], _ nursery: inout Nursery) throws {
    let wanted = recipe.mutations
    var made = 0
    for _ in 0..<10 * wanted where made < wanted && !nursery.isFull {
      let parent = parents[nursery.generator.next(below: parents.count)]
      guard let law = try mutations(of: parent) else { continue }
      if nursery.add(law.draw(using: &nursery.generator), .mutation) { made += 1 }
    }
  }

  private mutating func mutations(of parent: Architecture) throws -> Mutations? {
    if let known = mutations[parent] { return known }
    do throws(MoveError) {
      let found = try ways.redecided(parent, genes: legal.genes, rate: recipe.mutationRate)
      mutations[parent] = .some(found)
      return found
    } catch .nowhereToGo {
      mutations[parent] = .some(nil)
      return nil
    } catch {
      throw error
    }
  }

  private func cross(_ parents: [Architecture], _ nursery: inout Nursery) throws {
    let wanted = recipe.crossovers
    var made = 0
    var known: [[Int]: MoveSet?] = [:]
    for _ in 0..<10 * wanted where made < wanted && !nursery.isFull {
      let first = nursery.generator.next(below: parents.count)
      let second = nursery.generator.next(below: parents.count)
      guard first != second else { continue }
      let pair = [min(first, second), max(first, second)]
      let crossings = try known[pair] ?? crossings(parents[pair[0]], parents[pair[1]])
      known[pair] = .some(crossings)
      guard let crossings else { continue }
      if nursery.add(crossings.draw(using: &nursery.generator), .crossover) { made += 1 }
    }
  }

  private func crossings(_ first: Architecture, _ second: Architecture) throws -> MoveSet? {
    do throws(MoveError) {
      return try ways.crossings(of: (first, second), genes: legal.genes)
    } catch .nowhereToGo {
      return nil
    } catch {
      throw error
    }
  }
}

/// The children of a generation while they are made.
private struct Nursery {
  var generator: SplitRandom
  private(set) var children: [Proposal] = []
  private let size: Int
  private let number: Int
  private let members: MemberSet
  private var known: Set<Architecture>

  init(
    _ legal: LegalCandidates, _ history: ScoredHistory, amongFirst start: Int, size: Int, number: Int,
    generator: SplitRandom
  ) {
    self.generator = generator
    self.size = size
    self.number = number
    members = legal.members
    known = Set(history.candidates.prefix(start).map(\.architecture))
  }

  var isFull: Bool { children.count >= size }

  /// Takes a child in that is new.
  mutating func add(_ child: Architecture, _ origin: Proposal.Origin) -> Bool {
    guard known.insert(child).inserted else { return false }
    children.append(Proposal(child, origin, generation: number))
    return true
  }

  /// Makes up what is missing by uniform draws.
  mutating func fill() {
    guard !isFull else { return }
    var unseen = UnseenDraws(members)
    for network in known { unseen.take(network) }
    while !isFull {
      let drawn = unseen.draw(using: &generator)
      unseen.take(drawn)
      _ = add(drawn, .random)
    }
  }
}
