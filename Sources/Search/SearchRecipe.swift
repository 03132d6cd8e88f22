package import Distributions
package import SpaceAnalysis

/// Everything that defines a probabilistic search besides the space, the data and the seed.
///
/// FP-NAS and PARSEC are settings of this one recipe. Defaults and their sources: fp-nas.md, sections 7, 8 and 11.
package struct SearchRecipe: Hashable, Sendable, Codable {
  /// How many architectures a step draws.
  package enum Samples: Hashable, Sendable, Codable {
    /// K = λ H, at least 2.
    case adaptive(lambda: Double)
    case fixed(Int)
  }

  /// Which form of the distribution is learnt when.
  package enum Form: Hashable, Sendable, Codable {
    case joint
    case factorised
    /// Factorised before this epoch, joint from it on: the paper's θ.
    case mixed(theta: Double)
  }

  /// How the K gradients of the weights are put together.
  package enum WeightGradient: String, Hashable, Sendable, Codable, CaseIterable {
    /// By likelihood share (FP-NAS, eq. 5).
    case importance
    /// 1/K each.
    case uniform
  }

  package var samples: Samples
  package var form: Form
  /// Passes over the training half; a large set may be searched in a part of one.
  package var epochs: Double
  /// Images of either half in a step.
  package var batch: Int
  /// First epochs, in which the weights learn from uniform draws and the distribution stays as it is.
  package var warmUpEpochs: Double
  package var warmUpSamples: Int
  /// What the target, the band and the penalty are about. A latency is in nanoseconds.
  package var measure = CostMeasure.macs
  /// The cost above which the hinge of equation (2) pulls; nil: cost plays no part.
  package var target: Int?
  /// Shares of the target: only networks with costs in between are drawn. Nil: the papers' draws, which cost limits by
  /// its penalty alone.
  package var band: ClosedRange<Double>?
  /// β of equation (4), from 0 to below 1.
  package var beta: Double
  package var weightGradient: WeightGradient
  /// The same in the warm-up. There the weights shall serve every network, and a likelihood share goes almost whole to the
  /// one that learns fastest, which is the shallowest (fp-nas.md, pitfall 18).
  package var warmUpWeightGradient: WeightGradient
  package var weightRate: Double
  package var momentum: Double
  package var weightDecay: Double
  package var clipNorm: Double
  /// Adam's step for joint and for factorised logits; the factorised form wants a third to a half (fp-nas.md, F11).
  package var jointRate: Double
  package var factorisedRate: Double
  /// s of section 2.1; 1 is the definition.
  package var likelihoodScale: Double
  package var baseline: ShareBaseline
  /// Lanes over which the draws of a step are spread; part of the definition, since sums are rounded per lane.
  package var lanes: Int
  /// Of a search that runs all networks at once; nil: it draws networks.
  package var mixture: MixtureRecipe?
  /// Of a search that trains shared weights and then scores candidates; nil: another search.
  package var oneShot: OneShotRecipe?

  package init(
    samples: Samples, form: Form, epochs: Double, batch: Int = 64, warmUpEpochs: Double, warmUpSamples: Int = 2,
    target: Int?, band: ClosedRange<Double>? = nil, beta: Double = 0.6,
    weightGradient: WeightGradient = .importance,
    warmUpWeightGradient: WeightGradient = .uniform, weightRate: Double = 0.1,
    momentum: Double = 0.9, weightDecay: Double = 1e-4, clipNorm: Double = 5, jointRate: Double = 0.03,
    factorisedRate: Double = 0.03, likelihoodScale: Double = 1, baseline: ShareBaseline = .none, lanes: Int = 2,
    mixture: MixtureRecipe? = nil, oneShot: OneShotRecipe? = nil
  ) {
    self.samples = samples
    self.form = form
    self.epochs = epochs
    self.batch = batch
    self.warmUpEpochs = warmUpEpochs
    self.warmUpSamples = warmUpSamples
    self.target = target
    self.band = band
    self.beta = beta
    self.weightGradient = weightGradient
    self.warmUpWeightGradient = warmUpWeightGradient
    self.weightRate = weightRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.clipNorm = clipNorm
    self.jointRate = jointRate
    self.factorisedRate = factorisedRate
    self.likelihoodScale = likelihoodScale
    self.baseline = baseline
    self.lanes = lanes
    self.mixture = mixture
    self.oneShot = oneShot
  }
}

