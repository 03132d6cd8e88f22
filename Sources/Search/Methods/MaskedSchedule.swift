/// Which step of a masked search trains what: in each epoch the weights on their images, then, after the warm-up, the
/// logits on theirs.
struct MaskedSchedule: Sendable {
  enum Part: Hashable {
    /// Batch number of all of this part, counted from 0.
    case weights(batch: Int)
    case logits(batch: Int)
  }

  struct Place: Hashable {
    let epoch: Int
    let part: Part
    let isWarmUp: Bool
  }

  /// Weight steps and logit steps before each epoch, and after the last.
  private var starts: [(weights: Int, logits: Int)] = []
  let warmUpEpochs: Double
  let weightBatches: Int
  let totalWeightSteps: Int

  /// - Parameters:
  ///   - weightBatches: Batches of the weights' images.
  ///   - logitBatches: Of the logits'.
  init(epochs: Double, warmUpEpochs: Double, weightBatches: Int, logitBatches: Int) {
    self.warmUpEpochs = warmUpEpochs
    self.weightBatches = weightBatches
    totalWeightSteps = max(1, Int((epochs * Double(weightBatches)).rounded()))
    for epoch in 0...Int(epochs.rounded(.up)) {
      let passed = min(Double(epoch), epochs)
      starts.append(
        (
          weights: min(totalWeightSteps, epoch * weightBatches),
          logits: Int((max(0, passed - warmUpEpochs) * Double(logitBatches)).rounded())
        ))
    }
    // An epoch's fraction that rounds to no batch still has the one that there is at least.
    starts[starts.count - 1].weights = totalWeightSteps
  }

  var totalSteps: Int { starts.last.map { $0.weights + $0.logits } ?? 0 }

  /// What a step does.
  ///
  /// - Precondition: it is before the last one's end.
  func place(of step: Int) -> Place {
    var (low, high) = (0, starts.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle].weights + starts[middle].logits <= step { low = middle } else { high = middle }
    }
    let start = starts[low]
    let number = step - start.weights - start.logits
    let weights = starts[low + 1].weights - start.weights
    let isWarmUp = Double(low) + Double(min(number, weights)) / Double(weightBatches) < warmUpEpochs
    if number < weights {
      return Place(epoch: low, part: .weights(batch: start.weights + number), isWarmUp: isWarmUp)
    }
    return Place(epoch: low, part: .logits(batch: start.logits + number - weights), isWarmUp: false)
  }
}
