import Predictors

/// How well predicted latencies agree with measured ones.
package struct Agreement: Hashable, Sendable {
  /// Mean of (predicted - measured) / measured: below 0 where predictions are low.
  package let signedError: Double
  /// Mean and greatest of the same without its sign.
  package let meanError: Double
  package let greatestError: Double
  /// Share of networks that are predicted within 10 % of their measured latency.
  package let withinTenth: Double
  /// In the unit of the latencies.
  package let rootMeanSquare: Double
  /// Kendall's tau-b; nil where one side has a single value.
  package let tau: Double?

  /// - Precondition: As many of both, at least one, the measured ones above 0.
  package init(predicted: [Double], measured: [Double]) {
    precondition(predicted.count == measured.count && !measured.isEmpty, "each prediction has its measurement")
    let errors = zip(predicted, measured).map { ($0 - $1) / $1 }
    let count = Double(errors.count)
    signedError = errors.reduce(0, +) / count
    meanError = errors.reduce(0) { $0 + abs($1) } / count
    greatestError = errors.map(abs).max() ?? 0
    withinTenth = Double(errors.count { abs($0) <= 0.1 }) / count
    rootMeanSquare = (zip(predicted, measured).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / count).squareRoot()
    tau = kendallTau(predicted, measured)
  }
}
