/// Whether a share is measured against the share of a draw that knows nothing.
package enum ShareBaseline: String, Sendable, Hashable, CaseIterable, Codable {
  /// The published estimator.
  case none
  /// Takes 1/K from every share: the same expected direction without the drift that Adam makes of the sampling noise
  /// (`parsec.md`, pitfall 2). Not in the papers; a run that uses it says so.
  case uniform
}

/// The log-likelihood of a batch: -images x mean cross-entropy x scale, in nats.
///
/// The estimators want the sum over the batch. With the mean all shares are nearly equal and the search drifts
/// (`parsec.md`, pitfall 1); `scale` other than 1 tempers the likelihood and is not in the papers.
package func logLikelihood(meanCrossEntropy: Double, images: Int, scale: Double = 1) -> Double {
  -Double(images) * meanCrossEntropy * scale
}

/// The part of the summed likelihood that each draw has: wₖ = exp Lₖ / Σⱼ exp Lⱼ.
///
/// PARSEC (Casale, Gordon and Fusi 2019, arXiv 1902.05116), equations (3) and (5) of `parsec.md`: importance weights
/// with the current distribution as the proposal. The maximum is taken out first, so any magnitude is safe.
///
/// - Parameter logLikelihoods: Lₖ in nats, for each draw; -infinity for a draw that failed, which gets share 0.
/// - Returns: Shares that sum to 1; equal shares when every draw failed.
package func likelihoodShares(_ logLikelihoods: [Double]) -> [Double] {
  precondition(logLikelihoods.allSatisfy { $0 < .infinity }, "a log-likelihood is below infinity and a number")
  guard logLikelihoods.contains(where: \.isFinite) else {
    return logLikelihoods.map { _ in 1 / Double(logLikelihoods.count) }
  }
  return softmax(logLikelihoods)
}

/// max(0, cost / target - 1): the relative excess over the target, 0 below it. Both in the same unit; target above 0.
package func hingeCost(_ cost: Double, target: Double) -> Double {
  precondition(target > 0, "a cost target is positive")
  return max(0, cost / target - 1)
}

/// The part of the summed cost that each draw has: qₖ = Cₖ / Σⱼ Cⱼ, all 0 when nothing costs anything.
///
/// - Parameter costs: Cₖ ≥ 0, no unit: `hingeCost`.
package func costShares(_ costs: [Double]) -> [Double] {
  let sum = costs.reduce(0, +)
  return costs.map { sum > 0 ? $0 / sum : 0 }
}

/// How strongly each draw pulls the distribution towards itself: mₖ = wₖ - β qₖ.
///
/// FP-NAS (arXiv 2011.10949), definition of mₖ, equation (4) of `fp-nas.md`. The shares sum to 1 - β when a draw is over
/// the target, to 1 otherwise; with the uniform baseline to 0.
///
/// - Parameters:
///   - logLikelihoods: As in `likelihoodShares`.
///   - costs: As in `costShares`, of the same draws.
///   - beta: β, from 0 to below 1; above, everything drawn would become less probable.
package func architectureShares(
  logLikelihoods: [Double], costs: [Double], beta: Double, baseline: ShareBaseline = .none
) -> [Double] {
  precondition(logLikelihoods.count == costs.count, "a cost for each log-likelihood")
  precondition((0..<1).contains(beta), "beta is at least 0 and below 1")
  let likelihood = likelihoodShares(logLikelihoods)
  let cost = costShares(costs)
  let isCostly = costs.contains { $0 > 0 }
  let known =
    switch baseline {
    case .none: 0.0
    case .uniform: (1 - (isCostly ? beta : 0)) / Double(costs.count)
    }
  return zip(likelihood, cost).map { $0 - beta * $1 - known }
}
