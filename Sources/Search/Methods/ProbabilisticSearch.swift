package import Datasets
package import Distributions
package import Engine
import SpaceAnalysis
package import SpaceIR
import SpacePlanner
import Supernet

/// What one step of a search did.
package struct StepRecord: Hashable, Sendable, Codable {
  package let step: Int
  package let epoch: Int
  /// Of the distribution before the step, nats.
  package let entropy: Double
  package let isWarmUp: Bool
  /// One entry for each draw, in order.
  package let draws: [DrawRecord]
  /// L2 norm of the weights' gradient before clipping.
  package let gradientNorm: Double
  /// Of a step that scores a candidate, which is then its one draw.
  package var candidate: CandidateRecord?
}

/// What a step that scores a candidate did beside what any step does.
package struct CandidateRecord: Hashable, Sendable, Codable {
  /// Counted from 0, both.
  package let stage: Int
  package let generation: Int
  package let origin: Proposal.Origin
  /// Greater is better; what it measures, the method's score says.
  package let score: Double
}

package struct DrawRecord: Hashable, Sendable, Codable {
  package let choices: [Int?]
  package let macs: Int
  /// What else the recipe measures costs by; nil: multiply-adds.
  package let measured: Int?
  /// Mean cross-entropy on the training batch, nats; nil in a step that trains no weights.
  package let trainingLoss: Double?
  /// Mean cross-entropy on the validation batch, nats; nil in the warm-up.
  package let validationLoss: Double?
  /// wₖ of the weights' gradient.
  package let weight: Double
  /// mₖ of equation (4); nil in the warm-up.
  package let share: Double?
}

extension DrawRecord {
  /// By the recipe's measure.
  package var cost: Int { measured ?? macs }
}

/// A search stops with one of these; the run directory keeps what was there.
package enum SearchError: Error, Hashable, Sendable {
  case badRecipe(String)
  /// A requirement ties decisions, and paths are to differ in all of them.
  case tiedPaths(String)
  /// The data's images are not what the space was compiled for.
  case wrongImages(space: String, data: String)
  case tooFewImages(part: String, count: Int, batch: Int)
  case wrongClasses(space: Int, data: Int)
  /// A data set is images with a class each.
  case notImagesToClasses(what: String)
  /// A loss or a gradient is no longer a number.
  case notFinite(steps: Int, reason: String)
  /// The same in the training of one network.
  case trainingNotFinite(steps: Int, reason: String)
}

extension SearchError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .badRecipe(let complaint): "the recipe cannot be used: \(complaint)"
    case .tiedPaths(let requirement):
      """
      'pi-nas' and 'oneshot.draws: crossed' train by two paths that differ in every decision, and '\(requirement)' of the \
      space ties some: both paths need not meet it
      help: take another method, such as 'spos', or a space without the requirement; budgets ('macs <= 10M') may stay
      """
    case .wrongImages(let space, let data):
      """
      the space takes images of \(space), the data has \(data); add that shape to 'input' in the space, or use other data
      help: '--input \(data.filter { $0 != " " })' takes the space for it as it is; built in are \
      \(DatasetSource.builtIn.map { "'\($0.source)' of \($0.shape)" }.joined(separator: " and "))
      """
    case .tooFewImages(let part, let count, let batch):
      // The batch is part of the method, so the one remedy is more images.
      """
      the \(part) part has \(count) images, fewer than a batch of \(batch)
      help: raise or leave out --limit, or use other data
      """
    case .wrongClasses(let space, let data):
      "the space has \(space) classes, the data \(data); set 'output: {classes: \(data)}' in the space"
    case .notImagesToClasses(let what):
      "the space has \(what), but the data are images with one class each; search a space that classifies one image"
    case .notFinite(let steps, let reason):
      """
      the search cannot go on after \(steps) steps: \(reason)
      help: what was written before is kept. The same numbers would come again, so do not resume: search again into \
      another folder with a smaller 'weights.rate' or a 'weights.clip' in its recipe
      """
    case .trainingNotFinite(let steps, let reason):
      """
      the training cannot go on after \(steps) steps: \(reason)
      help: what was written before is kept. The same numbers would come again, so do not resume: train again into \
      another folder with a smaller 'training.rate' or a 'training.clip' in its recipe
      """
    }
  }
}

