import Devices
import Testing

/// Statistics of predictions, against numbers worked out by hand.
struct AgreementTests {
  @Test func `errors are of what was measured`() {
    let agreement = Agreement(predicted: [90, 100, 240], measured: [100, 100, 200])
    #expect(abs(agreement.signedError - (-0.1 + 0 + 0.2) / 3) < 1e-15)
    #expect(abs(agreement.meanError - 0.1) < 1e-15 && abs(agreement.greatestError - 0.2) < 1e-15)
    #expect(agreement.withinTenth == 2.0 / 3)
    #expect(abs(agreement.rootMeanSquare - ((100.0 + 1600) / 3).squareRoot()) < 1e-12)
    #expect(agreement.tau.map { abs($0 - 2 / 6.0.squareRoot()) < 1e-15 } == true)
  }

  @Test func `a line comes back from its points, and its errors from their scatter`() throws {
    let exact = try #require(LinearFit([1, 2, 5, 9].map { ($0, 0.5 + 1.25 * $0) }))
    #expect(abs(exact.constant - 0.5) < 1e-12 && abs(exact.factor - 1.25) < 1e-12 && exact.factorError < 1e-12)
    // Residuals -1, 2, -1 about 1 + 0 x: s² = 6, both errors by the textbook formulas.
    let noisy = try #require(LinearFit([(0, 0), (1, 3), (2, 0)]))
    #expect(abs(noisy.constant - 1) < 1e-12 && abs(noisy.factor) < 1e-12)
    #expect(abs(noisy.factorError - 3.0.squareRoot()) < 1e-12)
    #expect(abs(noisy.constantError - (6 * (1 / 3.0 + 1 / 2.0)).squareRoot()) < 1e-12)
    #expect(LinearFit([(1, 2)]) == nil && LinearFit([(1, 2), (1, 3)]) == nil)
    let others = try #require(LinearFit.leavingOneOut([(1, 5), (2, 2), (3, 4)]))
    let expected: [Double] = [16.0 / 13, 4.5, -1]
    for (found, wanted) in zip(others, expected) { #expect(abs(found - wanted) < 1e-12) }
    // Least squares would begin at -1: through 0 it is 14 / 14 of what x and y have in common.
    let steep = try #require(LinearFit([(1, 0), (2, 1), (3, 4)]))
    #expect(steep.constant == 0 && steep.factor == 1 && steep.constantError == 0)
    let error = (3.0 / 28).squareRoot()
    #expect(abs(steep.factorError - error) < 1e-12)
    #expect(exact.shifted(by: 2)(3) == exact(5))
  }

  @Test func `a check needs six networks for a line through the others`() throws {
    func check(_ count: Int) -> NetworkCheck {
      NetworkCheck(
        (1...count).map { number in
          let x = Double(number)
          return .init(sum: x, first: 2 * x + 1.2, second: 2 * x + 1, macs: x * 100)
        })
    }
    #expect(check(4).line == nil && check(5).line != nil && check(5).leavingOneOut == nil)
    let whole = check(8)
    let line = try #require(whole.line)
    #expect(abs(line.constant - 1) < 1e-12 && abs(line.factor - 2) < 1e-12)
    let left = try #require(whole.leavingOneOut)
    #expect(left.greatestError < 1e-12 && left.tau == 1)
    #expect(whole.repetition.signedError < 0 && whole.plain.signedError < -0.5)
    var generator = SystemRandomNumberGenerator()
    let five = try #require(whole.calibration(choices: 20, using: &generator))
    #expect(five.mean < 1e-12 && five.high < 1e-12 && check(5).calibration(using: &generator) == nil)
    let corrected = whole.corrected(constant: 3, factor: 2, call: 1)
    #expect(corrected.greatestError < 1e-12)
  }
}
