/// How far predictions are from what was measured.
package struct PredictionErrors: Hashable, Sendable {
  /// Mean of |error|.
  package let mean: Double
  /// Square root of the mean of error².
  package let rootMeanSquare: Double
  /// Of predictions with measurements, tau-b; nil where either has no two different values.
  package let tau: Double?

  /// Pairs of which a prediction is not a number are left out.
  package init(_ predictions: [Double], _ targets: [Double]) {
    let pairs = zip(predictions, targets).filter { !$0.0.isNaN }
    let errors = pairs.map { $0.0 - $0.1 }
    mean = errors.reduce(0) { $0 + $1.magnitude } / Double(errors.count)
    rootMeanSquare = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    tau = kendallTau(pairs.map(\.0), pairs.map(\.1))
  }
}

/// What rows are predicted as by fits to the rows outside their part.
///
/// - Parameters:
///   - parts: The rows of each part; together all rows, each once.
/// - Throws: `RegressionError` of the first fit that fails.
package func crossPredictions(
  rows: [[Double]], targets: [Double], parts: [[Int]]
) throws(RegressionError) -> [Double] {
  var predictions = [Double](repeating: .nan, count: rows.count)
  for part in parts {
    let left = Set(part)
    let others = rows.indices.filter { !left.contains($0) }
    let fit = try LeastSquares(rows: others.map { rows[$0] }, targets: others.map { targets[$0] })
    for row in part { predictions[row] = zip(rows[row], fit.coefficients).reduce(0) { $0 + $1.0 * $1.1 } }
  }
  return predictions
}

/// Rows in a random order, dealt into parts whose sizes differ by at most one.
package func dealtParts(_ count: Int, into parts: Int, using generator: inout some RandomNumberGenerator) -> [[Int]] {
  var order = Array(0..<count)
  for end in stride(from: count - 1, to: 0, by: -1) {
    order.swapAt(end, Int(generator.next() % UInt64(end + 1)))
  }
  return (0..<parts).map { part in stride(from: part, to: count, by: parts).map { order[$0] } }
}
