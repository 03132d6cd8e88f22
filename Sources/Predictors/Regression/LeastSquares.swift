/// A linear model fitted to rows: β = argmin |Xβ - y|², with what statistics says about it.
///
/// Householder 1958 ("Unitary triangularization of a nonsymmetric matrix"): X = QR by reflections, never XᵀX, whose
/// condition number is the square of X's (fox-nas.md, section 4: 3.6e3 for 41 terms). Columns are scaled to length 1
/// first, so that units play no part in telling a dependent column.
package struct LeastSquares: Hashable, Sendable {
  /// By column.
  package let coefficients: [Double]
  /// (XᵀX)⁻¹ by column and column; times the variance of the residuals it is the covariance of the coefficients.
  package let inverse: [[Double]]
  /// By row: Xβ.
  package let fitted: [Double]
  /// By row: how much of its own fitted value a row decides, from 0 to 1; the diagonal of the hat matrix.
  package let leverages: [Double]
  package let targets: [Double]

  /// A column counts as dependent where less than this share of its length is left when what the columns before it
  /// explain is taken away.
  static let dependence = 1e-9

  /// - Parameters:
  ///   - rows: X. Shape [rows, columns], finite.
  ///   - targets: y. Shape [rows], finite.
  /// - Throws: `RegressionError`.
  /// - Complexity: O(rows × columns²).
  package init(rows: [[Double]], targets: [Double]) throws(RegressionError) {
    let count = rows.first?.count ?? 0
    precondition(rows.count == targets.count && rows.allSatisfy { $0.count == count }, "rows are alike")
    guard rows.count > count else { throw .tooFewRows(rows: rows.count, columns: count) }
    var factors = TriangularFactors(rows)
    try factors.reduce()
    let right = factors.projected(targets)
    coefficients = factors.solution(of: right)
    inverse = factors.inverseOfSquare()
    let found = coefficients
    fitted = rows.map { row in zip(row, found).reduce(0) { $0 + $1.0 * $1.1 } }
    leverages = rows.map(factors.leverage)
    self.targets = targets
  }

  package var residuals: [Double] { zip(targets, fitted).map { $0 - $1 } }

  /// Rows beyond the number of coefficients.
  package var degreesOfFreedom: Int { targets.count - coefficients.count }

  /// Of the residuals, RSS / (n - p): the square of the residual standard error.
  package var variance: Double { residuals.reduce(0) { $0 + $1 * $1 } / Double(degreesOfFreedom) }

  /// By column.
  package var standardErrors: [Double] {
    let variance = variance
    return inverse.indices.map { (variance * inverse[$0][$0]).squareRoot() }
  }

  /// What each row would be predicted as by a fit to all others: y - e / (1 - h), exact and without fitting again. A row
  /// that decides its own value alone has none.
  package var leftOut: [Double] {
    targets.indices.map { row in
      let share = 1 - leverages[row]
      return share > 1e-12 ? targets[row] - (targets[row] - fitted[row]) / share : .nan
    }
  }
}

/// Why there is no fit.
package enum RegressionError: Error, Hashable, Sendable {
  case tooFewRows(rows: Int, columns: Int)
  /// Columns that the ones before them explain: which, and the columns that do with their factors.
  case dependent([Dependence])

  package struct Dependence: Hashable, Sendable {
    package let column: Int
    package let combination: [Part]
  }
  package struct Part: Hashable, Sendable {
    package let column: Int
    package let factor: Double
  }
}

/// QR of a matrix whose columns are scaled to length 1.
private struct TriangularFactors {
  /// Column after column; below the diagonal the reflections, above it R.
  private var columns: [[Double]]
  private var diagonal: [Double] = []
  private var reflectionScales: [Double] = []
  private let lengths: [Double]
  private let rowCount: Int

  init(_ rows: [[Double]]) {
    rowCount = rows.count
    let count = rows[0].count
    var lengths: [Double] = []
    columns = (0..<count).map { column in
      let values = rows.map { $0[column] }
      let length = Self.length(values[...])
      lengths.append(length)
      return length > 0 ? values.map { $0 / length } : values
    }
    self.lengths = lengths
  }

