/// A predictor fitted to rows, with everything that is said about the fit.
package struct PredictorFit: Sendable {
  package let predictor: Predictor
  package let regression: LeastSquares
  package let quality: FitQuality
  /// By row: the values of the terms.
  package let rows: [[Double]]
  /// The mean row, by feature.
  package let means: [Feature: Double]

  /// - Parameters:
  ///   - values: By row, the values of `Predictor.features(of: terms)`.
  ///   - targets: By row.
  /// - Throws: `PredictorError.regression`.
  package init(
    target: String, unit: String, space: String, note: String, terms: [Term], values: [[Double]], targets: [Double]
  ) throws(PredictorError) {
    let features = Predictor.features(of: terms)
    let places = Dictionary(uniqueKeysWithValues: features.enumerated().map { ($0.element, $0.offset) })
    let factors = terms.map { $0.factors.compactMap { places[$0] } }
    let rows = values.map { row in factors.map { $0.reduce(1) { $0 * row[$1] } } }
    do throws(RegressionError) {
      regression = try LeastSquares(rows: rows, targets: targets)
    } catch {
      throw .regression(error, terms: terms)
    }
    self.rows = rows
    quality = FitQuality(regression, rows: rows)
    means = Dictionary(
      uniqueKeysWithValues: features.enumerated().map { place, feature in
        (feature, values.reduce(0) { $0 + $1[place] } / Double(values.count))
      })
    predictor = Predictor(
      target: target, unit: unit, space: space, note: note, terms: terms, coefficients: regression.coefficients,
      fit: Predictor.Fit(
        rows: targets.count, standardErrors: regression.standardErrors, residualError: quality.residualError,
        explained: quality.explained, inverse: regression.inverse,
        largestLeverage: regression.leverages.max() ?? 0))
  }

  /// Rows that a fit needs: 50 for the 41 coefficients of FOX-NAS's accuracy (fox-nas.md, section 4), as many for each of
  /// others. With fewer the rows are met and networks between them are not.
  package static func leastRows(forCoefficients count: Int) -> Int { max(count + 1, (count * 50 + 40) / 41) }

  /// Rows from which more of them make little difference: 100 for 41 coefficients (there).
  package static func ampleRows(forCoefficients count: Int) -> Int { (count * 100 + 40) / 41 }

  /// Predictions by fits to the other parts of the rows.
  ///
  /// - Throws: `PredictorError.regression`, where the other parts do not tell the terms apart.
  package func errors(inParts parts: [[Int]]) throws(PredictorError) -> PredictionErrors {
    do throws(RegressionError) {
      return PredictionErrors(
        try crossPredictions(rows: rows, targets: regression.targets, parts: parts), regression.targets)
    } catch {
      throw .regression(error, terms: predictor.terms)
    }
  }
}

/// What one more of a design quantity brings, everything else as it is in the mean network.
package struct MarginalEffect: Hashable, Sendable {
  package let feature: Feature
  package let effect: Double
  /// Nil where the predictor has no covariance.
  package let standardError: Double?

  /// Of each quantity that stands in a term, a sum left out: it is (tot - 1) × avg and follows from both.
  ///
  /// The derivative of the prediction at the means. Terms are products of at most a few features, so that a step of a half
  /// to either side is exact for products of two.
  package static func all(of predictor: Predictor, at means: [Feature: Double]) -> [MarginalEffect] {
    let features = Predictor.features(of: predictor.terms)
    var bases: [Feature] = []
    for feature in features {
      let base: Feature =
        if case .sum(let stage, let quantity) = feature { .mean(stage: stage, quantity) } else { feature }
      if !bases.contains(base) { bases.append(base) }
    }
    return bases.map { base in
      let slopes = predictor.terms.map { term in
        value(of: term, at: means, moving: base, by: 0.5) - value(of: term, at: means, moving: base, by: -0.5)
      }
      let effect = zip(slopes, predictor.coefficients).reduce(0) { $0 + $1.0 * $1.1 }
      let variance = predictor.fit.map { fit in
        zip(slopes, fit.inverse).reduce(0) { sum, pair in
          sum + pair.0 * zip(slopes, pair.1).reduce(0) { $0 + $1.0 * $1.1 }
        } * fit.residualError * fit.residualError
      }
      return MarginalEffect(feature: base, effect: effect, standardError: variance.map { max(0, $0).squareRoot() })
    }
  }

  private static func value(
    of term: Term, at means: [Feature: Double], moving base: Feature, by step: Double
  ) -> Double {
    term.factors.reduce(1) { product, feature in
      func mean(_ feature: Feature) -> Double { (means[feature] ?? 0) + (feature == base ? step : 0) }
      guard case .sum(let stage, let quantity) = feature else { return product * mean(feature) }
      // A product of the means would not be the mean of the products; the slope is that of the identity.
      let (depth, average) = (Feature.depth(stage: stage), Feature.mean(stage: stage, quantity))
      guard means[depth] != nil, means[average] != nil else { return product * mean(feature) }
      return product * (mean(depth) - 1) * mean(average)
    }
  }
}
