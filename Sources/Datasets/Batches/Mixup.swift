/// Two images in one, and their classes in the same shares: Zhang et al. 2018 (arXiv 1710.09412), section 2.
package struct Mixup: Hashable, Sendable {
  /// Of Beta(alpha, alpha), above 0 and at most 1.
  package let alpha: Double

  package init(alpha: Double) {
    precondition(alpha > 0 && alpha <= 1, "Jöhnk's draws need an alpha of at most 1")
    self.alpha = alpha
  }

  /// Mixes a batch in place, as the paper's code does it: one share for the batch, and each image with that of a random
  /// order of the same batch.
  ///
  /// - Parameters:
  ///   - images: [labels, values].
  ///   - step: Decides the draws together with `seed`.
  /// - Returns: For each image the shares of its classes. Shape [labels, classes].
  package func mix(
    _ images: UnsafeMutableBufferPointer<Float>, labels: [Int], classes: Int, seed: UInt64, step: Int
  ) -> [Float] {
    var random = SplitMix64(seed: seed, keys: RandomUse.mixing.rawValue, UInt64(step))
    let share = Float(beta(using: &random))
    var order = Array(labels.indices)
    random.shuffle(&order)
    let values = labels.isEmpty ? 0 : images.count / labels.count
    let source = Array(images)
    source.withUnsafeBufferPointer { source in
      for (place, other) in order.enumerated() {
        let (own, theirs) = (place &* values, other &* values)
        for value in 0..<values {
          images[own &+ value] = share * source[own &+ value] + (1 - share) * source[theirs &+ value]
        }
      }
    }
    var targets = [Float](repeating: 0, count: labels.count * classes)
    for (place, other) in order.enumerated() {
      targets[place * classes + labels[place]] += share
      targets[place * classes + labels[other]] += 1 - share
    }
    return targets
  }

  /// M. D. Jöhnk 1964, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen", Metrika 8: for an alpha of at most
  /// 1 at least half of the pairs are kept.
  func beta(using random: inout SplitMix64) -> Double {
    while true {
      let x = power(random.uniform(), 1 / alpha)
      let y = power(random.uniform(), 1 / alpha)
      if x + y <= 1, x + y > 0 { return x / (x + y) }
    }
  }
}

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