/// The loop that FP-NAS and PARSEC share: draw, train the weights on one half, move the distribution by the other.
///
/// fp-nas.md, section 7. Given (space, data, recipe, seed) every number is the same on every run, for any number of
/// threads.
package struct ProbabilisticSearch {
  package let space: Space
  package let recipe: SearchRecipe
  package let seed: UInt64
  package internal(set) var distribution: Distribution
  /// Architectures drawn so far, the warm-up's among them.
  package internal(set) var samples = 0
  package internal(set) var step = 0
  package let stepsPerEpoch: Int

  let supernet: Supernet
  /// Of the joint form; never used by a search that stays factorised.
  let joint: DistributionPlan
  let training: BatchSource
  let validation: BatchSource
  var optimiser: Adam
  /// Whether the form is the joint one by now.
  package var isJoint: Bool
  /// Nil: every network of the space may be drawn.
  var legal: LegalDraws?

  /// - Parameter start: What the distribution starts from, with its softening; nil: the uniform one.
  /// - Throws: `SearchError` for data or a recipe that do not fit; `DistributionPlanError`; `TransferError`; `EngineError`.
  package init(
    _ space: Space, splits: DatasetSplits, recipe: SearchRecipe, seed: UInt64, library: EngineLibrary, threads: Int,
    start: (from: DistributionStart, softening: Double)? = nil
  ) throws {
    if let complaint = recipe.complaint { throw SearchError.badRecipe(complaint) }
    try requireBatch(of: recipe.batch, in: [("training", splits.train), ("validation", splits.validation)])
    try requireFit(space, splits)
    self.space = space
    self.recipe = recipe
    self.seed = seed
    let factorised = DistributionPlan.factorised(for: space)
    joint = recipe.form == .factorised ? factorised : try DistributionPlan.joint(for: space)
    let uniform = Distribution(uniform: recipe.form == .joint ? joint : factorised)
    (distribution, isJoint) =
      try start?.from.begin(space, form: recipe.form, joint: joint, softening: start?.softening ?? 1)
      ?? (uniform, recipe.form == .joint)
    optimiser = Adam(for: distribution.plan, learningRate: isJoint ? recipe.jointRate : recipe.factorisedRate)
    legal = recipe.limitsDraws(of: space) ? try LegalDraws(space, within: recipe.budget, distribution) : nil
    supernet = try Supernet(
      SupernetPlan(for: space), library: library,
      options: EngineOptions(lanes: recipe.lanes, parallelism: .lanes(threads: threads)))
    try supernet.initialise(normals(seed: seed))
    training = BatchSource(splits.train, batch: recipe.batch, seed: derivedSeed(.trainingOrder, seed: seed))
    validation = BatchSource(
      splits.validation, batch: recipe.batch, seed: derivedSeed(.validationOrder, seed: seed))
    stepsPerEpoch = training.batchesPerEpoch
  }

  package var totalSteps: Int { steps(recipe.epochs) }
  package var epoch: Int { step / stepsPerEpoch }

  private func steps(_ epochs: Double) -> Int { max(1, Int((epochs * Double(stepsPerEpoch)).rounded())) }
  package var tensorCount: Int { supernet.plan.tensors.count }
  /// Trained numbers of the supernet.
  package var parameterCount: Int { supernet.plan.parameterCount }

  /// Whether the next step belongs to the warm-up.
  package var isWarmingUp: Bool { step < warmUpSteps }
  var warmUpSteps: Int { recipe.warmUpEpochs > 0 ? steps(recipe.warmUpEpochs) : 0 }

  /// Bytes of tensors, all lanes.
  package func memory() throws -> EngineMemory { try supernet.context.memory() }

  /// The number of draws of the next step.
  package var nextSampleCount: Int {
    if isWarmingUp { return recipe.warmUpSamples }
    switch recipe.samples {
    case .adaptive(let lambda):
      return SampleSchedule.adaptive(lambda: lambda, minimum: 2).draws(entropy: entropy)
    case .fixed(let count): return count
    }
  }

  /// One step.
  ///
  /// - Throws: `EngineError`, among others when a loss is no longer a number; the distribution is then as before the step.
  package mutating func advance() throws -> StepRecord {
    try switchFormWhenDue()
    let isWarmUp = isWarmingUp
    let entropy = entropy
    let count = nextSampleCount
    let draws = draws(count)
    let (trained, norm) = try trainWeights(draws)
    let moved = isWarmUp ? nil : try moveDistribution(draws)
    let costs = try draws.map { try recipe.cost(of: $0, in: space) }
    let records = draws.indices.map { index in
      DrawRecord(
        choices: draws[index].choices, macs: costs[index].macs, measured: recipe.measured(costs[index]),
        trainingLoss: trained.losses[index],
        validationLoss: moved?.losses[index], weight: trained.weights[index], share: moved?.shares[index])
    }
    defer {
      step += 1
      samples += count
    }
    return StepRecord(
      step: step, epoch: epoch, entropy: entropy, isWarmUp: isWarmUp, draws: records, gradientNorm: norm)
  }

  private func draws(_ count: Int) -> [Architecture] {
    func generator(_ number: Int) -> SplitRandom {
      SplitRandom(.architectures, seed: seed, UInt64(step), UInt64(number))
    }
    guard let legal else { return distribution.draws(count, generator: generator) }
    return (0..<count).map { number in
      var generator = generator(number)
      return legal.networks.draw(using: &generator)
    }
  }

  /// Of a draw, nats.
  package var entropy: Double { legal?.entropy ?? distribution.entropy }

  /// The most probable architecture, among those that may be drawn.
  package var mode: Architecture { legal?.networks.mode ?? distribution.mode() }

  /// What the search answers: the most probable architecture that meets the target, with its rank.
  ///
  /// The paper takes the most probable one. The hinge only makes networks above the target improbable, so the mode can
  /// still be above it, and who names a target wants a network that meets it. Deviation: those above the target are
  /// passed over. Rank 0 is the paper's answer; it is also given when none of the first 100,000 meets the target.
  package func choice() throws -> (architecture: Architecture, rank: Int) {
    try distribution.answer(in: space, recipe)
  }

  /// At epoch θ the factorised distribution becomes the joint one with the same probabilities (equation 7); Adam's
  /// moments have another shape and start anew.
  private mutating func switchFormWhenDue() throws {
    // Not `steps`, which is at least 1: with theta 0 the search is joint from its first step.
    guard !isJoint, case .mixed(let theta) = recipe.form, step == Int((theta * Double(stepsPerEpoch)).rounded()) else {
      return
    }
    distribution = distribution.joined(for: space, into: joint)
    optimiser = Adam(for: joint, learningRate: recipe.jointRate)
    isJoint = true
    try legal?.regroup(distribution)
  }

  /// Equation (5): one backward pass a draw, weighted by likelihood share, one gradient buffer a lane.
  private func trainWeights(
    _ draws: [Architecture]
  ) throws -> (draws: (losses: [Double], weights: [Double]), norm: Double) {
    try training.write(step: step, to: 0, of: supernet)
    let paths = try DistinctPaths(draws, on: supernet, batch: recipe.batch, slot: 0, pass: .forwardAndBackward)
    let weighting: EngineWeighting =
      switch isWarmingUp ? recipe.warmUpWeightGradient : recipe.weightGradient {
      case .importance: .importance(scale: recipe.likelihoodScale)
      case .uniform: .uniform
      }
    let outcomes = try supernet.context.accumulate(paths.jobs, weighting: weighting)
    let rate = cosineRate(recipe.weightRate, step: step, of: totalSteps, warmUp: min(stepsPerEpoch, totalSteps / 10))
    let norm = try supernet.context.update(
      EngineUpdate(
        .sgd(momentum: recipe.momentum), rate: rate, weightDecay: recipe.weightDecay, clipNorm: recipe.clipNorm))
    return ((paths.perDraw(outcomes.map(\.loss)), paths.weights(outcomes)), norm)
  }

  /// Equations (3) and (4), with the weights as the step just left them.
  private mutating func moveDistribution(_ draws: [Architecture]) throws -> (losses: [Double], shares: [Double]) {
    try validation.write(step: step, to: 1, of: supernet)
    let paths = try DistinctPaths(draws, on: supernet, batch: recipe.batch, slot: 1, pass: .forward)
    let losses = paths.perDraw(try supernet.context.evaluate(paths.jobs, statistics: .batch).map(\.loss))
    // A draw that failed has share 0; when all did, equal shares would move the distribution by noise alone.
    guard losses.contains(where: \.isFinite) else {
      throw EngineError(.notFinite, "no draw of step \(step) has a finite loss on its validation batch")
    }
    let likelihoods = losses.map {
      $0.isFinite
        ? logLikelihood(meanCrossEntropy: $0, images: recipe.batch, scale: recipe.likelihoodScale) : -Double.infinity
    }
    let costs = try draws.map { draw in
      guard let target = recipe.target else { return 0.0 }
      return hingeCost(Double(try space.cost(of: draw, by: recipe.measure)), target: Double(target))
    }
    let shares = architectureShares(
      logLikelihoods: likelihoods, costs: costs, beta: recipe.beta, baseline: recipe.baseline)
    var gradient = distribution.plan.zeros
    if let legal {
      legal.addGradient(of: draws, weights: shares, plan: distribution.plan, into: &gradient)
    } else {
      distribution.addGradient(of: draws, weights: shares, into: &gradient)
    }
    optimiser.ascend(&distribution.logits, along: gradient)
    try legal?.follow(distribution)
    return (losses, shares)
  }
}

