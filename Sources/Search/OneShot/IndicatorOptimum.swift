import Distributions
import Foundation
import SpaceAnalysis
import SpaceIR

/// What the search by an indicator is held against: the indicator is a sum over layers and so are costs, so that the best
/// network within the limits is a knapsack (bn-nas.md, section 6.2).
package struct IndicatorOptimum: Sendable {
  private let space: Space
  private let table: OperatorTable
  private let members: MemberSet
  private let seed: UInt64
  /// Uniform draws that the excess is counted over.
  private static let draws = 1000

  init(space: Space, table: OperatorTable, members: MemberSet, seed: UInt64) {
    self.space = space
    self.table = table
    self.members = members
    self.seed = seed
  }

  /// The greatest sum of a legal network, the mean over uniform draws, and the share of the one's excess over the other that
  /// a network has. Nil where the optimum is not known, or nothing differs.
  package func excess(of score: Double, _ values: [[Double]]) throws -> (best: Double, mean: Double, share: Double)? {
    guard let network = try table.best(values, of: space, among: members) else { return nil }
    let best = table.sum(values, over: network)
    var generator = SplitRandom(.calibration, seed: seed, 2)
    let sum = (0..<Self.draws).reduce(0.0) { sum, _ in
      sum + table.sum(values, over: members.draw(using: &generator))
    }
    let mean = sum / Double(Self.draws)
    guard best > mean else { return nil }
    return (best, mean, (score - mean) / (best - mean))
  }

  func remarks(on score: Double, _ values: [[Double]]) throws -> [String] {
    guard let (best, mean, share) = try excess(of: score, values) else { return [] }
    func text(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
    return [
      "the greatest indicator within the limits is \(text(best, 6)) exactly; the search came to \(text(score, 6)), which is "
        + "\(text(share * 100, 1)) % of its excess over "
        + "\(text(mean, 6)), the mean of \(Self.draws) uniform draws"
    ]
  }
}
