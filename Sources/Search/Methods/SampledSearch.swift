package import Datasets
package import Distributions
package import Engine
import SpaceAnalysis
package import SpaceIR
import SpacePlanner
import Supernet

/// The baselines that every method is compared with: shared weights, then scores of networks that random search or
/// regularised evolution proposes.
///
/// The warm-up is that of `ProbabilisticSearch`: uniform draws train the shared weights. After it the weights stay, and
/// each step proposes K networks and scores them by their mean loss on the same validation batches.
///
/// - Random search (Bergstra and Bengio 2012, JMLR 13) with weight sharing (Li and Talwalkar 2019, arXiv 1902.07638,
///   section 3.2): every proposal is a uniform draw, and the answer is the best score.
/// - Regularised evolution (Real et al. 2019, see `AgeingPopulation`): the first proposals are uniform draws, those
///   after them mutations of tournament winners.
///
/// Deviations: a target is a hard limit for every proposal. Draws and mutations come from the counted set of networks
/// within it, so that none is drawn and thrown away. A mutation changes one decision in the mean and at least one,
/// where the paper changes exactly one, since under a limit a lone change may lead nowhere. The K children of a step
/// have their parents in one population, as those of the paper's parallel workers do.
package struct SampledSearch: SearchLoop {
  /// Validation batches of a score.
  package static let scoringBatches = 8
  /// P and S of the paper where the run is long enough for them.
  private static let usual = (capacity: 100, tournament: 25)

  package internal(set) var samples = 0
  /// The networks that may be proposed.
  private let members: MemberSet
  private let isEvolving: Bool
  var weights: ProbabilisticSearch
  var scoringSteps = 0
  package internal(set) var population: AgeingPopulation
  private let ways: NetworkWays?
  /// By parent; only of parents that are in the population.
  private var mutations: [Architecture: Mutations] = [:]
  var scores: [Architecture: Double] = [:]
  var best: AgeingPopulation.Member?

  /// - Parameter isEvolving: Whether proposals are mutations once the population is full.
  /// - Throws: As `ProbabilisticSearch`; `MemberSetError` where no network meets the target, `MoveError` where there are
  ///   too many ways between networks within it.
  package init(
    _ space: Space, splits: DatasetSplits, recipe: SearchRecipe, isEvolving: Bool, seed: UInt64, library: EngineLibrary,
    threads: Int
  ) throws {
    self.isEvolving = isEvolving
    weights = try ProbabilisticSearch(
      space, splits: splits, recipe: recipe, seed: seed, library: library, threads: threads)
    // A target is a hard limit for these methods, whatever the band.
    members = try LegalDraws.members(of: space, within: recipe.limit)
    ways = isEvolving ? try NetworkWays(space, members) : nil
    let proposals = max(1, weights.totalSteps - weights.warmUpSteps) * weights.nextSampleCountAfterWarmUp
    let capacity = min(Self.usual.capacity, max(4, proposals / 4))
    population = AgeingPopulation(
      capacity: capacity, tournament: max(2, capacity * Self.usual.tournament / Self.usual.capacity))
  }

  package var space: Space { weights.space }
  package var step: Int { weights.step + scoringSteps }
  package var totalSteps: Int { weights.totalSteps }
  package var stepsPerEpoch: Int { weights.stepsPerEpoch }
  package var isWarmingUp: Bool { weights.isWarmingUp }
  package var tensorCount: Int { weights.tensorCount }
  package var parameterCount: Int { weights.parameterCount }
  package var learnt: Distribution? { nil }
  package var isJoint: Bool { false }

  /// Of a uniform draw from the networks that may be proposed; it does not change.
  package var entropy: Double {
    isWarmingUp ? weights.entropy : NetworkCount(members.count).naturalLogarithm ?? 0
  }

  package mutating func advance() throws -> StepRecord {
    guard !isWarmingUp else {
      let record = try weights.advance()
      samples += record.draws.count
      return record
    }
    var proposals: [Architecture] = []
    for number in 0..<weights.nextSampleCountAfterWarmUp { proposals.append(try propose(number)) }
    let training = try weights.losses(of: proposals, trainingBatch: step)
    try score(proposals)
    let records = try proposals.enumerated().map { number, architecture in
      let cost = try weights.recipe.cost(of: architecture, in: space)
      return DrawRecord(
        choices: architecture.choices, macs: cost.macs, measured: weights.recipe.measured(cost),
        trainingLoss: training[number], validationLoss: scores[architecture], weight: 0, share: nil)
    }
    let record = StepRecord(
      step: step, epoch: step / stepsPerEpoch, entropy: entropy, isWarmUp: false, draws: records, gradientNorm: 0)
    samples += proposals.count
    scoringSteps += 1
    return record
  }

  /// A network to score; its number in the step decides what is drawn.
  private mutating func propose(_ number: Int) throws -> Architecture {
    var generator = SplitRandom(.architectures, seed: weights.seed, UInt64(step), UInt64(number))
    guard let ways, population.isFull else { return members.draw(using: &generator) }
    let parent = population.parent(using: &generator)
    if let known = mutations[parent] { return known.draw(using: &generator) }
    do throws(MoveError) {
      let found = try ways.mutations(of: parent, rate: 1 / Double(space.decisions.count))
      mutations[parent] = found
      return found.draw(using: &generator)
    } catch .nowhereToGo {
      return members.draw(using: &generator)
    } catch {
      throw error
    }
  }

  private mutating func score(_ proposals: [Architecture]) throws {
    var isNew: Set<Architecture> = []
    let unknown = proposals.filter { scores[$0] == nil && isNew.insert($0).inserted }
    for (architecture, loss) in zip(unknown, try weights.meanLosses(of: unknown, batches: Self.scoringBatches)) {
      scores[architecture] = loss
    }
    for architecture in proposals {
      let member = AgeingPopulation.Member(architecture: architecture, loss: scores[architecture] ?? .infinity)
      if member.loss < best?.loss ?? .infinity { best = member }
      population.add(member)
    }
    let living = Set(population.members.map(\.architecture))
    mutations = mutations.filter { living.contains($0.key) }
  }

  /// The network with the best score; every proposal is within the target.
  package func choice() throws -> (architecture: Architecture, rank: Int) {
    guard let best else {
      throw EngineError(.notFinite, "no network of the search has a finite loss on the validation batches")
    }
    return (best.architecture, 0)
  }
}

extension ProbabilisticSearch {
  /// Mean losses on one training batch, which changes nothing.
  fileprivate func losses(of draws: [Architecture], trainingBatch step: Int) throws -> [Double] {
    try training.write(step: step, to: 0, of: supernet)
    return try losses(of: draws, slot: 0)
  }

  /// K of a method with a fixed number of draws.
  fileprivate var nextSampleCountAfterWarmUp: Int {
    switch recipe.samples {
    case .fixed(let count): count
    case .adaptive(let lambda): SampleSchedule.adaptive(lambda: lambda, minimum: 2).draws(entropy: entropy)
    }
  }
}
