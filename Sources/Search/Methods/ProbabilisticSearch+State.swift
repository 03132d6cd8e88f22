import Distributions
import SpacePlanner
package import Supernet

/// What a checkpoint holds. Random numbers, the place in the data and the number of draws follow from seed, step and
/// distribution, so they need not be kept.
extension ProbabilisticSearch {
  /// Everything that decides how the search goes on.
  ///
  /// - Throws: `EngineError`.
  package func state() throws -> TensorFile {
    var file = TensorFile(
      distribution, optimiser,
      texts: [
        "step": String(step), "samples": String(samples), "seed": String(seed),
        "form": isJoint ? "joint" : "factorised",
      ])
    file.append(contentsOf: try supernet.savedState(.momentum))
    return file
  }

  /// Puts the state of a search of the same space, recipe and seed back.
  ///
  /// - Throws: `TensorFileError.unexpected` where it is of another one; `EngineError`.
  package mutating func restore(_ file: TensorFile) throws {
    guard let step = file.texts["step"].flatMap(Int.init), (0...totalSteps).contains(step),
      let samples = file.texts["samples"].flatMap(Int.init), file.texts["seed"] == String(seed)
    else { throw TensorFileError.unexpected("how far the search was") }
    let isJoint = file.texts["form"] == "joint"
    let plan = isJoint ? joint : DistributionPlan.factorised(for: space)
    var optimiser = Adam(for: plan, learningRate: isJoint ? recipe.jointRate : recipe.factorisedRate)
    let distribution = try file.distribution(of: plan, &optimiser)
    try supernet.restoreState(file)
    self.distribution = distribution
    self.optimiser = optimiser
    self.isJoint = isJoint
    try legal?.regroup(distribution)
    self.step = step
    self.samples = samples
  }
}
