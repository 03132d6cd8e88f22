import Testing

@testable import Distributions

/// Relaxed one-hot weights (fbnetv2.md, eq. 2).
@Suite struct GumbelSoftmaxTests {
  static let logits = [[0.3, -1.2, 0.8], [0.1, 0]]

  private func noise(_ seed: UInt64) -> [[Double]] {
    var generator = SplitRandom(seed: seed, stream: 1)
    return GumbelSoftmax.noise(like: Self.logits, using: &generator)
  }

  @Test func `rows sum to 1 and tend to one-hot`() {
    for temperature in [5.0, 1, 0.01] {
      let relaxed = GumbelSoftmax(logits: Self.logits, noise: noise(1), temperature: temperature)
      for row in relaxed.weights { #expect(abs(row.reduce(0, +) - 1) < 1e-12 && row.allSatisfy { $0 >= 0 }) }
      #expect(temperature > 0.1 || relaxed.sharpness > 0.999)
    }
  }

  /// Gumbel 1954: the largest of aᵢ + eᵢ is option i with probability softmax(a)ᵢ. With 4000 draws a share is within 4
  /// standard errors of it, 0.032, in all but one of 16,000 such tests.
  @Test func `the largest weight is drawn as the softmax says`() {
    var counts = Self.logits.map { $0.map { _ in 0 } }
    for seed in 0..<4000 as Range<UInt64> {
      let weights = GumbelSoftmax(logits: Self.logits, noise: noise(seed), temperature: 1).weights
      for (decision, row) in weights.enumerated() {
        counts[decision][row.indices.max { row[$0] < row[$1] } ?? 0] += 1
      }
    }
    for (row, logits) in zip(counts, Self.logits) {
      for (count, share) in zip(row, softmax(logits)) { #expect(abs(Double(count) / 4000 - share) < 0.032) }
    }
  }

  @Test(arguments: [5.0, 1, 0.3])
  func `the gradient is that of differences`(temperature: Double) {
    let slopes = [[1.0, -2, 0.5], [0.7, 3]]
    func value(_ logits: [[Double]]) -> Double {
      zip(GumbelSoftmax(logits: logits, noise: noise(2), temperature: temperature).weights, slopes)
        .reduce(0) { $0 + zip($1.0, $1.1).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    let found = GumbelSoftmax(logits: Self.logits, noise: noise(2), temperature: temperature).gradient(slopes)
    for decision in found.indices {
      for option in found[decision].indices {
        var (above, below) = (Self.logits, Self.logits)
        above[decision][option] += 1e-5
        below[decision][option] -= 1e-5
        #expect(abs((value(above) - value(below)) / 2e-5 - found[decision][option]) < 1e-8)
      }
    }
  }

  @Test func `FBNet's annealing ends where 90 epochs do`() {
    #expect(abs(GumbelSoftmax.temperature(first: 5, rate: 0.045, epochs: 90) - 0.0871) < 1e-4)
  }
}
