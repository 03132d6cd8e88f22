package import Datasets
import Distributions
package import Engine
package import SpaceAnalysis
package import SpaceIR
import SpacePlanner
package import Supernet

/// A network that was trained from scratch, with what it costs.
package struct RetrainedNetwork: Hashable, Sendable, Codable {
  /// `searched`, `random 1`.
  package let label: String
  package let choices: [Int?]
  package let macs: Int
  package let parameters: Int
  package let result: TrainingResult
}

/// A network to train.
package struct RetrainingTask: Hashable, Sendable {
  package let label: String
  package let architecture: Architecture
  package let seed: UInt64
  package init(label: String, architecture: Architecture, seed: UInt64) {
    self.label = label
    self.architecture = architecture
    self.seed = seed
  }
}

/// Trains each network on train + validation and tests it on the test part; as many at once as there are threads, each
/// on one thread, so that the number of threads changes no result.
///
/// - Parameters:
///   - keeper: Saves trainings on their way, and knows networks that were done before; nil: nothing is kept.
///   - epochFinished: Called on any thread; for a training that is taken up again also for the epochs that it had done.
///   - finished: Called in the order in which networks finish, with the network's number.
package func retrain(
  _ tasks: [RetrainingTask], of space: Space, splits: DatasetSplits, recipe: TrainingRecipe, library: EngineLibrary,
  threads: Int, keeper: RetrainingKeeper? = nil, epochFinished: @escaping @Sendable () throws -> Void,
  finished: @escaping @Sendable (Int, RetrainedNetwork) throws -> Void
) async throws -> [RetrainedNetwork] {
  let images = splits.trainAndValidation
  let known = keeper?.known ?? [:]
  let open = tasks.indices.filter { known[$0] == nil }
  return try await withThrowingTaskGroup(of: (Int, RetrainedNetwork).self) { group in
    var next = 0
    func start() {
      let index = open[next]
      next += 1
      group.addTask {
        let network = try train(
          tasks[index], number: index, of: space, images: images, test: splits.test, recipe: recipe, library: library,
          keeper: keeper, epochFinished: epochFinished)
        return (index, network)
      }
    }
    while next < min(max(1, threads), open.count) { start() }
    var done = known
    for try await (index, network) in group {
      try finished(index, network)
      done[index] = network
      if next < open.count { start() }
    }
    return tasks.indices.compactMap { done[$0] }
  }
}

private func train(
  _ task: RetrainingTask, number: Int, of space: Space, images: ImageSet, test: ImageSet, recipe: TrainingRecipe,
  library: EngineLibrary, keeper: RetrainingKeeper?, epochFinished: @Sendable () throws -> Void
) throws -> RetrainedNetwork {
  let bound = try space.bound(to: task.architecture)
  let plan = try SupernetPlan(for: bound, statistics: .recorded)
  let network = try Supernet(plan, library: library, options: EngineOptions(lanes: recipe.laneCount))
  try network.initialise(normals(seed: task.seed))
  let start = try keeper?.start(of: number)
  let epochsDone = (start?.texts["steps"].flatMap(Int.init) ?? 0) / max(1, images.count / recipe.batch)
  for _ in 0..<epochsDone { try epochFinished() }
  let result = try network.train(
    on: images, test: test, recipe: recipe, seed: task.seed, from: start,
    save: keeper?.saver(of: number, from: start) ?? { _, _ in }
  ) { _ in try epochFinished() }
  try keeper?.keepWeights(of: number, network, images: images)
  let cost = try cost(of: task.architecture, in: space)
  return RetrainedNetwork(
    label: task.label, choices: task.architecture.choices, macs: cost.macs, parameters: cost.parameters, result: result)
}

/// Random members whose costs are within a share of a network's: what a search has to beat.
///
/// - Returns: Independent draws, uniform over the encodings that meet the space's requirements and are certainly in the
///   band.
/// - Throws: `CostModelError`, `BandError`; `MemberSetError` of a space with requirements.
package func randomNetworks(
  like cost: Int, by measure: CostMeasure = .macs, within share: Double, count: Int, of space: Space, seed: UInt64
) throws -> [Architecture] {
  let low = Int((Double(cost) * (1 - share)).rounded(.up))
  let high = Int((Double(cost) * (1 + share)).rounded(.down))
  func drawn(_ draw: (inout SplitRandom) -> Architecture) -> [Architecture] {
    (0..<count).map { number in
      var generator = SplitRandom(.baselines, seed: seed, UInt64(number))
      return draw(&generator)
    }
  }
  guard space.requirements.isEmpty else {
    let members = try MemberSet(space, budgets: [Budget(measure.searched, least: low, greatest: high)])
    return drawn { members.draw(using: &$0) }
  }
  let sampler = try BandSampler(CostModel(space, measure: measure), band: low...high)
  return drawn { sampler.draw(using: &$0) }
}
