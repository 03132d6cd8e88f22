/// Which residual branches take part, image by image: stochastic depth, Huang et al. 2016 (arXiv 1603.09382).
///
/// Deviation: a branch that takes part is divided by how often it does, so that a network is tested as it is; and each
/// image draws for itself, as in EfficientNet's code.
package struct StochasticDepth: Hashable, Sendable {
  /// How often the last branch is left out; earlier ones less in proportion to their place (section 3, eq. 4).
  package let rate: Double

  package init(rate: Double) {
    precondition(rate >= 0 && rate < 1, "a branch takes part now and then")
    self.rate = rate
  }

  /// What branch number `branch` of `count` is multiplied with, for each image.
  package func factors(branch: Int, of count: Int, images: Int, seed: UInt64, step: Int) -> [Float] {
    let kept = 1 - rate * Double(branch + 1) / Double(count)
    var random = SplitMix64(seed: seed, keys: RandomUse.branches.rawValue, UInt64(step), UInt64(branch))
    return (0..<images).map { _ in random.uniform() < kept ? Float(1 / kept) : 0 }
  }
}
