/// Mean and standard error of some values.
package struct MeanAndError {
  let count: Int
  package let mean: Double
  /// Nil for fewer than two values.
  package let error: Double?

  /// - Precondition: There is a value.
  package init(_ values: [Double]) {
    precondition(!values.isEmpty, "a mean of at least one value")
    count = values.count
    let mean = values.reduce(0, +) / Double(count)
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    error = count > 1 ? (squares / Double(count - 1) / Double(count)).squareRoot() : nil
  }

  /// `82.55 ± 0.48`, or the mean alone.
  package func text(_ places: Int) -> String {
    mean.fixed(places) + (error.map { " ± \($0.fixed(places))" } ?? "")
  }
}
