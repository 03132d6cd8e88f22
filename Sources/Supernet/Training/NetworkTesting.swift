package import Datasets
import Engine
import SpaceIR
import SpacePlanner

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

/// How a network does on labelled images.
package struct Evaluation: Hashable, Sendable {
  /// Images of each class by the class that the network saw in them. Shape [classes][classes].
  package var confusion: [[Int]]
  /// Images whose class was the network's first, or among its first five.
  package var correct = 0
  package var correctInFive = 0
  /// Sum of cross-entropies, nats.
  fileprivate var losses = 0.0

  init(classes: Int) {
    confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
  }

  package var images: Int { confusion.reduce(0) { $0 + $1.reduce(0, +) } }
  package var accuracy: Double { Double(correct) / Double(max(1, images)) }
  /// Nil: with at most five classes every image would be right.
  package var accuracyInFive: Double? {
    confusion.count > 5 ? Double(correctInFive) / Double(max(1, images)) : nil
  }
  package var loss: Double { losses / Double(max(1, images)) }

  /// Of each class the share of its images that were right; nil where it has none.
  package var classAccuracies: [Double?] {
    confusion.enumerated().map { label, row in
      let count = row.reduce(0, +)
      return count == 0 ? nil : Double(row[label]) / Double(count)
    }
  }

  /// - Parameter logits: Shape [labels, classes].
  fileprivate mutating func add(_ logits: [Double], labels: [Int]) {
    let classes = confusion.count
    for (place, label) in labels.enumerated() {
      let row = logits[place * classes..<(place + 1) * classes]
      let own = row[row.startIndex + label]
      let first = row.indices.max { row[$0] < row[$1] } ?? row.startIndex
      confusion[label][first - row.startIndex] += 1
      if row.count(where: { $0 > own }) < 5 { correctInFive += 1 }
    }
  }
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
    let course = try NetworkTraining(self, on: training, recipe: recipe, seed: seed, from: start)
    while !course.isFinished {
      try course.advance()
      try save(course.step) { try course.state() }
      if course.step % course.stepsPerEpoch == 0 { try progress(course.epoch) }
    }
    if course.hasAverage { try context.swapAverages() }
    try recalibrate(on: training, recipe: recipe, seed: seed)
    let found = try evaluate(on: test)
    return TrainingResult(
      accuracy: found.accuracy, testLoss: found.loss, trainingLoss: course.epochLoss, images: found.images)
  }

  /// Sets the running statistics of batch norm to the mean over training batches under the weights as they are.
  package func recalibrate(
    on images: any ImageStore, recipe: TrainingRecipe, seed: UInt64, loading: ImageLoading = ImageLoading()
  ) throws {
    let sequence = BatchSequence(images, batch: recipe.batch, order: .shuffled(seed: seed))
    let program = try program(for: Architecture(choices: []), batch: recipe.batch, pass: .forward)
    let steps = min(recipe.recalibration ?? 30, sequence.batchesPerEpoch)
    let batches = loading.pipeline(sequence, steps: 0..<steps)
    for step in 0..<steps {
      try batches.withNext { try write($0, 0..<recipe.batch, of: images.shape, to: 0) }
      _ = try context.evaluate(
        [EngineJob(program: program, batch: 0)], statistics: .record(factor: 1 / Double(step + 1)))
    }
  }

  /// How the network of a space without decisions does on every image of a set, batch norm with its running statistics.
  ///
  /// - Parameter seen: Called after each batch with the images so far, those that were left out included.
  /// - Throws: `DatasetError.noWholeImage` where all were left out; `BrokenImage`; `EngineError`.
  package func evaluate(
    on images: any ImageStore, batch: Int = 200, loading: ImageLoading = ImageLoading(),
    seen: (Int) throws -> Void = { _ in }
  ) throws -> Evaluation {
    let sequence = BatchSequence(images, batch: Self.fitting(batch, images.shape), order: .stored)
    let steps = 0..<sequence.batchesPerEpoch
    let batches = loading.pipeline(sequence, steps: steps)
    var found = Evaluation(classes: images.identity.classNames.count)
    var programs: [Int: EngineProgram] = [:]
    for step in steps {
      let labels = try batches.withNext { batch in
        if !batch.labels.isEmpty { try write(batch, 0..<batch.labels.count, of: images.shape, to: 0) }
        return batch.labels
      }
      try seen(min(images.count, (step + 1) * sequence.batch))
      guard !labels.isEmpty else { continue }
      let program =
        try programs[labels.count]
        ?? program(for: Architecture(choices: []), batch: labels.count, pass: .forward)
      programs[labels.count] = program
      let answer = try context.answers(of: [EngineJob(program: program, batch: 0)], statistics: .fixed)[0]
      found.correct += answer.outcome.correct
      found.losses += answer.outcome.loss * Double(labels.count)
      found.add(answer.logits, labels: labels)
    }
    guard found.images > 0 else {
      throw DatasetError.noWholeImage(images: images.identity.provenance, count: images.count)
    }
    return found
  }

  /// Fewer images of a batch where they are large: 4 million values are 16 MB.
  private static func fitting(_ batch: Int, _ shape: PixelShape) -> Int {
    min(batch, max(1, 4_000_000 / shape.valueCount))
  }
}
