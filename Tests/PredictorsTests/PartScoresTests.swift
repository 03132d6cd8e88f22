import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

@testable import Predictors

struct PartScoresTests {
  /// 66 decisions of two options that hang together have 2⁶⁶ settings: numbers of 64 bits name four of them alike.
  @Test func `scores of a part with more settings than integers are not mixed up`() throws {
    let layers = (0..<66).map { "  - {name: c\($0), op: conv, channels: 4, kernel: {choose: [1, 3]}}\n" }.joined()
    let text = """
      espalier: 1
      space: long
      input: {channels: 3, height: 8, width: 8}
      output: {classes: 10}
      network:
      \(layers)  - {name: pool, op: global_pool}
        - {name: head, op: linear, features: 10}
      """
    let parts = SearchedParts(try #require(Repository.compilation(ofText: text).result).space)
    let kernels = (0..<66).map { Feature.value(.init("c\($0).kernel")) }
    let pairs = zip(kernels, kernels.dropFirst()).map { Term([$0, $1]) }
    let predictor = Predictor(
      target: "accuracy", unit: "", space: "long", terms: [Term([kernels[0]])] + pairs,
      coefficients: [5] + pairs.map { _ in 1 })
    let space = try PredictedSpace(parts, accuracy: predictor, latency: predictor, tie: .free)
    #expect(space.components.map(\.count) == [66])
    var scores = PartScores(space)
    var state = [Int](repeating: 0, count: 66)
    for place in [nil, 0, 1, 2, 65] {
      if let place { state[place] = 1 }
      #expect(scores.score(of: 0, state) == scores.computed(0, state))
      #expect(scores.score(of: 0, state) == scores.computed(0, state), "the second time from memory")
    }
  }
}