extension Distribution {
  /// The most probable architecture that a recipe allows, with its rank; see `ProbabilisticSearch.choice`.
  ///
  /// Under requirements or a band it is the most probable one of those that may be drawn, and within the target where
  /// one of them is; its rank is 0.
  func answer(in space: Space, _ recipe: SearchRecipe) throws -> (architecture: Architecture, rank: Int) {
    guard !recipe.limitsDraws(of: space) else {
      do {
        return (try LegalDraws(space, within: recipe.limit, self).networks.mode, 0)
      } catch is MemberSetError where recipe.band == nil {
        return (try LegalDraws(space, within: nil, self).networks.mode, 0)
      }
    }
    guard let target = recipe.target else { return (mode(), 0) }
    let found = try mostProbable(limit: 100_000) { try space.cost(of: $0, by: recipe.measure) <= target }
    return found.map { ($0.architecture, $0.rank) } ?? (mode(), 0)
  }
}

/// Each part has the images of a step.
func requireBatch(of batch: Int, in parts: [(name: String, images: ImageSet)]) throws(SearchError) {
  for (part, images) in parts where images.count < batch {
    throw .tooFewImages(part: part, count: images.count, batch: batch)
  }
}

/// The space was compiled for the data's image shape and classes.
func requireFit(_ space: Space, _ splits: DatasetSplits) throws(SearchError) {
  try requireFit(space, to: splits.train)
}

func requireFit(_ space: Space, to images: any ImageStore) throws(SearchError) {
  if !space.otherInputs.isEmpty { throw .notImagesToClasses(what: "several inputs") }
  if !space.otherOutputs.isEmpty { throw .notImagesToClasses(what: "several outputs") }
  if space.output.height != 1 || space.output.width != 1 {
    throw .notImagesToClasses(what: "an output of \(space.output.height) x \(space.output.width) pixels")
  }
  let shape = images.shape
  let data = ImageShape(channels: shape.channels, height: shape.height, width: shape.width)
  guard space.input == data else { throw .wrongImages(space: space.input.words, data: data.words) }
  let classes = images.identity.classNames.count
  guard space.classes == classes else { throw .wrongClasses(space: space.classes, data: classes) }
}

extension ImageShape {
  /// `3 x 32 x 32`.
  package var words: String { "\(channels) x \(height) x \(width)" }
}
