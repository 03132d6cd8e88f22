package import SpaceIR
package import SpacePlanner

/// A probability distribution over the members of a space: independent categoricals, one for each factor of a plan.
///
/// P(A) = Π softmax(logits of f)[combination of A in f] over the factors f that exist in A. This is the joint or the
/// factorised form of FP-NAS (Yan et al. 2021, arXiv 2011.10949, section 4) depending on the plan; a plan whose factors
/// have conditions makes it a tree of categoricals.
///
/// Invariant: one row of logits for each factor, one logit for each combination; a logit is finite, or -infinity for an
/// impossible combination, and not all of a row are impossible.
package struct Distribution: Sendable, Hashable {
  package let plan: DistributionPlan

  /// Log-probabilities up to a constant per row, [factor][combination].
  package var logits: [[Double]] {
    didSet { precondition(fits(logits), Self.shapeRule) }
  }

  private static let shapeRule: String = "one row of logits for each factor, one logit for each combination"

  /// The uniform choice in every factor.
  package init(uniform plan: DistributionPlan) {
    self.plan = plan
    logits = plan.zeros
  }

  /// - Precondition: `logits` has the shape of the plan.
  package init(plan: DistributionPlan, logits: [[Double]]) {
    self.plan = plan
    self.logits = logits
    precondition(fits(logits), Self.shapeRule)
  }

  private func fits(_ rows: [[Double]]) -> Bool {
    rows.count == plan.factors.count && zip(rows, plan.factors).allSatisfy { $0.count == $1.combinations.count }
  }

  /// softmax of the logits, [factor][combination]; each row sums to 1 and is conditional on the factor existing.
  package var probabilities: [[Double]] { logits.map(softmax) }

  /// The most probable choice of each factor, given those before it; ties go to the lowest index.
  ///
  /// Where no factor has a condition this is the most probable architecture. With conditions it need not be: a branch
  /// with a probable root may end in many improbable leaves.
  package func mode() -> Architecture {
    var architecture = plan.undecided
    for (factor, row) in zip(plan.factors, logits) where factor.exists(in: architecture) {
      var best = 0
      for index in row.indices where row[index] > row[best] { best = index }
      factor.write(best, into: &architecture)
    }
    return architecture
  }

  /// Draws one architecture, factor after factor; one number is taken for each factor that exists.
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    draw(from: probabilities, using: &generator)
  }

  /// Draws architectures with a generator for each, so that a draw depends on its number alone.
  ///
  /// - Parameter generator: The generator of draw 0, 1, ...: `SplitRandom(seed:stream:)` of the step and the number.
  /// - Complexity: O(logits) once and O(count x the combinations of existing factors).
  package func draws(_ count: Int, generator: (Int) -> some RandomNumberGenerator) -> [Architecture] {
    let probabilities = probabilities
    return (0..<count).map { number in
      var generator = generator(number)
      return draw(from: probabilities, using: &generator)
    }
  }

  private func draw(from rows: [[Double]], using generator: inout some RandomNumberGenerator) -> Architecture {
    var architecture = plan.undecided
    for (factor, row) in zip(plan.factors, rows) where factor.exists(in: architecture) {
      factor.write(drawIndex(row, using: &generator), into: &architecture)
    }
    return architecture
  }

  /// log P(A), at most 0; -infinity for an architecture with an impossible combination.
  ///
  /// - Precondition: `architecture` is a member of the plan's space.
  package func logProbability(of architecture: Architecture) -> Double {
    var sum = 0.0
    for (factor, row) in zip(plan.factors, logits) where factor.exists(in: architecture) {
      sum += logSoftmax(row)[factor.requiredCombination(in: architecture)]
    }
    return sum
  }

  /// Adds `weight` x the gradient of log P(A) with respect to the logits: onehot - p for the factors that exist in A.
  ///
  /// Factors that do not exist get nothing, not even a rounding error, so that `Adam` can leave them where they are.
  ///
  /// - Parameter gradient: [factor][combination]; starts as `DistributionPlan.zeros`.
  /// - Precondition: `architecture` is a member of the plan's space.
  package func addGradient(of architecture: Architecture, weight: Double, into gradient: inout [[Double]]) {
    addGradient(of: [architecture], weights: [weight], into: &gradient)
  }

  /// Adds Σ weightₖ x the gradient of log P(Aₖ), with one softmax of each factor for all architectures together.
  ///
  /// - Precondition: As for one architecture; a weight for each.
  package func addGradient(of architectures: [Architecture], weights: [Double], into gradient: inout [[Double]]) {
    precondition(architectures.count == weights.count, "a weight for each architecture")
    for (index, factor) in plan.factors.enumerated() {
      var total = 0.0
      for (architecture, weight) in zip(architectures, weights) where factor.exists(in: architecture) {
        gradient[index][factor.requiredCombination(in: architecture)] += weight
        total += weight
      }
      guard total != 0 else { continue }
      let row = softmax(logits[index])
      for combination in row.indices { gradient[index][combination] -= total * row[combination] }
    }
  }
}

extension DistributionPlan {
  /// A zero for each logit, [factor][combination].
  package var zeros: [[Double]] { factors.map { [Double](repeating: 0, count: $0.combinations.count) } }

  /// An architecture in which nothing exists yet.
  var undecided: Architecture {
    Architecture(choices: [Int?](repeating: nil, count: factors.reduce(0) { $0 + $1.decisions.count }))
  }
}

extension Factor {
  /// Decides the factor's decisions.
  func write(_ combination: Int, into architecture: inout Architecture) {
    for (place, decision) in decisions.enumerated() { architecture[decision] = combinations[combination][place] }
  }

  /// The combination an existing factor has in a member of the space.
  func requiredCombination(in architecture: Architecture) -> Int {
    guard let found = combination(in: architecture) else {
      preconditionFailure("the architecture is no member of the space: no combination of factor '\(name)'")
    }
    return found
  }
}

/// Draws an index with the given probabilities by inverting their running sum.
///
/// Rounding can leave the sum a little below 1; a draw beyond it is the last possible index.
private func drawIndex(_ probabilities: [Double], using generator: inout some RandomNumberGenerator) -> Int {
  var remaining = unitInterval(generator.next())
  for index in probabilities.indices {
    remaining -= probabilities[index]
    if remaining < 0 { return index }
  }
  return probabilities.lastIndex { $0 > 0 }!
}
