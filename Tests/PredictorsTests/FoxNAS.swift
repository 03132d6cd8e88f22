import Foundation
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

@testable import Predictors

/// The space of FOX-NAS with the coefficients of its release (fox-nas.md, section 4).
enum FoxNAS {
  static func parts(_ name: String = "fox-nas") throws -> SearchedParts {
    SearchedParts(try #require(Repository.compilation(of: name).result).space)
  }

  static func published(_ target: String) throws -> Predictor {
    let path = "\(Repository.root)/docs/examples/fox-nas-\(target).json"
    return try PredictorFile.predictor(from: Data(contentsOf: URL(filePath: path)))
  }

  static func predicted(_ tie: BlockTie = .alike) throws -> PredictedSpace {
    try PredictedSpace(parts(), accuracy: published("accuracy"), latency: published("latency"), tie: tie)
  }

  /// A network from what each stage has: blocks' expansions and kernels, the first block first.
  static func network(_ stages: [(expansions: [Int], kernels: [Int])], _ parts: SearchedParts) throws -> Architecture {
    var network = Architecture(choices: [Int?](repeating: nil, count: parts.space.decisions.count))
    func decide(_ id: DecisionID, _ value: Int) throws {
      let place: Int? = parts.space[id].options.firstIndex { $0.integer == value }
      let found: Int = try #require(place)
      network[id] = found
    }
    for (stage, values) in zip(parts.stages, stages) {
      try decide(try #require(stage.depth), values.kernels.count)
      for (block, kernel) in values.kernels.enumerated() {
        try decide(try #require(stage.blocks[block]["kernel"]), kernel)
        try decide(try #require(stage.blocks[block]["expansion"]), values.expansions[block])
      }
    }
    #expect(parts.space.contains(network))
    return network
  }

  /// (tot, avg_e, avg_k, eF, kF), the same in all stages.
  static func uniform(_ setting: [Int], _ parts: SearchedParts) throws -> Architecture {
    let rest = setting[0] - 1
    let stage = (
      expansions: [setting[3]] + Array(repeating: setting[1], count: rest),
      kernels: [setting[4]] + Array(repeating: setting[2], count: rest)
    )
    return try network(Array(repeating: stage, count: 5), parts)
  }
}
