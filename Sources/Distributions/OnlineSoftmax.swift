/// Σₖ softmax(L)ₖ gₖ with one accumulator, without knowing all Lₖ beforehand.
///
/// `parsec.md` section 2.4: a running maximum M, normaliser Z = Σ exp(Lₖ - M) and sum G = Σ exp(Lₖ - M) gₖ, rescaled
/// when the maximum rises. The reference in Float64 for the engine's accumulation of weight gradients; the memory is
/// that of one gradient whatever the number of draws.
///
/// Invariant: `maximum` is that of the finite log-likelihoods added, -infinity before the first; Z ≥ 1 after it.
package struct OnlineSoftmax: Sendable, Hashable {
  private var maximum = -Double.infinity
  private var normaliser = 0.0
  private var sum: [Double]

  /// - Parameter count: Number of entries of a gradient.
  package init(count: Int) {
    sum = [Double](repeating: 0, count: count)
  }

  /// Adds a draw. One with a log-likelihood of -infinity has share 0.
  ///
  /// - Parameters:
  ///   - logLikelihood: Lₖ in nats, below infinity and a number.
  ///   - gradient: gₖ, of the length given to the initializer.
  package mutating func add(logLikelihood: Double, gradient: [Double]) {
    precondition(gradient.count == sum.count, "gradients of one length")
    precondition(logLikelihood < .infinity, "a log-likelihood is below infinity and a number")
    guard logLikelihood.isFinite else { return }
    if logLikelihood > maximum {
      let shrink = ratio(ofLogarithms: maximum - logLikelihood)
      normaliser *= shrink
      for index in sum.indices { sum[index] *= shrink }
      maximum = logLikelihood
    }
    let share = ratio(ofLogarithms: logLikelihood - maximum)
    normaliser += share
    for index in sum.indices { sum[index] += share * gradient[index] }
  }

  /// G / Z; nil while no draw with a finite log-likelihood was added.
  package var mean: [Double]? {
    guard normaliser > 0 else { return nil }
    return sum.map { $0 / normaliser }
  }
}
