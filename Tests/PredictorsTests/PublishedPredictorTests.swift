import Distributions
import Foundation
import SpaceIR
import TestSupport
import Testing

@testable import Predictors

/// Numbers of fox-nas.md.
struct PublishedPredictorTests {
  /// Section 4.
  @Test(arguments: [
    ([2, 2, 3, 2, 3], 68.248796, 27.98578), ([3, 4, 5, 4, 5], 72.940568, 84.29092),
    ([4, 6, 7, 6, 7], 76.247692, 174.1003),
  ])
  func `golden predictions`(setting: [Int], accuracy: Double, latency: Double) throws {
    let parts = try FoxNAS.parts()
    let network = try FoxNAS.uniform(setting, parts)
    let values = try ["accuracy", "latency"].map {
      try BoundPredictor(FoxNAS.published($0), of: parts).value(of: network)
    }
    #expect((values[0] - accuracy).magnitude < 5e-7 && (values[1] - latency).magnitude < 5e-5, "\(values)")
  }

  /// Section 5.2; a stage is (tot, avg_e, avg_k, eF, kF).
  static let optima: [(limit: Double, accuracy: Double, latency: Double, stages: String)] = [
    (30, 69.1662, 29.8872, "2,2,3,2,3 2,2,3,2,3 3,2,3,2,5 2,2,3,2,3 3,2,3,2,7"),
    (40, 71.7062, 39.8505, "2,2,3,2,3 2,2,3,2,3 4,2,3,2,5 4,2,3,2,3 3,6,3,3,7"),
    (45, 72.5725, 44.8451, "2,2,3,2,3 4,2,3,2,3 4,2,3,2,7 4,2,3,2,3 3,6,3,6,7"),
    (50, 73.2100, 49.5808, "3,2,3,2,3 4,2,3,2,3 4,2,3,2,7 4,2,3,6,3 3,6,3,6,7"),
    (55, 73.6787, 54.7152, "4,2,3,2,3 4,2,3,2,3 4,2,3,6,7 4,2,3,6,3 3,6,5,6,7"),
    (60, 74.0124, 59.9939, "4,2,3,2,3 4,2,3,2,3 4,2,3,4,7 3,6,3,6,5 3,6,5,6,7"),
    (70, 74.6455, 69.9681, "4,2,3,2,3 4,2,3,2,5 3,6,7,6,7 3,6,3,6,3 4,6,5,6,7"),
    (80, 75.1294, 79.6644, "4,2,3,2,3 4,2,3,2,7 3,6,7,6,7 4,6,5,6,5 4,6,7,6,7"),
  ]

  @Test func `the exact optima are those of the table`() throws {
    let space = try FoxNAS.predicted()
    let exact = try ExactOptimum(space, limit: .infinity)
    #expect(exact.front.count == 654)
    for row in Self.optima {
      let best = try #require(exact.best(within: row.limit))
      let stages = space.parts.stages.map { stage in
        space.parts.summary(of: stage, in: best.network).map { String(Int($0)) }.joined(separator: ",")
      }
      #expect(stages.joined(separator: " ") == row.stages)
      #expect((best.accuracy - row.accuracy).magnitude < 5e-5 && (best.latency - row.latency).magnitude < 5e-5)
      #expect(space.space.contains(best.network))
    }
  }

