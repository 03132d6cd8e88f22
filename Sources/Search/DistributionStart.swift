package import Distributions
package import SpaceIR
package import SpacePlanner
import Supernet

/// A learnt distribution that another search starts from: PARSEC's transfer (Casale et al. 2019, arXiv 1902.05116;
/// `parsec.md`, section 6).
///
/// The logits are carried over, by the names of the decisions; the optimiser's moments and the weights begin anew.
package struct DistributionStart: Hashable, Sendable, Codable {
  /// What it was learnt by: `mini-darts on digits, parsec, seed 1`; nil: nobody knows.
  package let origin: String?
  package let distribution: DistributionSnapshot

  package init(origin: String?, distribution: DistributionSnapshot) {
    self.origin = origin
    self.distribution = distribution
  }

  /// What a run notes of its start beside the file itself.
  package struct Note: Hashable, Sendable, Codable {
    /// CRC-32 of `start.json`.
    package let checksum: String
    /// τ, which the logits are multiplied by.
    package let softening: Double

    package init(of file: [UInt8], softening: Double) {
      var checksum = Checksum()
      file.withUnsafeBytes { checksum.add($0) }
      let digits = String(checksum.value, radix: 16)
      self.checksum = String(repeating: "0", count: 8 - digits.count) + digits
      self.softening = softening
    }
  }

  /// Whether some categoricals decide several decisions at once.
  package var isJoint: Bool { distribution.groups.contains { $0.decisions.count > 1 } }

  /// The first distribution of a search, and whether it is of the joint form.
  ///
  /// A search that would change from the factorised to the joint form is joint at once where the start is.
  ///
  /// - Parameter joint: The joint plan of the space.
  /// - Throws: `TransferError`, among others where a factorised search shall start from a joint distribution.
  package func begin(
    _ space: Space, form: SearchRecipe.Form, joint: DistributionPlan, softening: Double
  ) throws(TransferError) -> (distribution: Distribution, isJoint: Bool) {
    let factorised = DistributionPlan.factorised(for: space)
    guard !isJoint else {
      // The one categorical of each decision would have to forget which options go together.
      let plan = form == .factorised ? factorised : joint
      return (try Distribution(distribution, for: space, plan: plan, softening: softening), true)
    }
    let start = try Distribution(distribution, for: space, plan: factorised, softening: softening)
    return form == .joint ? (start.joined(for: space, into: joint), true) : (start, false)
  }
}
