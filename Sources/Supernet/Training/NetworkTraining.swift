package import Datasets
import Engine
import SpaceIR
import SpacePlanner

/// One network between its first values and its last, step by step.
///
/// Given the network's first values, the images, the recipe, the seed and the teacher, every number is the same on every
/// run, for any number of threads, and whether it is taken up again or not.
package final class NetworkTraining {
  package let network: Supernet
  package let recipe: TrainingRecipe
  package let stepsPerEpoch: Int
  package let totalSteps: Int
  /// Steps done.
  package private(set) var step = 0
  /// Sums over the steps of the epoch that was begun.
  private var losses = 0.0
  private var hits = 0

  private let images: any ImageStore
  private let loading: ImageLoading
  private let seed: UInt64
  private let teacher: Teacher?
  private let program: EngineProgram
  private let branches: [BranchInput]
  private let schedule: RateSchedule
  private let mixup: Mixup?
  private var pipeline: BatchPipeline?

  /// - Parameters:
  ///   - network: Of a space without decisions, on a context with as many lanes as the recipe has.
  ///   - images: What gradients come from.
  ///   - start: Where a training of the same arguments was saved; nil: it begins.
  /// - Precondition: The recipe has no complaint; the images fill a batch.
  package init(
    _ network: Supernet, on images: any ImageStore, recipe: TrainingRecipe, seed: UInt64, teacher: Teacher? = nil,
    loading: ImageLoading = ImageLoading(), from start: TensorFile? = nil
  ) throws {
    self.network = network
    self.images = images
    self.recipe = recipe
    self.seed = seed
    self.teacher = teacher
    self.loading = loading
    let options = BindingOptions(
      batch: recipe.batch / recipe.laneCount, pass: .forwardAndBackward, labelSmoothing: recipe.labelSmoothing,
      elementBytes: network.context.options.elementType.byteCount, dropsBranches: recipe.branchDrop != nil)
    let bound = try network.plan.bind(Architecture(choices: []), options)
    program = EngineProgram(bound)
    branches = bound.branches
    schedule = recipe.schedule ?? .cosine
    mixup = recipe.mixup.map { Mixup(alpha: $0) }
    stepsPerEpoch = images.count / recipe.batch
    totalSteps = recipe.epochs * stepsPerEpoch
    if let start { try restore(start) }
  }

  package var isFinished: Bool { step == totalSteps }
  /// Epochs done.
  package var epoch: Int { step / max(1, stepsPerEpoch) }
  package var hasAverage: Bool { recipe.averageDecay != nil }
  /// How many residual branches stochastic depth can leave out; 0 where it is off.
  package var branchCount: Int { branches.count }

  /// Mean cross-entropy over the batches of the epoch that was begun, or has just ended; nats.
  package var epochLoss: Double { losses / Double(max(1, stepsInEpoch)) }
  /// Share of the images of these batches whose class was right. Of mixed images the first one's class counts.
  package var epochAccuracy: Double { Double(hits) / Double(max(1, stepsInEpoch * recipe.batch)) }
  private var stepsInEpoch: Int { step == 0 ? 0 : (step - 1) % stepsPerEpoch + 1 }

  /// Seconds in which steps of this process have waited for images.
  package var waitedSeconds: Double { pipeline?.waitedSeconds ?? 0 }

  /// The rate of a step, counted from 0.
  package func rate(of step: Int) -> Double {
    schedule.rate(
      recipe.rate, step: step, of: totalSteps, perEpoch: stepsPerEpoch, warmUp: min(recipe.warmUpSteps, totalSteps / 4))
  }

  /// One more step.
  ///
  /// - Throws: `EngineError`; `BrokenImage`.
  package func advance() throws {
    if step % stepsPerEpoch == 0 { (losses, hits) = (0, 0) }
    try batches().withNext { try write($0) }
    let jobs = (0..<recipe.laneCount).map { EngineJob(program: program, batch: $0) }
    let outcomes = try network.context.accumulate(jobs, weighting: .uniform)
    _ = try network.context.update(update())
    losses += outcomes.reduce(0) { $0 + $1.loss } / Double(outcomes.count)
    hits += outcomes.reduce(0) { $0 + $1.correct }
    step += 1
  }

  /// Made when the first step is due, so that it begins where the training does.
  private func batches() -> BatchPipeline {
    if let pipeline { return pipeline }
    let sequence = BatchSequence(
      images, batch: recipe.batch, augmentation: recipe.augmentation, order: .shuffled(seed: seed))
    let made = loading.pipeline(sequence, steps: step..<totalSteps)
    pipeline = made
    return made
  }

  private func update() -> EngineUpdate {
    let optimiser: EngineUpdate.Optimiser =
      recipe.rmsProp.map { .rmsProp(decay: $0.decay, momentum: recipe.momentum, epsilon: $0.epsilon) }
      ?? .sgd(momentum: recipe.momentum)
    return EngineUpdate(
      optimiser, rate: rate(of: step), weightDecay: recipe.weightDecay, clipNorm: recipe.clipNorm,
      averageDecay: recipe.averageDecay)
  }

  // MARK: Batches

  private func write(_ batch: ReadyBatch) throws {
    let classes = images.identity.classNames.count
    let shares = mixup?.mix(batch.images, labels: batch.labels, classes: classes, seed: seed, step: step)
    let taught = try teacher?.logits(of: batch)
    let count = recipe.batch / recipe.laneCount
    let factors = branches.indices.map { branch in
      StochasticDepth(rate: recipe.branchDrop ?? 0)
        .factors(branch: branch, of: branches.count, images: recipe.batch, seed: seed, step: step)
    }
    for lane in 0..<recipe.laneCount {
      let own = lane * count..<(lane + 1) * count
      let rows = own.lowerBound * classes..<own.upperBound * classes
      try network.write(batch, own, of: images.shape, to: lane)
      if shares != nil || taught != nil {
        let teaching = recipe.teaching ?? .init()
        let targets = EngineTargets(
          rows: count, classes: classes, shares: shares.map { Array($0[rows]) },
          teacher: taught.map {
            .init(logits: Array($0[rows]), share: teaching.share, temperature: teaching.temperature)
          })
        try network.context.writeTargets(targets, to: lane)
      }
      for (branch, factors) in zip(branches, factors) {
        let values = factors[own].flatMap { [Float](repeating: $0, count: branch.channels) }
        try network.context.writeInput(
          branch.input, of: lane, values: values, shape: .init(n: count, c: branch.channels))
      }
    }
  }

  // MARK: Saving

  /// What the initialiser takes as `start`.
  package func state() throws -> TensorFile {
    var file = TensorFile(
      [
        TensorFile.Tensor("losses", [1], .float64([losses])), TensorFile.Tensor("hits", [1], .float64([Double(hits)])),
      ], texts: ["steps": String(step)])
    file.append(
      contentsOf: try network.savedState(KeptPlanes(average: hasAverage, square: recipe.rmsProp != nil)))
    return file
  }

  private func restore(_ file: TensorFile) throws {
    guard let done = file.texts["steps"].flatMap(Int.init), (0...totalSteps).contains(done),
      case .float64(let losses)? = file["losses"], losses.count == 1
    else { throw TensorFileError.unexpected("how far the training was") }
    try network.restoreState(file)
    step = done
    self.losses = losses[0]
    if case .float64(let hits)? = file["hits"], let first = hits.first { self.hits = Int(first) }
  }
}
