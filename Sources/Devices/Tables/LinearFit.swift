import Foundation

/// A line through measured points, by least squares: what whole networks take, given the sum over their kernels. Where it
/// would begin below 0, which no network does, it is the one through 0.
package struct LinearFit: Hashable, Sendable {
  /// The least number of networks that a line is worth: through three it is mostly worse than none.
  package static let leastNetworks = 5

  package let constant: Double
  package let factor: Double
  /// Standard errors; 0 where the points leave nothing to tell them by.
  package let constantError: Double
  package let factorError: Double

  /// Nil where no line is determined: fewer than two points, or all at one place.
  package init?(_ points: [(x: Double, y: Double)]) {
    guard let free = Self.leastSquares(points) else { return nil }
    guard let line = free.constant < 0 ? Self.throughZero(points) : free else { return nil }
    self = line
  }

  private static func leastSquares(_ points: [(x: Double, y: Double)]) -> LinearFit? {
    let count = Double(points.count)
    guard points.count >= 2 else { return nil }
    let meanX = points.reduce(0) { $0 + $1.x } / count
    let meanY = points.reduce(0) { $0 + $1.y } / count
    let spread = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    guard spread > 0 else { return nil }
    let factor = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread
    let constant = meanY - factor * meanX
    let variance = points.count > 2 ? squaredMisses(points, constant, factor) / (count - 2) : 0
    return LinearFit(
      constant: constant, factor: factor,
      constantError: (variance * (1 / count + meanX * meanX / spread)).squareRoot(),
      factorError: (variance / spread).squareRoot())
  }

  private static func throughZero(_ points: [(x: Double, y: Double)]) -> LinearFit? {
    let squares = points.reduce(0) { $0 + $1.x * $1.x }
    guard squares > 0 else { return nil }
    let factor = points.reduce(0) { $0 + $1.x * $1.y } / squares
    let variance = squaredMisses(points, 0, factor) / Double(points.count - 1)
    return LinearFit(
      constant: 0, factor: factor, constantError: 0, factorError: (variance / squares).squareRoot())
  }

  private static func squaredMisses(
    _ points: [(x: Double, y: Double)], _ constant: Double, _ factor: Double
  ) -> Double {
    points.reduce(0) { sum, point in
      let miss = point.y - constant - factor * point.x
      return sum + miss * miss
    }
  }

  package func callAsFunction(_ x: Double) -> Double { constant + factor * x }

  /// For each point what a line through the others says. Nil where one is not determined.
  package static func leavingOneOut(_ points: [(x: Double, y: Double)]) -> [Double]? {
    var values: [Double] = []
    for (index, point) in points.enumerated() {
      var others = points
      others.remove(at: index)
      guard let line = LinearFit(others) else { return nil }
      values.append(line(point.x))
    }
    return values
  }
}

extension LinearFit {
  /// The same line over x that is less by so much.
  package func shifted(by less: Double) -> LinearFit {
    LinearFit(
      constant: constant + factor * less, factor: factor, constantError: constantError, factorError: factorError)
  }

  /// The same line in another unit of y, and of x.
  package func scaled(by unit: Double) -> LinearFit {
    LinearFit(
      constant: constant * unit, factor: factor, constantError: constantError * unit, factorError: factorError)
  }

  private init(constant: Double, factor: Double, constantError: Double, factorError: Double) {
    self.constant = constant
    self.factor = factor
    self.constantError = constantError
    self.factorError = factorError
  }
}
