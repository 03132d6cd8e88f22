#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Relaxed one-hot weights of decisions, with the gradient back to their logits.
///
/// Gumbel-softmax (Jang, Gu and Poole 2017, arXiv 1611.01144; fbnetv2.md, eq. 2): gᵢ = softmaxᵢ((aᵢ + eᵢ) / T) with
/// e ~ Gumbel(0, 1). The rows tend to one-hot as T falls to 0.
package struct GumbelSoftmax: Sendable {
  /// T.
  package let temperature: Double
  /// g, [decision][option]; rows sum to 1.
  package let weights: [[Double]]

  /// - Parameters:
  ///   - logits: a, [decision][option].
  ///   - noise: e, in the shape of `logits`.
  ///   - temperature: Above 0.
  package init(logits: [[Double]], noise: [[Double]], temperature: Double) {
    self.temperature = temperature
    weights = zip(logits, noise).map { logits, noise in
      softmax(zip(logits, noise).map { ($0 + $1) / temperature })
    }
  }

  /// The gradient with respect to the logits from that with respect to the weights: gᵢ (sᵢ - Σ gⱼ sⱼ) / T.
  package func gradient(_ slopes: [[Double]]) -> [[Double]] {
    zip(weights, slopes).map { weights, slopes in
      let mean = zip(weights, slopes).reduce(0) { $0 + $1.0 * $1.1 }
      return zip(weights, slopes).map { $0 * ($1 - mean) / temperature }
    }
  }

  /// Mean over the decisions of their largest weight: 1 where all are one-hot.
  package var sharpness: Double {
    weights.reduce(0) { $0 + ($1.max() ?? 0) } / Double(max(1, weights.count))
  }

  /// -log(-log u) with u uniform in (0, 1), clamped to [1e-20, 1 - 1e-7] so that it is finite.
  package static func noise(
    like logits: [[Double]], using generator: inout SplitRandom
  ) -> [[Double]] {
    logits.map { row in
      row.map { _ in
        let uniform = min(max(generator.uniform(), 1e-20), 1 - 1e-7)
        return -portableLogarithm(-portableLogarithm(uniform))
      }
    }
  }

  /// T after so many epochs: it falls by the same factor in each.
  ///
  /// - Parameter rate: T = first · exp(-rate · epochs).
  package static func temperature(first: Double, rate: Double, epochs: Double) -> Double {
    first * exp(-rate * epochs)
  }
}
