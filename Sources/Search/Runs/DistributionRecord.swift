package import Distributions

/// How probable every option was at one step of a search, for people and pictures; a search does not read it back.
package struct DistributionRecord: Hashable, Sendable, Codable {
  /// The step that drew from this distribution; the number of all steps for the one that was learnt.
  package let step: Int
  /// [decision of the space][option], P(the decision exists and has the option) in ten-thousandths, halves up. What is
  /// missing to 10,000 is how probable it is that the decision does not exist, but for rounding.
  package let shares: [[Int]]

  package init(step: Int, of distribution: Distribution) {
    self.step = step
    shares = distribution.marginals.map { $0.map { Int(($0 * 10_000).rounded()) } }
  }

  /// Whether a record is due before a step after the warm-up, in which nothing moves: some hundred of them in a search,
  /// however long it is.
  package static func isDue(before step: Int, of total: Int) -> Bool {
    step.isMultiple(of: max(1, (total + 255) / 256))
  }
}