/// The methods of this package, each a composition of shared parts.
package enum SearchMethod: String, Hashable, Sendable, Codable, CaseIterable {
  /// Adaptive number of draws, factorised then joint (Yan et al. 2021, arXiv 2011.10949).
  case fpNAS = "fp-nas"
  /// Fixed number of draws, joint from the start, no cost term of its own: the hinge of FP-NAS is used so that budgets
  /// can be compared (Casale et al. 2019, arXiv 1902.05116; as the baseline of FP-NAS).
  case parsec
  /// Shared weights from uniform draws, then the best score of uniform draws within the target (`SampledSearch`).
  case random
  /// The same with proposals of regularised evolution (`SampledSearch`).
  case evolution
  /// All networks at once through masks, DMaskingNAS (Wan et al. 2020, arXiv 2004.05565; `MaskedSearch`).
  case fbnetV2 = "fbnetv2"
  /// One path a step trains shared weights, then evolution by recalibrated accuracy (Guo et al. 2019, arXiv 1904.00420;
  /// `OneShotSearch`).
  case spos
  /// Batch norms alone are trained, and their scales are the score (Chen et al. 2021, arXiv 2108.07375; `OneShotSearch`).
  case bnNAS = "bn-nas"
  /// A device's pool of operators, searched in groups of layers within a latency (Zhang et al. 2020, arXiv 1910.11609;
  /// `GroupedStages`).
  case hurricane
  /// One path a step trains shared weights, predictors are fitted to scores of uniform draws, and annealing finds the
  /// predicted optimum (Liu et al. 2021, arXiv 2108.08189; `PredictedStages`).
  case foxNAS = "fox-nas"
  /// Two crossed paths agree with a mean teacher without labels, and a classifier on frozen features scores candidates (Peng
  /// et al. 2021, arXiv 2108.09671; `ContrastiveTraining`).
  case piNAS = "pi-nas"

  /// Whether a step runs all networks at once, so that none is drawn.
  package var isMixture: Bool { self == .fbnetV2 }

  /// Whether it learns a distribution over the networks; the others score networks one by one.
  package var learnsDistribution: Bool {
    switch self {
    case .fpNAS, .parsec, .fbnetV2: true
    case .random, .evolution, .spos, .bnNAS, .hurricane, .foxNAS, .piNAS: false
    }
  }

  /// Whether it can start from a distribution that another run has learnt.
  package var takesStart: Bool {
    switch self {
    case .fpNAS, .parsec: true
    case .fbnetV2, .random, .evolution, .spos, .bnNAS, .hurricane, .foxNAS, .piNAS: false
    }
  }

  /// Whether it trains shared weights by drawn paths, and then scores candidates one by one.
  package var isOneShot: Bool {
    switch self {
    case .spos, .bnNAS, .hurricane, .foxNAS, .piNAS: true
    case .fpNAS, .parsec, .fbnetV2, .random, .evolution: false
    }
  }

  /// Passes over the training half where nobody says: BN-NAS takes a tenth of SPOS's (bn-nas.md,
  /// section 5.1), HURRICANE seven tenths (hurricane.md, section 6.3).
  package var usualEpochs: Double {
    switch self {
    case .bnNAS: 3
    case .hurricane: 21
    case .fpNAS, .parsec, .fbnetV2, .random, .evolution, .spos, .foxNAS, .piNAS: 30
    }
  }

  /// The method's recipe for a run of this many epochs.
  ///
  /// - Parameter initialEntropy: Of the uniform start, in nats; a fixed K is what FP-NAS starts with.
  package func recipe(epochs: Double, target: Int?, initialEntropy: Double) -> SearchRecipe {
    let lambda = 0.25
    let warmUp = epochs * 2 / 3
    switch self {
    case .fpNAS:
      return SearchRecipe(
        samples: .adaptive(lambda: lambda), form: .mixed(theta: epochs * 5 / 6), epochs: epochs,
        warmUpEpochs: warmUp, target: target)
    case .parsec:
      let count = SampleSchedule.adaptive(lambda: lambda, minimum: 2).draws(entropy: initialEntropy)
      return SearchRecipe(
        samples: .fixed(count), form: .joint, epochs: epochs, warmUpEpochs: warmUp, target: target)
    case .random, .evolution:
      // As many networks as PARSEC draws, after the same warm-up.
      let count = SampleSchedule.adaptive(lambda: lambda, minimum: 2).draws(entropy: initialEntropy)
      return SearchRecipe(
        samples: .fixed(count), form: .factorised, epochs: epochs, warmUpEpochs: warmUp, target: target)
    case .fbnetV2:
      // A search of FBNet has 90 epochs, of which 10 are warm-up.
      return SearchRecipe(
        samples: .fixed(2), form: .factorised, epochs: epochs, warmUpEpochs: epochs / 9, target: target,
        mixture: MixtureRecipe(epochs: epochs))
    case .spos: return .oneShot(OneShotRecipe(), epochs: epochs, target: target)
    case .hurricane:
      // Which device, and how fast, only a recipe can say.
      var parts = OneShotRecipe()
      parts.groups = GroupRecipe(device: "", limit: 0)
      return .oneShot(parts, epochs: epochs, target: target)
    case .bnNAS: return .oneShot(.normIndicator, epochs: epochs, target: target)
    case .foxNAS: return .oneShot(.predicted, epochs: epochs, target: target)
    case .piNAS:
      var recipe = SearchRecipe.oneShot(.crossed, epochs: epochs, target: target)
      (recipe.weightRate, recipe.weightDecay) = (0.06, 1e-4)
      return recipe
    }
  }
}

