package import SpacePlanner

/// Adam for the logits of a distribution, maximising, with moments and a step count of its own for every factor.
///
/// Kingma and Ba 2015 (arXiv 1412.6980), algorithm 1, no weight decay; β₁ = 0.5 and β₂ = 0.999 as in DARTS and
/// `fp-nas.md` section 8. Deviation: a factor whose gradient row is all zero is left alone, its moments and its step
/// count too. Such a factor existed in no draw; dense Adam would push it on along its old moments.
///
/// A value belongs to one plan: a conversion of the distribution needs a new one.
package struct Adam: Sendable, Hashable, Codable {
  /// Largest size of a step, in units of a logit; may follow a schedule.
  package var learningRate: Double
  package let firstDecay: Double
  package let secondDecay: Double
  private var moments: [Moments]

  /// Keeps a quotient finite while the second moment is nearly 0; the paper's value.
  private static let epsilon = 1e-8

  private struct Moments: Sendable, Hashable, Codable {
    var first: [Double]
    var second: [Double]
    /// β₁ᵗ and β₂ᵗ for the bias correction.
    var firstPower = 1.0
    var secondPower = 1.0
  }

  package init(for plan: DistributionPlan, learningRate: Double, firstDecay: Double = 0.5, secondDecay: Double = 0.999)
  {
    self.learningRate = learningRate
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    moments = plan.zeros.map { Moments(first: $0, second: $0) }
  }

  /// The state as numbers: for each factor its first moments, its second moments, β₁ᵗ and β₂ᵗ, one after the other.
  package var numbers: [Double] {
    moments.flatMap { $0.first + $0.second + [$0.firstPower, $0.secondPower] }
  }

  /// Puts a state back that another optimiser of the same plan had; false: these are not its numbers.
  package mutating func restore(_ numbers: [Double]) -> Bool {
    guard numbers.count == moments.reduce(0, { $0 + 2 * $1.first.count + 2 }) else { return false }
    var rest = numbers[...]
    func take(_ count: Int) -> [Double] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    for factor in moments.indices {
      let count = moments[factor].first.count
      moments[factor].first = take(count)
      moments[factor].second = take(count)
      let powers = take(2)
      (moments[factor].firstPower, moments[factor].secondPower) = (powers[0], powers[1])
    }
    return true
  }

  /// Moves the logits up the gradient by one step.
  ///
  /// - Parameters:
  ///   - logits: Of a distribution over the optimiser's plan, [factor][combination].
  ///   - gradient: Of what shall grow, Σ mₖ ∇ log P(Aₖ) in FP-NAS, in the shape of `logits`.
  package mutating func ascend(_ logits: inout [[Double]], along gradient: [[Double]]) {
    precondition(logits.count == moments.count && gradient.count == moments.count, "one row for each factor")
    for factor in moments.indices where gradient[factor].contains(where: { $0 != 0 }) {
      let steps = update(&moments[factor], gradient[factor])
      for index in steps.indices { logits[factor][index] += steps[index] }
    }
  }

  private func update(_ moments: inout Moments, _ gradient: [Double]) -> [Double] {
    precondition(gradient.count == moments.first.count, "one entry for each combination")
    moments.firstPower *= firstDecay
    moments.secondPower *= secondDecay
    return gradient.indices.map { index in
      let slope = gradient[index]
      moments.first[index] = firstDecay * moments.first[index] + (1 - firstDecay) * slope
      moments.second[index] = secondDecay * moments.second[index] + (1 - secondDecay) * slope * slope
      let mean = moments.first[index] / (1 - moments.firstPower)
      let spread = (moments.second[index] / (1 - moments.secondPower)).squareRoot()
      return learningRate * mean / (spread + Self.epsilon)
    }
  }
}
