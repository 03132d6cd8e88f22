package import Distributions
import Engine
package import SpaceAnalysis
package import SpaceIR
import Supernet

/// A search in two parts: shared weights learn from drawn paths, then candidates are scored with the weights as they are.
///
/// What a method is, its parts say: how paths are drawn, how weights are trained, how a candidate is scored, how the choice
/// among candidates moves. A step trains once, or scores one candidate. Given (space, data, recipe, seed) every number is
/// the same on every run, for any number of threads.
package struct OneShotSearch: SearchLoop {
  /// Costs are told apart in at most so many bins where candidates are drawn and moved within limits.
  static let costBins = 1 << 14

  package let space: Space
  let seed: UInt64
  /// What records tell of a network's cost, beside multiply-adds.
  private let measure: CostMeasure
  let tensors: (count: Int, parameters: Int)
  private let stages: any OneShotStages
  var training: any PathTraining
  var score: any CandidateScore
  /// Paths of a training step.
  private let paths: Int

  /// Of all stages but the present one.
  var finished: [ScoredHistory] = []
  var history = ScoredHistory()
  private(set) var stage: OneShotStage
  /// Steps of the stages before.
  private(set) var stepsBefore = 0
  /// Training steps of the stage, and of all stages.
  var trained = 0
  var trainedBefore = 0
  private var waiting: [Proposal] = []
  /// What an indicator's search is held against; nil: nothing is known.
  var optimum: IndicatorOptimum?

  /// - Throws: What the first stage throws.
  package init(
    _ space: Space, seed: UInt64, tensors: (count: Int, parameters: Int), stages: any OneShotStages,
    training: any PathTraining, score: any CandidateScore, paths: Int, measure: CostMeasure
  ) throws {
    self.space = space
    self.seed = seed
    self.tensors = tensors
    self.stages = stages
    self.training = training
    self.score = score
    self.paths = paths
    self.measure = measure
    guard let first = try stages.stage(0, after: []) else { preconditionFailure("a search has a stage") }
    stage = first
  }

  package var step: Int { stepsBefore + trained + history.count }
  package var totalSteps: Int { stepsBefore + stage.steps + stages.plannedSteps(from: finished.count + 1) }
  package var stepsPerEpoch: Int { training.stepsPerEpoch }
  package var isWarmingUp: Bool { trained < stage.trainingSteps }
  package var samples: Int {
    (trainedBefore + trained) * paths + finished.reduce(0) { $0 + $1.count } + history.count
  }
  /// Of a uniform draw among the candidates of the stage; it does not change.
  package var entropy: Double { stage.entropy }
  package var learnt: Distribution? { nil }
  package var isJoint: Bool { false }
  package var tensorCount: Int { tensors.count }
  package var parameterCount: Int { tensors.parameters }
  package var remarks: [String] { stage.remarks }
  package var documents: [RunDocument] { stage.documents }

  /// Every candidate that was scored, stage by stage.
  package var histories: [ScoredHistory] { finished + [history] }

  package mutating func advance() throws -> StepRecord {
    isWarmingUp ? try train() : try scoreNext()
  }

  private mutating func train() throws -> StepRecord {
    let global = trainedBefore + trained
    let draws = try (0..<paths).map { try stage.draws.path(step: global, number: $0) }
    let (losses, norm) = try training.train(draws, step: global, place: (trained, stage.trainingSteps))
    let costs = try draws.map { try measure.cost(of: $0, in: space) }
    let records = draws.indices.map { place in
      DrawRecord(
        choices: draws[place].choices, macs: costs[place].macs, measured: measure.measured(costs[place]),
        trainingLoss: losses[place], validationLoss: nil,
        weight: losses[place] == nil ? 0 : 1 / Double(losses.count { $0 != nil }), share: nil)
    }
    let record = StepRecord(
      step: step, epoch: global / stepsPerEpoch, entropy: entropy, isWarmUp: true, draws: records, gradientNorm: norm)
    score.weightsMoved()
    trained += 1
    try endStageWhenDue()
    return record
  }

  private mutating func scoreNext() throws -> StepRecord {
    if waiting.isEmpty { waiting = try stage.moves.proposals(after: history) }
    let proposal = waiting[0]
    let value = try score.value(of: proposal.architecture)
    let cost = try measure.cost(of: proposal.architecture, in: space)
    let draw = DrawRecord(
      choices: proposal.architecture.choices, macs: cost.macs, measured: measure.measured(cost), trainingLoss: nil,
      validationLoss: value.loss, weight: 0, share: nil)
    let candidate = CandidateRecord(
      stage: finished.count, generation: proposal.generation, origin: proposal.origin, score: value.score)
    let record = StepRecord(
      step: step, epoch: max(0, trainedBefore + trained - 1) / stepsPerEpoch, entropy: entropy, isWarmUp: false,
      draws: [draw], gradientNorm: 0, candidate: candidate)
    waiting.removeFirst()
    history.add(ScoredCandidate(proposal.architecture, value, origin: proposal.origin))
    try endStageWhenDue()
    return record
  }

  /// After the last candidate of a stage comes the next stage, if there is one.
  mutating func endStageWhenDue() throws {
    guard trained == stage.trainingSteps, history.count == stage.moves.count,
      let next = try stages.stage(finished.count + 1, after: finished + [history])
    else { return }
    stepsBefore += stage.steps
    trainedBefore += stage.trainingSteps
    finished.append(history)
    (trained, history, waiting) = (0, ScoredHistory(), [])
    stage = next
  }

  /// Of all tensors of the training, weights, gradients, arenas and batches: the most that was alive at once, in bytes.
  ///
  /// - Throws: `EngineError`.
  package func peakMemory(resetting: Bool = false) throws -> Int {
    try training.supernets.reduce(0) { try $0 + $1.context.memory(resettingPeak: resetting).peak }
  }

  /// What the score says of a network with the weights as they are; the search stays as it was.
  package mutating func scored(_ network: Architecture) throws -> Double { try score.value(of: network).score }

  /// How far an indicator's search is from its exact optimum.
  package func conclusion() throws -> [String] {
    guard let optimum, var indicator = score as? NormIndicator else { return [] }
    let found = try indicator.value(of: try choice().architecture).score
    return try optimum.remarks(on: found, try indicator.settled())
  }

  /// The best candidate of the last stage; every candidate is within the limits.
  package func choice() throws -> (architecture: Architecture, rank: Int) {
    guard let best = history.best(1, amongFirst: history.count, tie: tieBreak(seed: seed, stage: finished.count)).first
    else { preconditionFailure("a stage scores a candidate") }
    return (best.architecture, 0)
  }

  /// Puts the histories of a search of the same definition back: stages follow from them one by one.
  ///
  /// - Parameters:
  ///   - histories: Of each stage that was begun.
  ///   - last: Training steps of the last one; those before it are done.
  /// - Throws: `TensorFileError.unexpected` where they are of another search.
  mutating func resume(_ histories: [ScoredHistory], trained last: Int) throws {
    for (number, found) in histories.enumerated() {
      let isLast = number == histories.count - 1
      let steps = isLast ? last : stage.trainingSteps
      guard finished.count == number, steps <= stage.trainingSteps, found.count <= stage.moves.count,
        found.count == 0 || steps == stage.trainingSteps
      else { throw TensorFileError.unexpected("the stages of the search") }
      (trained, history) = (steps, found)
      if !isLast { try endStageWhenDue() }
    }
  }
}
