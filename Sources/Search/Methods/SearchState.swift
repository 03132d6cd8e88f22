import Distributions
import SpacePlanner
import Supernet

/// What every search that learns a distribution keeps of it.
extension TensorFile {
  /// The logits and the moments of their optimiser.
  init(_ distribution: Distribution, _ optimiser: Adam, texts: [String: String]) {
    let (logits, moments) = (distribution.logits.flatMap { $0 }, optimiser.numbers)
    self.init(
      [Tensor("logits", [logits.count], .float64(logits)), Tensor("adam", [moments.count], .float64(moments))],
      texts: texts)
  }

  /// The distribution that was kept; its moments go into the optimiser.
  ///
  /// - Throws: `TensorFileError.unexpected` where it is of another plan.
  func distribution(of plan: DistributionPlan, _ optimiser: inout Adam) throws -> Distribution {
    guard case .float64(let logits)? = self["logits"], logits.count == plan.logits,
      case .float64(let moments)? = self["adam"]
    else { throw TensorFileError.unexpected("the distribution") }
    guard optimiser.restore(moments) else { throw TensorFileError.unexpected("the optimiser of the distribution") }
    var rest = logits[...]
    let rows = plan.factors.map { factor in
      defer { rest = rest.dropFirst(factor.combinations.count) }
      return Array(rest.prefix(factor.combinations.count))
    }
    return Distribution(plan: plan, logits: rows)
  }
}
