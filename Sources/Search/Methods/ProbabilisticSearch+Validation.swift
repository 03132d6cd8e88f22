import Engine
package import SpaceIR
import SpacePlanner
import Supernet

extension ProbabilisticSearch {
  /// Mean cross-entropy of a network with the shared weights as they are, over the first validation batches, nats. It
  /// changes nothing in the search.
  ///
  /// - Throws: `EngineError`.
  package func validationLoss(of architecture: Architecture, batches: Int = 8) throws -> Double {
    let count = min(batches, validation.batchesPerEpoch)
    var sum = 0.0
    for batch in 0..<count {
      try validation.write(step: batch, to: 1, of: supernet)
      let paths = try DistinctPaths([architecture], on: supernet, batch: recipe.batch, slot: 1, pass: .forward)
      sum += try supernet.context.evaluate(paths.jobs, statistics: .batch)[0].loss
    }
    return sum / Double(count)
  }
}