  private static func length(_ values: ArraySlice<Double>) -> Double {
    let largest = values.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return 0 }
    return largest * values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
  }

  /// Reflects column after column; those that depend on the ones before them are all found, for the message.
  mutating func reduce() throws(RegressionError) {
    var kept: [Int] = []
    var dependent: [RegressionError.Dependence] = []
    for column in columns.indices {
      let place = kept.count
      let rest = Self.length(columns[column][place...])
      guard rest > LeastSquares.dependence else {
        dependent.append(
          RegressionError.Dependence(column: column, combination: combination(of: column, from: kept)))
        continue
      }
      reflect(column, at: place, length: rest)
      kept.append(column)
    }
    guard dependent.isEmpty else { throw .dependent(dependent) }
  }

  private mutating func reflect(_ column: Int, at place: Int, length: Double) {
    // The sign that adds magnitudes, so that nothing cancels.
    let head = columns[column][place]
    let value = head > 0 ? -length : length
    columns[column][place] = head - value
    let square = columns[column][place...].reduce(0) { $0 + $1 * $1 }
    let scale = 2 / square
    diagonal.append(value)
    reflectionScales.append(scale)
    for later in (column + 1)..<max(columns.count, column + 1) {
      Self.apply(columns[column], scale, to: &columns[later], from: place)
    }
  }

  private static func apply(_ reflection: [Double], _ scale: Double, to values: inout [Double], from place: Int) {
    var product = 0.0
    for row in place..<values.count { product += reflection[row] * values[row] }
    product *= scale
    for row in place..<values.count { values[row] -= product * reflection[row] }
  }

  /// The columns that explain one, in the units of the matrix.
  private func combination(of column: Int, from kept: [Int]) -> [RegressionError.Part] {
    guard lengths[column] > 0 else { return [] }
    var factors = [Double](repeating: 0, count: kept.count)
    for place in kept.indices.reversed() {
      var rest = columns[column][place]
      for later in (place + 1)..<max(kept.count, place + 1) { rest -= columns[kept[later]][place] * factors[later] }
      factors[place] = rest / diagonal[place]
    }
    return kept.indices.compactMap { place in
      let factor = factors[place] * lengths[column] / lengths[kept[place]]
      return factors[place].magnitude > 1e-7 ? RegressionError.Part(column: kept[place], factor: factor) : nil
    }
  }

  /// The first entries of Qᵀy.
  func projected(_ targets: [Double]) -> [Double] {
    var values = targets
    for column in columns.indices { Self.apply(columns[column], reflectionScales[column], to: &values, from: column) }
    return Array(values.prefix(columns.count))
  }

  private func entry(_ row: Int, _ column: Int) -> Double { row == column ? diagonal[row] : columns[column][row] }

  /// R⁻¹ times a vector, in the units of the matrix.
  func solution(of right: [Double]) -> [Double] {
    var result = right
    for row in columns.indices.reversed() {
      for later in (row + 1)..<max(columns.count, row + 1) { result[row] -= entry(row, later) * result[later] }
      result[row] /= diagonal[row]
    }
    return result.indices.map { result[$0] / lengths[$0] }
  }

  /// (RᵀR)⁻¹ = R⁻¹R⁻ᵀ.
  func inverseOfSquare() -> [[Double]] {
    let count = columns.count
    let inverses = (0..<count).map { unit in solution(of: (0..<count).map { $0 == unit ? 1 : 0 }) }
    return (0..<count).map { a in
      (0..<count).map { b in (0..<count).reduce(0) { $0 + inverses[$1][a] * inverses[$1][b] } }
    }
  }

  /// |R⁻ᵀx|², the row's share in its own fitted value.
  func leverage(of row: [Double]) -> Double {
    var solved = [Double](repeating: 0, count: columns.count)
    var sum = 0.0
    for column in columns.indices {
      var rest = row[column] / lengths[column]
      for before in 0..<column { rest -= entry(before, column) * solved[before] }
      solved[column] = rest / diagonal[column]
      sum += solved[column] * solved[column]
    }
    return sum
  }
}
