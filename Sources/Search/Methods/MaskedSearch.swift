package import Datasets
package import Distributions
package import Engine
import SpaceAnalysis
package import SpaceIR
import SpacePlanner
import Supernet

/// FBNetV2's search (DMaskingNAS, Wan et al. 2020, arXiv 2004.05565; fbnetv2.md, sections 2 and 3): all networks run at
/// once through masks and weighted alternatives, and the weights of these are learnt by their gradient.
///
/// In each epoch the shared weights are trained on four fifths of the images, then, after the warm-up, the logits of the
/// decisions on the rest. Every step draws its own Gumbel noise, one number for each option, which the loss and the cost
/// share. The answer is the most probable option of every decision.
///
/// Deviations: a batch is cut into as many parts as there are lanes, and batch norm sees a part; the answer is the most
/// probable one within the target, as that of `ProbabilisticSearch`. Given (space, data, recipe, seed) every number is
/// the same on every run, for any number of threads.
package struct MaskedSearch: SearchLoop {
  package let space: Space
  package let recipe: SearchRecipe
  package let seed: UInt64
  /// One categorical a decision.
  package internal(set) var distribution: Distribution
  package internal(set) var step = 0
  let supernet: Supernet
  let mixture: Mixture
  let settings: MixtureRecipe
  private let schedule: MaskedSchedule
  /// By the recipe's measure, and multiply-adds where that is another one.
  private let cost: MixtureCost
  private let macs: MixtureCost?
  private let weightImages: BatchSource
  private let logitImages: BatchSource
  /// Parts of a batch, one job each.
  private let parts: Int
  private let programs: (weights: EngineProgram, logits: EngineProgram)
  var optimiser: Adam
  /// What the engine trains now; nil: what it was told is not known.
  var trained: Trained?

  enum Trained: Hashable {
    case weights
    case masks
  }

  /// - Throws: `SearchError` for data or a recipe that do not fit; `PlanError` where the networks of the space cannot run
  ///   at once; `EngineError`.
  package init(
    _ space: Space, splits: DatasetSplits, recipe: SearchRecipe, seed: UInt64, library: EngineLibrary, threads: Int
  ) throws {
    if let complaint = recipe.complaint { throw SearchError.badRecipe(complaint) }
    let settings = recipe.mixture ?? MixtureRecipe(epochs: recipe.epochs)
    let dealt = splits.dealt(share: settings.share)
    try requireBatch(of: recipe.batch, in: [("weights'", dealt.weights), ("architectures'", dealt.architectures)])
    try requireFit(space, splits)
    self.space = space
    self.recipe = recipe
    self.settings = settings
    self.seed = seed
    distribution = Distribution(uniform: .factorised(for: space))
    optimiser = Self.optimiser(for: distribution.plan, settings)
    mixture = try Mixture(SupernetPlan(for: space))
    cost = try MixtureCost(recipe.measure, settings.cost, of: mixture.plan)
    macs = recipe.measure == .macs ? nil : try MixtureCost(.macs, settings.cost, of: mixture.plan)
    let parts = (1...recipe.lanes).last { recipe.batch % $0 == 0 && recipe.batch / $0 >= 2 } ?? 1
    self.parts = parts
    supernet = try Supernet(
      mixture.plan, library: library,
      options: EngineOptions(lanes: parts, parallelism: .lanes(threads: threads)))
    try supernet.initialise(normals(seed: seed))
    programs = (
      weights: try Self.program(of: mixture, batch: recipe.batch / parts, trainsMasks: false),
      logits: try Self.program(of: mixture, batch: recipe.batch / parts, trainsMasks: true)
    )
    weightImages = BatchSource(
      dealt.weights, batch: recipe.batch, seed: derivedSeed(.trainingOrder, seed: seed))
    logitImages = BatchSource(
      dealt.architectures, batch: recipe.batch, seed: derivedSeed(.validationOrder, seed: seed))
    schedule = MaskedSchedule(
      epochs: recipe.epochs, warmUpEpochs: recipe.warmUpEpochs, weightBatches: weightImages.batchesPerEpoch,
      logitBatches: logitImages.batchesPerEpoch)
  }

  /// PyTorch's Adam, which FBNet's code takes: its decays, and weight decay as a part of the gradient.
  static func optimiser(for plan: DistributionPlan, _ settings: MixtureRecipe) -> Adam {
    Adam(for: plan, learningRate: settings.rate, firstDecay: 0.9)
  }

  private static func program(of mixture: Mixture, batch: Int, trainsMasks: Bool) throws -> EngineProgram {
    let options = BindingOptions(batch: batch, pass: .forwardAndBackward, trainsMasks: trainsMasks)
    return EngineProgram(try mixture.bind(options))
  }

  package var samples: Int { step }
  package var totalSteps: Int { schedule.totalSteps }
  /// Of an epoch after the warm-up.
  package var stepsPerEpoch: Int { weightImages.batchesPerEpoch + logitImages.batchesPerEpoch }
  package var isWarmingUp: Bool { step < totalSteps && schedule.place(of: step).isWarmUp }
  package var entropy: Double { distribution.entropy }
  package var learnt: Distribution? { distribution }
  package var isJoint: Bool { false }
  package var tensorCount: Int { mixture.plan.tensors.count - 1 }
  package var parameterCount: Int { mixture.plan.parameterCount }

  /// Bytes of tensors, all lanes.
  package func memory() throws -> EngineMemory { try supernet.context.memory() }

  /// T of an epoch, counted from 0.
  package func temperature(epoch: Int) -> Double { settings.temperature(epoch: epoch) }

  package mutating func advance() throws -> StepRecord {
    let place = schedule.place(of: step)
    let entropy = distribution.entropy
    let relaxed = relaxed(epoch: place.epoch)
    let probabilities = mixture.variables.probabilities(relaxed.weights)
    let masks = mixture.maskValues(probabilities)
    try supernet.context.write(masks, of: mixture.maskTensor.index)
    let expected = cost.value(distribution.probabilities).cost
    let multiplyAdds = macs?.value(distribution.probabilities).cost
    let loss: Double
    var norm = 0.0
    let trainsWeights: Bool
    switch place.part {
    case .weights(let batch):
      (loss, norm) = try trainWeights(batch)
      trainsWeights = true
    case .logits(let batch):
      loss = try trainLogits(batch, relaxed, probabilities)
      trainsWeights = false
    }
    let draw = DrawRecord(
      choices: distribution.mode().choices, macs: Int((multiplyAdds ?? expected).rounded()),
      measured: multiplyAdds == nil ? nil : Int(expected.rounded()), trainingLoss: trainsWeights ? loss : nil,
      validationLoss: trainsWeights ? nil : loss, weight: 1, share: nil)
    defer { step += 1 }
    return StepRecord(
      step: step, epoch: place.epoch, entropy: entropy, isWarmUp: place.isWarmUp, draws: [draw], gradientNorm: norm)
  }

  /// The weights of all options for the next step: their noise follows from seed and step.
  private func relaxed(epoch: Int) -> GumbelSoftmax {
    var generator = SplitRandom(.architectures, seed: seed, UInt64(step))
    return GumbelSoftmax(
      logits: distribution.logits, noise: GumbelSoftmax.noise(like: distribution.logits, using: &generator),
      temperature: temperature(epoch: epoch))
  }

  /// Mean over decisions of the largest weight in the next step: 1 where all are one-hot.
  package var sharpness: Double {
    relaxed(epoch: schedule.place(of: min(step, totalSteps - 1)).epoch).sharpness
  }

  private mutating func train(_ wanted: Trained) throws {
    guard trained != wanted else { return }
    switch wanted {
    case .weights:
      try supernet.context.train(mixture.plan.tensors.indices.filter { mixture.plan.tensors[$0].isTrained })
    case .masks: try supernet.context.train([mixture.maskTensor.index])
    }
    trained = wanted
  }

  /// Forward and backward pass of a batch; the mean cross-entropy.
  private func accumulate(_ images: BatchSource, _ batch: Int, _ program: EngineProgram) throws -> Double {
    try images.write(step: batch, inParts: parts, from: 0, of: supernet)
    let jobs = (0..<parts).map { EngineJob(program: program, batch: $0) }
    let outcomes = try supernet.context.accumulate(jobs, weighting: .uniform)
    return outcomes.reduce(0) { $0 + $1.loss } / Double(parts)
  }

  private mutating func trainWeights(_ batch: Int) throws -> (loss: Double, norm: Double) {
    try train(.weights)
    let loss = try accumulate(weightImages, batch, programs.weights)
    let total = schedule.totalWeightSteps
    let rate = cosineRate(
      recipe.weightRate, step: batch, of: total, warmUp: min(weightImages.batchesPerEpoch, total / 10))
    let norm = try supernet.context.update(
      EngineUpdate(
        .sgd(momentum: recipe.momentum), rate: rate, weightDecay: recipe.weightDecay, clipNorm: recipe.clipNorm))
    return (loss, norm)
  }

  /// One step of Adam on the logits, with the weights frozen and the noise of the forward pass.
  private mutating func trainLogits(
    _ batch: Int, _ relaxed: GumbelSoftmax, _ probabilities: [[Double]]
  ) throws -> Double {
    try train(.masks)
    let loss = try accumulate(logitImages, batch, programs.logits)
    let masks = try supernet.context.read(.gradient, of: mixture.maskTensor.index, as: Double.self)
    let slopes = mixture.variables.gradient(
      mixture.slopes(ofMasks: masks), weights: relaxed.weights, probabilities: probabilities)
    let (amount, costSlopes) = cost.value(relaxed.weights)
    let combined = settings.combined(
      crossEntropy: loss, cost: amount, target: recipe.target.map(Double.init))
    let gradient = relaxed.gradient(
      zip(slopes, costSlopes).map { zip($0, $1).map { combined.perCrossEntropy * $0 + combined.perCost * $1 } })
    guard gradient.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw EngineError(.notFinite, "the gradient of the logits in step \(step) is not finite")
    }
    let downhill = zip(gradient, distribution.logits).map { zip($0, $1).map { -$0 - settings.decay * $1 } }
    optimiser.ascend(&distribution.logits, along: downhill)
    return loss
  }

  package func choice() throws -> (architecture: Architecture, rank: Int) {
    try distribution.answer(in: space, recipe)
  }
}

extension MixtureRecipe {
  /// T of an epoch, counted from 0.
  package func temperature(epoch: Int) -> Double {
    GumbelSoftmax.temperature(first: temperature, rate: annealing, epochs: Double(epoch + 1))
  }
}
