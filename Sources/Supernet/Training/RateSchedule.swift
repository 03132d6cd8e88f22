/// How the rate falls, after its rise over the first steps.
package enum RateSchedule: Hashable, Sendable, Codable {
  /// To 0 along half a cosine: Loshchilov and Hutter 2017 (arXiv 1608.03983), eq. 5, without restarts.
  case cosine
  /// To 0 along a line.
  case linear
  /// Times `factor` every `epochs`, counted from the first step as in EfficientNet's code.
  case step(epochs: Double, factor: Double)
  case constant

  /// The rate of a step.
  ///
  /// - Parameters:
  ///   - first: Where it begins to fall.
  ///   - step: From 0.
  ///   - warmUp: Steps in which the rate rises from 0.
  package func rate(_ first: Double, step: Int, of steps: Int, perEpoch: Int, warmUp: Int) -> Double {
    let cosine = cosineRate(first, step: step, of: steps, warmUp: warmUp)
    if step < warmUp { return cosine }
    return switch self {
    case .cosine: cosine
    case .linear: first * (1 - Double(step - warmUp) / Double(max(1, steps - warmUp)))
    case .step(let epochs, let factor):
      first * power(factor, (Double(step) / Double(perEpoch) / epochs).rounded(.down))
    case .constant: first
    }
  }
}

/// Cosine from `rate` to 0 over `steps`, after a linear rise.
package func cosineRate(_ rate: Double, step: Int, of steps: Int, warmUp: Int) -> Double {
  if step < warmUp { return rate * Double(step + 1) / Double(warmUp) }
  let progress = Double(step - warmUp) / Double(max(1, steps - warmUp))
  return rate * 0.5 * (1 + cosine(.pi * progress))
}
