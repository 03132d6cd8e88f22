import Distributions

/// How much there is to compute in a search, for people who want to know when it ends.
extension SearchRecipe {
  /// The work of one draw, in forward passes: training takes three (a backward pass is two), a step of the search itself
  /// one more on the validation batch.
  package static func workOfDraw(isWarmUp: Bool) -> Double { isWarmUp ? 3 : 4 }

  /// The work of some steps, in forward passes. The entropy, and so the number of draws, will fall: the answer is an upper
  /// estimate for a search with adaptive draws.
  ///
  /// - Parameters:
  ///   - total: All steps of the search.
  ///   - entropy: Of the distribution as it is, nats.
  package func work(of steps: Range<Int>, total: Int, entropy: Double) -> Double {
    // A forward and a backward pass of all networks, whatever is trained.
    if mixture != nil { return Double(steps.count) * Self.workOfDraw(isWarmUp: true) }
    if let oneShot {
      let trained = max(0, min(steps.upperBound, trainingSteps(oneShot, of: total)) - steps.lowerBound)
      return work(oneShot, trained: trained, scored: steps.count - trained)
    }
    let warmUp = warmUpSteps(of: total)
    let inWarmUp = max(0, min(steps.upperBound, warmUp) - steps.lowerBound)
    return Double(inWarmUp * warmUpSamples) * Self.workOfDraw(isWarmUp: true)
      + Double((steps.count - inWarmUp) * draws(entropy: entropy)) * Self.workOfDraw(isWarmUp: false)
  }

  /// The work of what a run has done.
  ///
  /// - Parameter samples: Networks drawn in these steps.
  package func workDone(steps: Int, samples: Int, total: Int) -> Double {
    if mixture != nil { return Double(steps) * Self.workOfDraw(isWarmUp: true) }
    if let oneShot {
      let trained = min(steps, trainingSteps(oneShot, of: total))
      return work(oneShot, trained: trained, scored: steps - trained)
    }
    let inWarmUp = min(steps, warmUpSteps(of: total)) * warmUpSamples
    return Double(inWarmUp) * Self.workOfDraw(isWarmUp: true)
      + Double(max(0, samples - inWarmUp)) * Self.workOfDraw(isWarmUp: false)
  }

  /// The rest are scorings, where there are as many candidates as the budget of every round.
  private func trainingSteps(_ oneShot: OneShotRecipe, of total: Int) -> Int {
    let rounds = oneShot.groups.map { ($0.splits?.count ?? 1) + 1 } ?? 1
    return max(1, total - oneShot.budget * rounds)
  }

  private func work(_ oneShot: OneShotRecipe, trained: Int, scored: Int) -> Double {
    Double(trained) * workOfStep(isWarmUp: true, draws: oneShot.paths)
      + Double(scored) * workOfStep(isWarmUp: false, draws: 1)
  }

  /// The work of one step, in forward passes of a batch.
  package func workOfStep(isWarmUp: Bool, draws: Int) -> Double {
    guard let oneShot, !isWarmUp else { return Double(draws) * Self.workOfDraw(isWarmUp: isWarmUp) }
    // An indicator is looked up.
    guard oneShot.score == .recalibrated else { return 0.01 }
    return Double(oneShot.recalibrationImages + oneShot.validationImages) / Double(batch)
  }

  private func warmUpSteps(of total: Int) -> Int { Int((Double(total) * warmUpEpochs / epochs).rounded()) }

  private func draws(entropy: Double) -> Int {
    switch samples {
    case .adaptive(let lambda): SampleSchedule.adaptive(lambda: lambda, minimum: 2).draws(entropy: entropy)
    case .fixed(let count): count
    }
  }
}
