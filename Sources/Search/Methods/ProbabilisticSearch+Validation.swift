import Engine
package import SpaceIR
import SpacePlanner
import Supernet

/// Losses with the shared weights as they are, which change nothing in the search.
extension ProbabilisticSearch {
  /// Mean cross-entropy of a network over the first validation batches, nats.
  ///
  /// - Throws: `EngineError`.
  package func validationLoss(of architecture: Architecture, batches: Int = 8) throws -> Double {
    try meanLosses(of: [architecture], batches: batches)[0]
  }

  /// For each draw the mean over the first validation batches, the same for every draw.
  func meanLosses(of draws: [Architecture], batches: Int) throws -> [Double] {
    guard !draws.isEmpty else { return [] }
    var sums = [Double](repeating: 0, count: draws.count)
    let count = min(batches, validation.batchesPerEpoch)
    for batch in 0..<count {
      try validation.write(step: batch, to: 1, of: supernet)
      for (place, loss) in try losses(of: draws, slot: 1).enumerated() { sums[place] += loss / Double(count) }
    }
    return sums
  }

  /// On the batch in a slot.
  func losses(of draws: [Architecture], slot: Int) throws -> [Double] {
    let paths = try DistinctPaths(draws, on: supernet, batch: recipe.batch, slot: slot, pass: .forward)
    return paths.perDraw(try supernet.context.evaluate(paths.jobs, statistics: .batch).map(\.loss))
  }
}
