package import SpaceIR

/// A predicted quantity as a sum of named terms, each with a coefficient: β₀ + Σ βⱼ·termⱼ.
package struct Predictor: Hashable, Sendable {
  /// `accuracy`, `latency`: what is predicted.
  package var target: String
  /// `%`, `ms`; empty: none.
  package var unit: String
  /// The space that it was fitted to.
  package var space: String
  /// What it holds for, for people: device, input size, where rows come from.
  package var note: String
  package var terms: [Term]
  package var coefficients: [Double]
  /// Nil where only coefficients are known, as of published ones.
  package var fit: Fit?

  /// What the fit leaves to judge a prediction by.
  package struct Fit: Hashable, Sendable {
    package var rows: Int
    package var standardErrors: [Double]
    /// Of the residuals, in the unit of the target.
    package var residualError: Double
    /// Nil where the targets are all alike.
    package var explained: Double?
    /// (XᵀX)⁻¹.
    package var inverse: [[Double]]
    /// The largest of a row; a network far above it is outside of what was measured.
    package var largestLeverage: Double

    package init(
      rows: Int, standardErrors: [Double], residualError: Double, explained: Double?, inverse: [[Double]],
      largestLeverage: Double
    ) {
      self.rows = rows
      self.standardErrors = standardErrors
      self.residualError = residualError
      self.explained = explained
      self.inverse = inverse
      self.largestLeverage = largestLeverage
    }
  }

  package init(
    target: String, unit: String, space: String, note: String = "", terms: [Term], coefficients: [Double],
    fit: Fit? = nil
  ) {
    precondition(terms.count == coefficients.count, "a coefficient for each term")
    self.target = target
    self.unit = unit
    self.space = space
    self.note = note
    self.terms = terms
    self.coefficients = coefficients
    self.fit = fit
  }

  /// Each feature once, in the order in which terms name them.
  package static func features(of terms: [Term]) -> [Feature] {
    var known: Set<Feature> = []
    return terms.flatMap(\.factors).filter { known.insert($0).inserted }
  }
}

/// A predictor bound to a space, which reads networks.
package struct BoundPredictor: Hashable, Sendable {
  package let predictor: Predictor
  package let readers: [FeatureReader]
  /// By term: the places of its factors among the readers.
  let factors: [[Int]]

  /// - Throws: `FeatureError` where the space has not what a term speaks of.
  package init(_ predictor: Predictor, of parts: SearchedParts) throws(FeatureError) {
    self.predictor = predictor
    let features = Predictor.features(of: predictor.terms)
    var readers: [FeatureReader] = []
    for feature in features { readers.append(try FeatureReader(feature, of: parts)) }
    self.readers = readers
    let places = Dictionary(uniqueKeysWithValues: features.enumerated().map { ($0.element, $0.offset) })
    factors = predictor.terms.map { $0.factors.compactMap { places[$0] } }
  }

  /// By term.
  package func terms(_ values: [Double]) -> [Double] {
    factors.map { places in places.reduce(1) { $0 * values[$1] } }
  }

  package func terms(of network: Architecture) -> [Double] { terms(readers.map { $0.value(in: network) }) }

  /// The prediction for a network.
  package func value(of network: Architecture) -> Double {
    zip(terms(of: network), predictor.coefficients).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// x' (X'X)⁻¹ x: how far a network is from the rows of the fit; nil where they are not known.
  package func leverage(of network: Architecture) -> Double? {
    guard let fit = predictor.fit else { return nil }
    let row = terms(of: network)
    return zip(row, fit.inverse).reduce(0) { sum, pair in
      sum + pair.0 * zip(row, pair.1).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// Of the predicted mean, s √leverage.
  package func standardError(of network: Architecture) -> Double? {
    guard let fit = predictor.fit, let leverage = leverage(of: network) else { return nil }
    return fit.residualError * max(0, leverage).squareRoot()
  }
}

/// Why rows and terms give no predictor.
package enum PredictorError: Error, Hashable, Sendable {
  case feature(FeatureError)
  case rows(RowError)
  case regression(RegressionError, terms: [Term])
}
