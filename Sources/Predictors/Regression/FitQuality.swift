/// How well a linear model describes the rows that it was fitted to, and rows that it was not.
package struct FitQuality: Hashable, Sendable {
  /// Share of the variance that is explained; nil where the targets are all alike.
  package let explained: Double?
  /// 1 - (1 - R²)(n - 1) / (n - p); nil with it.
  package let adjusted: Double?
  /// Residual standard error, in the unit of the target.
  package let residualError: Double
  package let degreesOfFreedom: Int
  package let inSample: PredictionErrors
  /// Each row predicted by a fit to all others.
  package let leftOut: PredictionErrors
  /// t of the square of the fitted value as one more term (Ramsey 1969, RESET): far below 0, the target saturates and the
  /// model is too high at the top; nil where there is no such fit.
  package let curvature: Double?

  package init(_ fit: LeastSquares, rows: [[Double]]) {
    let targets = fit.targets
    let mean = targets.reduce(0, +) / Double(targets.count)
    let total = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let rest = fit.residuals.reduce(0) { $0 + $1 * $1 }
    // The mean of equal numbers may differ from them in its last place.
    let areAlike = targets.allSatisfy { $0 == targets[0] } || total == 0
    explained = areAlike ? nil : 1 - rest / total
    adjusted = areAlike ? nil : 1 - rest / total * Double(targets.count - 1) / Double(fit.degreesOfFreedom)
    residualError = fit.variance.squareRoot()
    degreesOfFreedom = fit.degreesOfFreedom
    inSample = PredictionErrors(fit.fitted, targets)
    leftOut = PredictionErrors(fit.leftOut, targets)
    // Around the mean, or its square would be next to dependent on the fitted value itself.
    let bent = zip(rows, fit.fitted).map { $0 + [($1 - mean) * ($1 - mean)] }
    let further = try? LeastSquares(rows: bent, targets: targets)
    curvature = further.flatMap { fit in
      let t = fit.coefficients[fit.coefficients.count - 1] / fit.standardErrors[fit.coefficients.count - 1]
      return t.isFinite ? t : nil
    }
  }
}
