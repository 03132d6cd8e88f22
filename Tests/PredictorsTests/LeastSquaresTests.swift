import Distributions
import Testing

@testable import Predictors

struct LeastSquaresTests {
  /// y = 2 + 3x without noise, and with residuals that are known.
  @Test func `a line is found with its errors`() throws {
    let rows = [0.0, 1, 2, 3].map { [1, $0] }
    let fit = try LeastSquares(rows: rows, targets: [2, 5, 8, 11])
    #expect(near(fit.coefficients, [2, 3], 1e-12))
    // By hand: x̄ = 1.5, Σ(x - x̄)² = 5, b = 6 / 5, a = 2.2; RSS = 0.8, so that s² = 0.4 and se(b) = √(0.4 / 5).
    let noisy = try LeastSquares(rows: rows, targets: [2, 4, 4, 6])
    #expect(near(noisy.coefficients, [2.2, 1.2], 1e-12))
    #expect(near(noisy.standardErrors, [(0.4 * (0.25 + 2.25 / 5)).squareRoot(), (0.4 / 5).squareRoot()], 1e-12))
    #expect(near(noisy.leverages, [0.7, 0.3, 0.3, 0.7], 1e-12))
  }

  @Test func `a row that is left out is predicted as by a fit to the others`() throws {
    let rows = (0..<9).map { [1, Double($0), Double($0 * $0 % 7)] }
    let targets = (0..<9).map { Double(($0 * 5 + 3) % 11) }
    let fit = try LeastSquares(rows: rows, targets: targets)
    let again = try crossPredictions(rows: rows, targets: targets, parts: (0..<9).map { [$0] })
    #expect(near(fit.leftOut, again, 1e-10))
  }

  /// Longley 1967 is not copied; a Hilbert-like matrix is as hard, and its answer is known by construction.
  @Test func `a system that is nearly singular keeps its digits`() throws {
    let rows = (1...12).map { row in (1...6).map { 1 / Double(row + $0 - 1) } }
    let targets = rows.map { $0.reduce(0, +) }
    let fit = try LeastSquares(rows: rows, targets: targets)
    // The condition number is 1e6: six of sixteen digits go, where normal equations would lose twelve.
    #expect(near(fit.coefficients, [Double](repeating: 1, count: 6), 1e-8))
  }

  @Test func `columns that depend on others are named with how`() {
    let rows = (0..<8).map { number -> [Double] in
      let (x, y) = (Double(number), Double(number % 3))
      return [1, x, y, 2 * x - y, 0]
    }
    do throws(RegressionError) {
      _ = try LeastSquares(rows: rows, targets: rows.map { $0[1] })
      Issue.record("this has no one answer")
    } catch {
      guard case .dependent(let columns) = error, columns.map(\.column) == [3, 4] else {
        Issue.record("\(error)")
        return
      }
      #expect(columns[0].combination.map(\.column) == [1, 2])
      #expect(near(columns[0].combination.map(\.factor), [2, -1], 1e-12))
      #expect(columns[1].combination.isEmpty)
    }
  }

  @Test func `as many rows as coefficients are too few`() {
    #expect(throws: RegressionError.tooFewRows(rows: 2, columns: 2)) {
      try LeastSquares(rows: [[1, 2], [1, 3]], targets: [0, 1])
    }
  }

  @Test func `chances are those of tables of Student's distribution`() {
    // Two-sided 5 % points: 12.706 at 1, 2.228 at 10, 1.960 at infinity.
    #expect((twoSidedChance(t: 12.7062, degreesOfFreedom: 1) - 0.05).magnitude < 1e-6)
    #expect((twoSidedChance(t: -2.228139, degreesOfFreedom: 10) - 0.05).magnitude < 1e-6)
    #expect((twoSidedChance(t: 1.959964, degreesOfFreedom: 10_000_000) - 0.05).magnitude < 1e-6)
    #expect(twoSidedChance(t: 0, degreesOfFreedom: 5) == 1)
    // At one degree of freedom it is a Cauchy distribution: half of it lies beyond 1.
    #expect((twoSidedChance(t: 1, degreesOfFreedom: 1) - 0.5).magnitude < 1e-12)
  }

  @Test func `rank correlation counts pairs, and ties in neither list`() throws {
    #expect(kendallTau([1, 2, 3, 4], [10, 20, 30, 40]) == 1)
    #expect(kendallTau([1, 2, 3], [3, 2, 1]) == -1)
    // Of 6 pairs one is tied in a and one in b: (4 - 0) / √(5 · 5).
    #expect((try #require(kendallTau([1, 1, 2, 3], [1, 2, 3, 3])) - 0.8).magnitude < 1e-12)
    // Five of six pairs are ordered alike, one is not: (5 - 1) / 6.
    #expect((try #require(kendallTau([1, 2, 3, 4], [1, 3, 2, 4])) - 4.0 / 6).magnitude < 1e-15)
    // A tie on one side: (5 - 0) / √(5 · 6).
    #expect((try #require(kendallTau([1, 1, 2, 3], [1, 2, 3, 4])) - 5 / 30.0.squareRoot()).magnitude < 1e-15)
    #expect(kendallTau([1, 1], [1, 2]) == nil && kendallTau([1], [1]) == nil)
  }

  @Test func `the interval of a rank correlation is that of its draws`() throws {
    var generator = SplitRandom(seed: 1, stream: 0)
    let ranks = (0..<12).map(Double.init)
    #expect(kendallInterval(ranks, ranks, using: &generator) == 1...1)
    let mixed = try #require(kendallInterval(ranks, [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10], using: &generator))
    #expect(mixed.lowerBound < mixed.upperBound && mixed.contains(1 - 2 * 6.0 / 66))
    #expect(kendallInterval([1, 1], [1, 2], using: &generator) == nil)
  }

  @Test func `equal targets leave no share of their variance`() throws {
    let rows = (0..<6).map { [1, Double($0)] }
    let quality = FitQuality(try LeastSquares(rows: rows, targets: [Double](repeating: 0.1, count: 6)), rows: rows)
    #expect(quality.explained == nil && quality.adjusted == nil)
    #expect(quality.residualError < 1e-14)
  }
}

func near(_ a: [Double], _ b: [Double], _ tolerance: Double) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { ($0 - $1).magnitude <= tolerance }
}
