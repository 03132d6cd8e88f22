package import Datasets
import Engine
package import SpaceIR
import SpacePlanner

/// How a single network is trained from scratch.
///
/// SGD with momentum, cosine schedule, label smoothing and an average of the weights: the small-scale recipe of
/// fp-nas.md, section 9.
package struct TrainingRecipe: Hashable, Sendable, Codable {
  package var epochs: Int
  package var batch: Int
  /// First value of the cosine schedule (Loshchilov and Hutter 2017, arXiv 1608.03983, eq. 5 without restarts).
  package var rate: Double
  package var momentum: Double
  package var weightDecay: Double
  package var labelSmoothing: Double
  /// Steps over which the rate rises from 0.
  package var warmUpSteps: Int
  /// Bound on the L2 norm of the gradient; nil: none.
  package var clipNorm: Double?
  /// Decay of the weight average that is tested; nil: the last weights are tested.
  package var averageDecay: Double?
  /// Left-right flips and shifts by up to this many pixels; nil: none.
  package var shift: Int?

  package init(
    epochs: Int, batch: Int = 64, rate: Double = 0.1, momentum: Double = 0.9, weightDecay: Double = 1e-4,
    labelSmoothing: Double = 0.1, warmUpSteps: Int = 30, clipNorm: Double? = 5, averageDecay: Double? = nil,
    shift: Int? = nil
  ) {
    self.epochs = epochs
    self.batch = batch
    self.rate = rate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.labelSmoothing = labelSmoothing
    self.warmUpSteps = warmUpSteps
    self.clipNorm = clipNorm
    self.averageDecay = averageDecay
    self.shift = shift
  }
}

/// What came out of a training.
package struct TrainingResult: Hashable, Sendable, Codable {
  /// Share of the test images whose class was right.
  package var accuracy: Double
  /// Mean cross-entropy on the test images, nats.
  package var testLoss: Double
  /// Mean cross-entropy over the last epoch's training batches, nats.
  package var trainingLoss: Double
  package var images: Int

  package init(accuracy: Double, testLoss: Double, trainingLoss: Double, images: Int) {
    self.accuracy = accuracy
    self.testLoss = testLoss
    self.trainingLoss = trainingLoss
    self.images = images
  }
}

/// Cosine from `rate` to 0 over `steps`, after a linear rise.
package func cosineRate(_ rate: Double, step: Int, of steps: Int, warmUp: Int) -> Double {
  if step < warmUp { return rate * Double(step + 1) / Double(warmUp) }
  let progress = Double(step - warmUp) / Double(max(1, steps - warmUp))
  return rate * 0.5 * (1 + cosine(.pi * progress))
}

extension Supernet {
  /// Trains the network of a space without decisions, recalibrates its batch norm, and tests it.
  ///
  /// - Parameters:
  ///   - training: The images that gradients come from.
  ///   - test: Seen once, after the last step.
  ///   - start: Where a training of the same arguments was saved; nil: it begins.
  ///   - save: Called after each step with what makes the file that `start` takes.
  ///   - progress: Called after each epoch with the number of epochs done.
  package func train(
    on training: ImageSet, test: ImageSet, recipe: TrainingRecipe, seed: UInt64, from start: TensorFile? = nil,
    save: (_ steps: Int, _ state: () throws -> TensorFile) throws -> Void = { _, _ in },
    progress: (Int) throws -> Void
  ) throws -> TrainingResult {
    let augmentation = recipe.shift.map {
      Augmentation(flipsHorizontally: true, crop: Augmentation.Crop(padding: $0))
    }
    let source = BatchSource(training, batch: recipe.batch, augmentation: augmentation ?? .none, seed: seed)
    let network = Architecture(choices: [])
    let program = try program(
      for: network, batch: recipe.batch, pass: .forwardAndBackward, labelSmoothing: recipe.labelSmoothing)
    let steps = recipe.epochs * source.batchesPerEpoch
    var update = EngineUpdate(
      .sgd(momentum: recipe.momentum), rate: recipe.rate, weightDecay: recipe.weightDecay, clipNorm: recipe.clipNorm,
      averageDecay: recipe.averageDecay)
    var (done, losses) = (0, 0.0)
    if let start { (done, losses) = try resumeTraining(from: start, steps: steps) }
    let planes = recipe.averageDecay == nil ? KeptPlanes.momentum : .momentumAndAverage
    for step in done..<steps {
      if step % source.batchesPerEpoch == 0 { losses = 0 }
      try source.write(step: step, to: 0, of: self)
      let outcome = try context.accumulate([EngineJob(program: program, batch: 0)], weighting: .uniform)
      losses += outcome[0].loss
      update.rate = cosineRate(recipe.rate, step: step, of: steps, warmUp: min(recipe.warmUpSteps, steps / 4))
      _ = try context.update(update)
      try save(step + 1) { try trainingState(planes, steps: step + 1, losses: losses) }
      if (step + 1) % source.batchesPerEpoch == 0 { try progress((step + 1) / source.batchesPerEpoch) }
    }
    if recipe.averageDecay != nil { try context.swapAverages() }
    try recalibrate(network, on: training, batch: recipe.batch, seed: seed)
    var result = try self.test(network, on: test)
    result.trainingLoss = losses / Double(max(1, source.batchesPerEpoch))
    return result
  }

  private func trainingState(_ planes: KeptPlanes, steps: Int, losses: Double) throws -> TensorFile {
    var file = TensorFile([TensorFile.Tensor("losses", [1], .float64([losses]))], texts: ["steps": String(steps)])
    file.append(contentsOf: try savedState(planes))
    return file
  }

  /// - Returns: Steps done, and the sum of the losses of the epoch that was begun.
  private func resumeTraining(from file: TensorFile, steps: Int) throws -> (Int, Double) {
    guard let done = file.texts["steps"].flatMap(Int.init), (0...steps).contains(done),
      case .float64(let losses)? = file["losses"], losses.count == 1
    else { throw TensorFileError.unexpected("how far the training was") }
    try restoreState(file)
    return (done, losses[0])
  }

  /// Sets the running statistics of batch norm to the mean over training batches under the weights as they are.
  package func recalibrate(
    _ network: Architecture, on images: ImageSet, batch: Int, batches: Int = 30, seed: UInt64
  ) throws {
    let source = BatchSource(images, batch: batch, seed: seed)
    let program = try program(for: network, batch: batch, pass: .forward)
    for step in 0..<min(batches, source.batchesPerEpoch) {
      try source.write(step: step, to: 0, of: self)
      _ = try context.evaluate(
        [EngineJob(program: program, batch: 0)], statistics: .record(factor: 1 / Double(step + 1)))
    }
  }

  /// Accuracy and loss on every image of a set, batch norm with its running statistics.
  package func test(_ network: Architecture, on images: ImageSet, batch: Int = 200) throws -> TrainingResult {
    var correct = 0
    var loss = 0.0
    for start in stride(from: 0, to: images.count, by: batch) {
      let indices = start..<min(start + batch, images.count)
      let program = try program(for: network, batch: indices.count, pass: .forward)
      try write(images, indices, to: 0)
      let outcome = try context.evaluate([EngineJob(program: program, batch: 0)], statistics: .fixed)[0]
      correct += outcome.correct
      loss += outcome.loss * Double(indices.count)
    }
    let count = Double(images.count)
    return TrainingResult(
      accuracy: Double(correct) / count, testLoss: loss / count, trainingLoss: 0, images: images.count)
  }
}
