import Distributions
import Predictors
import Reports
import SpaceIR

/// How well predictors fitted to few rows predict the others.
struct PredictionCurves {
  private struct Point {
    let rows: Int
    /// By split: mean error and rank correlation on the rows that were left out.
    let errors: [Double]
    let ranks: [Double]

    /// Standard deviation of the errors over the splits; 0 of a single one.
    var spread: Double {
      guard errors.count > 1, let error = MeanAndError(errors).error else { return 0 }
      return error * Double(errors.count).squareRoot()
    }
  }

  private struct Curve {
    let target: String
    let unit: String
    let formula: String
    let terms: Int
    let points: [Point]
    /// Of all rows.
    let quality: FitQuality
  }

  private static let sizes = [40, 60, 100, 150, 200, 250]
  private let count: Int
  private var curves: [Curve] = []

  /// - Throws: `CommandFailure` where the rows cannot be read.
  init(of parts: SearchedParts, rowsAt path: String, splits: Int) throws {
    let table = try rowTable(at: path, of: parts.space.name)
    count = table.cells.count
    for (target, column, unit) in [("accuracy", "acc", "points"), ("latency", "latency", "ms")] {
      guard let place = table.place(of: column) else {
        throw CommandFailure("'\(path)' has no column '\(column)'", status: .couldNotRun)
      }
      for formula in [target, "main", "depths"] {
        guard let terms = try? Formula(formula).terms(of: parts) else { preconditionFailure("a formula of our own") }
        do throws(PredictorError) {
          let fit = try PredictorFit(
            target: target, unit: unit, space: parts.space.name, note: "", terms: terms,
            values: table.values(of: Predictor.features(of: terms), in: parts), targets: table.values(in: place))
          curves.append(Self.curve(fit, formula, splits: splits))
        } catch {
          throw CommandFailure(error, file: path, of: parts.space.name)
        }
      }
    }
  }

  private static func curve(_ fit: PredictorFit, _ formula: String, splits: Int) -> Curve {
    let values = fit.regression.targets
    let points = sizes.filter { $0 > fit.predictor.terms.count && $0 < values.count }.map { size in
      var (errors, ranks): ([Double], [Double]) = ([], [])
      for split in 0..<splits {
        // The same splits for every formula, so that formulas are compared on the same rows.
        var random = SplitRandom(seed: UInt64(split), stream: 0x4355_5256, UInt64(size))
        let order = values.indices.shuffled(using: &random)
        let (known, other) = (order.prefix(size), order.dropFirst(size))
        // Few rows may not tell all terms apart.
        guard let some = try? LeastSquares(rows: known.map { fit.rows[$0] }, targets: known.map { values[$0] }) else {
          continue
        }
        let predicted = other.map { row in zip(fit.rows[row], some.coefficients).reduce(0) { $0 + $1.0 * $1.1 } }
        let found = PredictionErrors(predicted, other.map { values[$0] })
        errors.append(found.mean)
        if let tau = found.tau { ranks.append(tau) }
      }
      return Point(rows: size, errors: errors, ranks: ranks)
    }
    return Curve(
      target: fit.predictor.target, unit: fit.predictor.unit, formula: formula, terms: fit.predictor.terms.count,
      points: points, quality: fit.quality)
  }

  var text: String {
    var table = AlignedTable([.left, .left, .right, .right, .right, .right, .right, .right, .right])
    table.add(["predictor", "of", "terms", "R2 of all", "rows", "mean error", "spread", "tau-b", "splits"])
    for curve in curves {
      for (place, point) in curve.points.enumerated() {
        let isFirst = place == 0
        let digits = curve.unit == "ms" ? 2 : 3
        table.add([
          isFirst ? curve.formula : "", isFirst ? curve.target : "", isFirst ? String(curve.terms) : "",
          isFirst ? curve.quality.explained?.fixed(4) ?? "none" : "", String(point.rows),
          point.errors.isEmpty ? "none" : "\(MeanAndError(point.errors).mean.fixed(digits)) \(curve.unit)",
          point.spread.fixed(digits), point.ranks.isEmpty ? "none" : MeanAndError(point.ranks).mean.fixed(3),
          String(point.errors.count),
        ])
      }
    }
    return """
      Predictors fitted to some of FOX-NAS's \(count) measured networks, and tested on the others: mean absolute error and
      Kendall's tau-b there, means over random splits; the spread is the standard deviation over splits.

      """ + table.text()
  }
}

extension RowTable {
  fileprivate func values(in place: Int) throws(PredictorError) -> [Double] {
    do throws(RowError) { return try numbers(in: place) } catch { throw .rows(error) }
  }
}
