import Datasets
import Engine
package import SpaceIR
import SpacePlanner
package import Supernet

/// How the shared weights learn from the paths of a step.
package protocol PathTraining {
  /// Steps in one pass over the training images.
  var stepsPerEpoch: Int { get }
  /// Everything that has weights.
  var supernets: [Supernet] { get }

  /// One step.
  ///
  /// - Parameters:
  ///   - step: Counted from 0 over the whole search; the images follow from it.
  ///   - place: The step's place among those of its stage, whose schedule of rates it is.
  /// - Returns: The mean cross-entropy of each path in nats, and the norm of the gradient before clipping.
  /// - Throws: `EngineError`; everything is then as before the step.
  mutating func train(
    _ paths: [Architecture], step: Int, place: (number: Int, of: Int)
  ) throws -> (losses: [Double?], norm: Double)

  /// Everything that decides how the training goes on.
  func state() throws -> TensorFile
  /// - Throws: `TensorFileError.unexpected` where it is of another training; `EngineError`.
  mutating func restore(_ file: TensorFile) throws
}

/// The mean gradient of the paths moves the tensors that are trained, and of these only what is on a path: no decay and
/// no momentum moves the others (spos.md, section 1, point 4; bn-nas.md, pitfall 1).
///
/// A tensor of several widths counts as a whole: where a path uses its first channels only, momentum and decay act on all.
struct SharedWeightTraining: PathTraining {
  let supernet: Supernet
  private let recipe: SearchRecipe
  private let oneShot: OneShotRecipe
  private let images: BatchSource
  /// By tensor; nil: all are trained that the plan trains.
  private let isFrozen: [Bool]?

  /// - Parameter trained: The tensors that are trained; nil: all.
  /// - Throws: `EngineError`.
  init(
    _ supernet: Supernet, recipe: SearchRecipe, oneShot: OneShotRecipe, images: BatchSource, trained: [TensorID]?
  ) throws {
    self.supernet = supernet
    self.recipe = recipe
    self.oneShot = oneShot
    self.images = images
    guard let trained else {
      isFrozen = nil
      return
    }
    var isFrozen = [Bool](repeating: true, count: supernet.plan.tensors.count)
    for tensor in trained { isFrozen[tensor.index] = false }
    self.isFrozen = isFrozen
    try supernet.context.train(trained.map(\.index))
  }

  var stepsPerEpoch: Int { images.batchesPerEpoch }
  var supernets: [Supernet] { [supernet] }

  /// How a path is bound for a step.
  var binding: BindingOptions {
    BindingOptions(
      batch: recipe.batch, pass: .forwardAndBackward, labelSmoothing: oneShot.labelSmoothing, frozen: isFrozen)
  }

  mutating func train(
    _ paths: [Architecture], step: Int, place: (number: Int, of: Int)
  ) throws -> (losses: [Double?], norm: Double) {
    try images.write(step: step, to: 0, of: supernet)
    let paths = try DistinctPaths(paths, on: supernet, slot: 0, binding)
    let outcomes = try supernet.context.accumulate(paths.jobs, weighting: .uniform)
    let norm = try supernet.context.update(
      EngineUpdate(
        .sgd(momentum: recipe.momentum), rate: recipe.rate(oneShot, number: place.number, of: place.of),
        weightDecay: recipe.weightDecay, clipNorm: recipe.clipNorm))
    return (paths.perDraw(outcomes.map(\.loss)), norm)
  }

  func state() throws -> TensorFile { TensorFile(try supernet.savedState(.momentum)) }

  mutating func restore(_ file: TensorFile) throws { try supernet.restoreState(file) }
}

extension SearchRecipe {
  /// The rate of the shared weights in a step of a stage.
  func rate(_ oneShot: OneShotRecipe, number: Int, of count: Int) -> Double {
    switch oneShot.schedule {
    case .cosine: cosineRate(weightRate, step: number, of: count, warmUp: 0)
    case .linear: weightRate * (1 - Double(number) / Double(max(1, count)) * (1 - oneShot.endRate))
    }
  }
}