  @Test func `free blocks are at least as good as blocks alike`() throws {
    let alike = try ExactOptimum(FoxNAS.predicted(), limit: 60)
    let free = try ExactOptimum(FoxNAS.predicted(.free), limit: 60)
    for limit in stride(from: 30.0, through: 60, by: 5) {
      let (tied, loose) = try (#require(alike.best(within: limit)), #require(free.best(within: limit)))
      #expect(loose.accuracy >= tied.accuracy)
    }
  }

  /// Section 5.2: of ten seeds of a re-implementation six reach 73.6787 and four stop 0.15 lower, after 50,000 to 86,000
  /// predictions. One walk of ours that gets there, and what it is held to.
  @Test func `the published annealer reaches the optimum at 55 ms and never leaves the limit`() throws {
    let space = try FoxNAS.predicted()
    var random = SplitRandom(seed: 4, stream: 0)
    let walk = try AnnealingWalk(space, limit: 55, rule: .published, using: &random)
    let exact = try #require(try ExactOptimum(space, limit: 55).best(within: 55))
    #expect(walk.best.latency <= 55 && walk.best.accuracy <= exact.accuracy)
    #expect(exact.accuracy - walk.best.accuracy < 0.2, "\(walk.best.accuracy)")
    #expect((40_000..<100_000).contains(walk.calls), "\(walk.calls)")
    var again = SplitRandom(seed: 4, stream: 0)
    var other = AnnealingRule.published
    other.longest = 50
    let short = try AnnealingWalk(space, limit: 55, rule: other, using: &again)
    #expect(short.steps == 50)
  }

  @Test func `a limit below every network is no wait`() throws {
    var random = SplitRandom(seed: 1, stream: 0)
    var rule = AnnealingRule.published
    rule.redraws = 100
    #expect(throws: AnnealingError.noStart(tries: 100)) {
      try AnnealingWalk(FoxNAS.predicted(), limit: 20, rule: rule, using: &random)
    }
    let exact = try ExactOptimum(FoxNAS.predicted(), limit: 20)
    #expect(exact.front.isEmpty && (exact.leastLatency - 27.98578).magnitude < 1e-4)
  }

  /// Section 4, on the public 300 rows, which may not be part of this project.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: rows), "../shared/data/fox-nas is not on this machine"),
    arguments: [
      (Reference("accuracy", "accuracy", 0.9472, 0.9391, 0.2465, 0.1797, -11.5)),
      (Reference("latency", "latency", 0.9901, 0.9888, 2.724, 2.061, 2.9)),
      (Reference("accuracy", "main", 0.9123, 0.9043, 0.3089, 0.2338, nil)),
      (Reference("latency", "main", 0.9567, 0.9527, 5.586, 4.360, nil)),
      (Reference("accuracy", "depths", 0.6430, 0.6370, 0.6017, 0.4674, nil)),
    ])
  func `the public rows give the reference fits`(reference: Reference) throws {
    let parts = try FoxNAS.parts()
    let table = try RowTable(String(contentsOfFile: Self.rows, encoding: .utf8))
    let terms = try Formula(reference.formula).terms(of: parts)
    let column = try #require(table.place(of: reference.target == "accuracy" ? "acc" : "latency"))
    let fit = try PredictorFit(
      target: reference.target, unit: "", space: "fox-nas", note: "", terms: terms,
      values: table.values(of: Predictor.features(of: terms), in: parts), targets: table.numbers(in: column))
    let shares = try [#require(fit.quality.explained), #require(fit.quality.adjusted)]
    #expect(near(shares, [reference.explained, reference.adjusted], 5e-5))
    #expect((fit.quality.residualError / reference.residual - 1).magnitude < 3e-4)
    #expect((fit.quality.inSample.mean / reference.mean - 1).magnitude < 3e-4)
    if let curvature = reference.curvature {
      #expect((try #require(fit.quality.curvature) - curvature).magnitude < 0.05)
    }
  }

  static let rows = "\(Repository.root)/../shared/data/fox-nas/model_data_CPU_256.csv"

  struct Reference: CustomTestStringConvertible, Sendable {
    let (target, formula): (String, String)
    let (explained, adjusted, residual, mean): (Double, Double, Double, Double)
    let curvature: Double?

    init(
      _ target: String, _ formula: String, _ explained: Double, _ adjusted: Double, _ residual: Double, _ mean: Double,
      _ curvature: Double?
    ) {
      (self.target, self.formula, self.explained, self.adjusted) = (target, formula, explained, adjusted)
      (self.residual, self.mean, self.curvature) = (residual, mean, curvature)
    }

    var testDescription: String { "\(target) by \(formula)" }
  }
}
