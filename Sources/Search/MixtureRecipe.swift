import Foundation
package import SpacePlanner

/// What defines a search that runs all networks at once, beside what a `SearchRecipe` says of every search.
///
/// Values and their sources: fbnetv2.md, section 3.
package struct MixtureRecipe: Hashable, Sendable, Codable {
  /// How cost is combined with the cross-entropy CE (fbnetv2.md, section 2.5).
  package enum Loss: String, Hashable, Sendable, Codable, CaseIterable {
    /// CE + μ · cost / target.
    case additive
    /// CE · α · (log cost)^β, as the first FBNet (arXiv 1812.03443).
    case fbnet
    /// CE + μ · max(0, cost / target - 1), as FP-NAS.
    case hinge
  }

  /// T of the Gumbel-softmax before the first epoch.
  package var temperature: Double
  /// T falls by exp(-annealing) in every epoch.
  package var annealing: Double
  /// Adam's step for the logits, and the weight decay of the logits.
  package var rate: Double
  package var decay: Double
  /// Of the images, how many are for the weights; the others are for the logits.
  package var share: Double
  package var loss: Loss
  /// μ of `additive` and `hinge`.
  package var costWeight: Double
  /// α and β of `fbnet`.
  package var factor: Double
  package var exponent: Double
  package var cost: MixtureCost.Rule

  /// What T falls by from the first to the last epoch: FBNet's exp(-0.045) in each of 90 epochs.
  package static let wholeAnnealing = 0.045 * 90

  /// Sum over the epochs of the logits' rate: FBNet's 0.01 in each of 90 epochs.
  package static let wholeRate = 0.01 * 90
  /// Of the logits in short searches, so that a step stays small against a logit.
  package static let greatestRate = 0.1

  /// - Parameter epochs: Of the search; a shorter one anneals faster, to the same last temperature, and its logits take
  ///   larger steps.
  package init(epochs: Double) {
    temperature = 5
    annealing = Self.wholeAnnealing / max(epochs, 1)
    rate = min(Self.greatestRate, Self.wholeRate / max(epochs, 1))
    decay = 5e-4
    share = 0.8
    loss = .additive
    costWeight = 0.2
    factor = 0.2
    exponent = 0.6
    cost = .effective
  }
}

extension MixtureRecipe {
  /// What is wrong with it, in words; nil: nothing.
  var complaint: String? {
    let positive = [("the temperature", temperature), ("the logits' rate", rate), ("alpha", factor)]
    for (name, value) in positive where !(value > 0 && value.isFinite) { return "\(name) is above 0, not \(value)" }
    let others = [
      ("the annealing", annealing), ("the logits' decay", decay), ("mu", costWeight), ("the cost's exponent", exponent),
    ]
    for (name, value) in others where !(value >= 0 && value.isFinite) { return "\(name) is at least 0, not \(value)" }
    return share > 0 && share < 1 ? nil : "the share of the weights' images is between 0 and 1, not \(share)"
  }

  /// The loss and its slopes in cross-entropy and cost.
  ///
  /// - Parameter target: Nil: `additive` and `hinge` leave cost out.
  package func combined(
    crossEntropy: Double, cost: Double, target: Double?
  ) -> (loss: Double, perCrossEntropy: Double, perCost: Double) {
    switch loss {
    case .additive:
      guard let target else { return (crossEntropy, 1, 0) }
      return (crossEntropy + costWeight * cost / target, 1, costWeight / target)
    case .hinge:
      guard let target, cost > target else { return (crossEntropy, 1, 0) }
      return (crossEntropy + costWeight * (cost / target - 1), 1, costWeight / target)
    case .fbnet:
      // A network of a few multiply-adds would have no logarithm above 0.
      let logarithm = log(max(cost, 3))
      let scale = factor * pow(logarithm, exponent)
      let slope = cost > 3 ? crossEntropy * scale * exponent / logarithm / cost : 0
      return (crossEntropy * scale, scale, slope)
    }
  }
}
