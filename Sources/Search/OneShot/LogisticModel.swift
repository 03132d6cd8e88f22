#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether a network is good, from which option each decision has: logistic regression with a ridge, fitted by a fixed number
/// of gradient steps, so that equal data give equal bits.
struct LogisticModel: Hashable, Sendable {
  /// By decision and option.
  private var weights: [[Double]]
  private var bias = 0.0

  /// - Parameters:
  ///   - options: Of each decision, how many.
  ///   - rows: The option of each decision; nil where it does not exist.
  ///   - targets: Whether each is good.
  init(options: [Int], rows: [[Int?]], targets: [Bool]) {
    weights = options.map { [Double](repeating: 0, count: $0) }
    guard !rows.isEmpty else { return }
    let (rate, ridge) = (2.0, 0.01)
    for _ in 0..<200 {
      var slopes = weights.map { $0.map { -ridge * $0 } }
      var slope = 0.0
      for (row, target) in zip(rows, targets) {
        let error = ((target ? 1 : 0) - chance(of: row)) / Double(rows.count)
        slope += error
        for (decision, option) in row.enumerated() {
          if let option { slopes[decision][option] += error }
        }
      }
      bias += rate * slope
      for decision in weights.indices {
        for option in weights[decision].indices { weights[decision][option] += rate * slopes[decision][option] }
      }
    }
  }

  func chance(of row: [Int?]) -> Double {
    let score = row.enumerated().reduce(bias) { sum, pair in
      sum + (pair.element.map { weights[pair.offset][$0] } ?? 0)
    }
    return 1 / (1 + exp(-score))
  }

  func accepts(_ row: [Int?]) -> Bool { chance(of: row) >= 0.5 }
}
