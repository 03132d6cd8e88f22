import Distributions
import SpacePlanner
package import Supernet

/// What a checkpoint holds: logits, moments and shared weights. Noise, place in the data and temperature follow from seed
/// and step.
extension MaskedSearch {
  package func state() throws -> TensorFile {
    var file = TensorFile(
      distribution, optimiser, texts: ["step": String(step), "seed": String(seed), "form": "mixture"])
    file.append(contentsOf: try supernet.savedState(.momentum))
    return file
  }

  package mutating func restore(_ file: TensorFile) throws {
    guard let step = file.texts["step"].flatMap(Int.init), (0...totalSteps).contains(step),
      file.texts["seed"] == String(seed), file.texts["form"] == "mixture"
    else { throw TensorFileError.unexpected("how far the search was") }
    var optimiser = Self.optimiser(for: distribution.plan, settings)
    let distribution = try file.distribution(of: distribution.plan, &optimiser)
    try supernet.restoreState(file)
    self.distribution = distribution
    self.optimiser = optimiser
    self.step = step
    trained = nil
  }
}
