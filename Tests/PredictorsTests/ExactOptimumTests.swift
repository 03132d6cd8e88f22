import Distributions
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

@testable import Predictors

/// The exact optimum against every network, one by one.
struct ExactOptimumTests {
  /// A part of mini-fox that can be gone through: two stages and some conditions, one of them across stages.
  private static func parts(_ conditions: [String]) throws -> SearchedParts {
    let small = [
      "w80.layers == 2", "w80[1].kernel == 3", "w80[2].kernel == 3", "w24.layers <= 3", "w40.layers == 2",
      "w40[1].kernel == 3", "w80[1].expansion == 2",
    ]
    let compilation = compileSpace(at: "\(Repository.root)/spaces/mini-fox.yaml", where: small + conditions)
    return SearchedParts(try #require(compilation.result).space)
  }

  private static func predictor(_ name: String, _ parts: SearchedParts, _ formula: String, seed: UInt64) throws
    -> Predictor
  {
    var random = SplitRandom(seed: seed, stream: 0)
    let terms = try Formula(formula).terms(of: parts)
    let coefficients = terms.map { _ in Double(Int(random.next() % 41)) / 16 - (name == "latency" ? 0.4 : 1) }
    return Predictor(target: name, unit: "", space: "mini-fox", terms: terms, coefficients: coefficients)
  }

  @Test(
    arguments: [
      ([], "accuracy", 1), (["w40[1].kernel == w40[2].kernel"], "accuracy", 2),
      (["w24[1].expansion <= w40[1].expansion"], "main", 3),
    ] as [([String], String, UInt64)])
  func `no network within the limit is predicted better`(conditions: [String], formula: String, seed: UInt64) throws {
    let parts = try Self.parts(conditions + ["w24[3].kernel == 3 or w24.layers == 2", "w80[2].expansion == 3"])
    let (accuracy, latency) = try (
      Self.predictor("accuracy", parts, formula, seed: seed),
      Self.predictor("latency", parts, "latency", seed: seed + 9)
    )
    let space = try PredictedSpace(parts, accuracy: accuracy, latency: latency, tie: .free)
    let exact = try ExactOptimum(space, limit: .infinity)
    var found: [(accuracy: Double, latency: Double)] = []
    try forEachNetwork(of: parts.space) { network in
      let legal = parts.space.requirements.indices.allSatisfy { space.meets($0, network) }
      if legal { found.append((space.accuracy.value(of: network), space.latency.value(of: network))) }
    }
    #expect(found.count > 200)
    for quantile in [0.01, 0.2, 0.5, 1] {
      let latencies = found.map(\.latency).sorted()
      let limit = latencies[Int(Double(latencies.count - 1) * quantile)] + 1e-6
      let best = try #require(exact.best(within: limit))
      let most = found.filter { $0.latency <= limit }.map(\.accuracy).max() ?? 0
      #expect((best.accuracy - most).magnitude < 1e-9)
      #expect((space.accuracy.value(of: best.network) - best.accuracy).magnitude < 1e-9)
      #expect(parts.space.requirements.indices.allSatisfy { space.meets($0, best.network) })
    }
  }

  private func forEachNetwork(of space: Space, _ body: (Architecture) -> Void) throws {
    func go(_ index: Int, _ network: inout Architecture) {
      guard index < space.decisions.count else { return body(network) }
      let id = DecisionID(index: index)
      guard space.exists(id, in: network) else {
        network[id] = nil
        return go(index + 1, &network)
      }
      // Fixed by the conditions above: the rest of the space is skipped and not visited.
      for option in space[id].options.indices where Self.isOpen(space[id], option) {
        network[id] = option
        go(index + 1, &network)
      }
      network[id] = nil
    }
    var network = Architecture(choices: [Int?](repeating: nil, count: space.decisions.count))
    go(0, &network)
  }

  private static func isOpen(_ decision: Decision, _ option: Int) -> Bool {
    let fixed = [
      "w80.layers": 2, "w80[1].kernel": 3, "w80[2].kernel": 3, "w40.layers": 2, "w80[2].expansion": 3,
      "w40[1].kernel": 3, "w80[1].expansion": 2,
    ]
    return fixed[decision.name].map { decision.options[option].integer == $0 } ?? true
  }

  @Test func `a budget on the whole network is refused`() throws {
    let parts = try Self.parts(["macs <= 40M"])
    let main = try Self.predictor("accuracy", parts, "main", seed: 1)
    let space = try PredictedSpace(parts, accuracy: main, latency: main, tie: .alike)
    #expect(throws: PredictedSpaceError.budget("macs <= 40M")) { try ExactOptimum(space, limit: 1) }
  }
}
