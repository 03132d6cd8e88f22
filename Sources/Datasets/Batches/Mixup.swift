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
