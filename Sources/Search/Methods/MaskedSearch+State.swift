import Distributions
import SpacePlanner
package import Supernet

/// What a checkpoint holds: logits, moments and shared weights. Noise, place in the data and temperature follow from seed
/// and step.
extension MaskedSearch {
  package func state() throws -> TensorFile {
    let logits = distribution.logits.flatMap { $0 }
    let moments = optimiser.numbers
    var file = TensorFile(
      [
        TensorFile.Tensor("logits", [logits.count], .float64(logits)),
        TensorFile.Tensor("adam", [moments.count], .float64(moments)),
      ], texts: ["step": String(step), "seed": String(seed), "form": "mixture"])
    file.append(contentsOf: try supernet.savedState(.momentum))
    return file
  }

  package mutating func restore(_ file: TensorFile) throws {
    guard let step = file.texts["step"].flatMap(Int.init), (0...totalSteps).contains(step),
      file.texts["seed"] == String(seed), file.texts["form"] == "mixture"
    else { throw TensorFileError.unexpected("how far the search was") }
    var optimiser = Self.optimiser(for: distribution.plan, settings)
    guard case .float64(let logits)? = file["logits"], logits.count == distribution.plan.logits,
      case .float64(let moments)? = file["adam"], optimiser.restore(moments)
    else { throw TensorFileError.unexpected("the distribution") }
    try supernet.restoreState(file)
    var rest = logits[...]
    distribution.logits = distribution.logits.map { row in
      defer { rest = rest.dropFirst(row.count) }
      return Array(rest.prefix(row.count))
    }
    self.optimiser = optimiser
    self.step = step
    trained = nil
  }
}