extension SearchRecipe {
  /// Of a search that trains weights in all of its epochs.
  fileprivate static func oneShot(_ parts: OneShotRecipe, epochs: Double, target: Int?) -> SearchRecipe {
    SearchRecipe(
      samples: .fixed(2), form: .factorised, epochs: epochs, warmUpEpochs: 0, target: target,
      weightGradient: .uniform, weightDecay: 4e-5, oneShot: parts)
  }

  /// What is wrong with the recipe, in words; nil: nothing.
  package var complaint: String? {
    if !(epochs > 0 && epochs < 1e6) { return "a search has a number of epochs above 0, not \(epochs)" }
    if batch < 2 { return "a batch has at least 2 images, not \(batch)" }
    if !(0..<1).contains(beta) { return "beta is from 0 to below 1, not \(beta) (above 1 every draw is pushed away)" }
    if measure.quantity == nil { return "draws cannot be held to '\(measure.name)'" }
    if let target, target < 1 { return "a target is at least 1, not \(target)" }
    if let band {
      if target == nil { return "a band is a part of a target, and there is no target" }
      if !(band.lowerBound >= 0 && band.upperBound > 0 && band.upperBound < 1e6) {
        return "a band goes from at least 0 to above 0 targets, not \(band.lowerBound)..\(band.upperBound)"
      }
    }
    if warmUpEpochs >= epochs { return "the warm-up of \(warmUpEpochs) epochs leaves none of \(epochs) to the search" }
    if warmUpEpochs > 0 && warmUpSamples < 1 {
      return "a warm-up step draws at least 1 architecture, not \(warmUpSamples)"
    }
    if case .mixed(let theta) = form, !(theta >= 0 && theta < 1e6) { return "theta is at least 0, not \(theta)" }
    if lanes < 1 { return "there is at least 1 lane, not \(lanes)" }
    if mixture != nil, form != .factorised { return "a search of all networks at once has one categorical a decision" }
    return samplesComplaint ?? ratesComplaint ?? mixture?.complaint ?? oneShot?.complaint
  }

  private var samplesComplaint: String? {
    switch samples {
    case .adaptive(let lambda):
      // More draws than 100 a nat would be weeks a step; the bound also keeps the number of draws an integer.
      (0..<100).contains(lambda) && lambda > 0 ? nil : "lambda is above 0 and below 100, not \(lambda)"
    case .fixed(let count): count >= 2 ? nil : "a step draws at least 2 architectures, not \(count)"
    }
  }

  private var ratesComplaint: String? {
    let positive = [
      ("the weights' rate", weightRate), ("the joint rate", jointRate), ("the factorised rate", factorisedRate),
      ("the likelihood's scale", likelihoodScale),
    ]
    for (name, value) in positive where !(value > 0 && value.isFinite) { return "\(name) is above 0, not \(value)" }
    let others = [("the momentum", momentum), ("the weight decay", weightDecay), ("the clipping norm", clipNorm)]
    for (name, value) in others where !(value >= 0 && value.isFinite) { return "\(name) is at least 0, not \(value)" }
    return nil
  }
}
