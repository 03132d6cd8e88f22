/// What defines a one-shot search beside what a `SearchRecipe` says of every search: how paths are drawn, which weights
/// are trained by them, how a candidate is scored, and how the choice among candidates moves.
///
/// A method is one setting of these; a recipe may mix them. Values and their sources: spos.md, sections 4 and 5; bn-nas.md,
/// sections 5 and 6.
package struct OneShotRecipe: Hashable, Sendable, Codable {
  /// Which paths train the weights.
  package enum Draws: String, Hashable, Sendable, Codable, CaseIterable {
    /// Uniform over the networks that may be drawn.
    case uniform
    /// Uniform over bins of multiply-adds, then over the networks of the bin (spos.md, section 5.2).
    case bins
    /// Two that differ in every decision (pi-nas.md, section 5.2).
    case crossed
  }

  /// Which tensors the paths train.
  package enum Weights: String, Hashable, Sendable, Codable, CaseIterable {
    /// All that are on the path.
    case all
    /// The last batch norm of each candidate (bn-nas.md, section 5.3).
    case lastNorms = "last-bn"
    /// Every batch norm, stem and tail included.
    case norms = "all-bn"
    /// The same with the classifier.
    case normsAndClassifier = "all-bn+classifier"
    /// All without labels: crossed paths agree with a mean teacher; then a classifier on frozen features (pi-nas.md).
    case contrast
  }

  /// How good a candidate is.
  package enum Score: String, Hashable, Sendable, Codable, CaseIterable {
    /// Its share of validation images whose class is right, after its batch norms were measured anew (spos.md, section 5.3).
    case recalibrated
    /// The mean scale of its last batch norms (bn-nas.md, section 3).
    case indicator = "bn-indicator"
  }

  /// How candidates follow from the scores so far.
  package enum Moves: String, Hashable, Sendable, Codable, CaseIterable {
    /// Generations by crossover and mutation of the best (spos.md, section 5.4).
    case evolution
    /// Uniform draws.
    case random
    /// Mutations of tournament winners among the newest (`AgeingPopulation`).
    case ageing
    /// Uniform draws, then what predictors fitted to their scores know as the best (fox-nas.md).
    case predicted
    /// Draws from the part of the space in which the best scores were (pi-nas.md, section 6.3).
    case region
  }

  /// How the rate of the weights falls.
  package enum Schedule: String, Hashable, Sendable, Codable, CaseIterable {
    case linear
    case cosine
  }

  package var draws: Draws
  /// How many bins, over these shares of the target; of `bins` alone.
  package var bins: Int
  package var binShares: ClosedRange<Double>
  /// Paths of a step, whose gradients are averaged.
  package var paths: Int
  package var weights: Weights
  /// Whether scales and shifts of batch norms are trained; where not they stay 1 and 0, which is batch norm without them
  /// (spos.md, section 1, point 5).
  package var trainsAffine: Bool
  package var schedule: Schedule
  /// The last rate of `linear` as a share of the first.
  package var endRate: Double
  package var labelSmoothing: Double
  package var score: Score
  /// Training images that a candidate's batch norms are measured on, and validation images that it is tested on; as many
  /// as there are where there are fewer.
  package var recalibrationImages: Int
  package var validationImages: Int
  /// The score of an operator that has no batch norm at its end and is no identity; nil: there must be none.
  package var bareScore: Double?
  package var moves: Moves
  /// P, T, k and the two shares of children of spos.md, section 5.4. The budget is P (T + 1) candidates, whatever moves.
  package var population: Int
  package var generations: Int
  package var parents: Int
  package var mutations: Int
  package var crossovers: Int
  /// The probability that a gene of a mutation is decided anew.
  package var mutationRate: Double
  /// Of `predicted` alone.
  package var prediction = PredictionRecipe()
  /// Of `contrast` alone.
  package var contrast = ContrastRecipe()
  /// A device's operators, groups of layers, a limit of latency; nil: one round with all operators.
  package var groups: GroupRecipe?

  package init() {
    draws = .uniform
    bins = 7
    // 290 to 360 million multiply-adds under a limit of 330 million.
    binShares = 29.0 / 33...36.0 / 33
    paths = 1
    weights = .all
    trainsAffine = false
    schedule = .linear
    endRate = 0
    labelSmoothing = 0.1
    score = .recalibrated
    recalibrationImages = 25_600
    validationImages = 8_000
    bareScore = nil
    moves = .evolution
    population = 50
    generations = 20
    parents = 10
    mutations = 25
    crossovers = 25
    mutationRate = 0.1
    groups = nil
  }

  /// BN-NAS: training of batch norms alone, and their scales as the score (bn-nas.md).
  package static var normIndicator: OneShotRecipe {
    var recipe = OneShotRecipe()
    recipe.weights = .lastNorms
    recipe.trainsAffine = true
    recipe.endRate = 0.0005 / 0.25
    recipe.score = .indicator
    return recipe
  }

  /// FOX-NAS: SPOS's training and score, then predictors and annealing (fox-nas.md).
  package static var predicted: OneShotRecipe {
    var recipe = OneShotRecipe()
    recipe.moves = .predicted
    return recipe
  }

  /// Pi-NAS: crossed paths, a mean teacher with negatives, accuracy of a classifier on frozen features (pi-nas.md).
  package static var crossed: OneShotRecipe {
    var recipe = OneShotRecipe()
    recipe.draws = .crossed
    recipe.paths = 2
    recipe.weights = .contrast
    recipe.trainsAffine = true
    recipe.schedule = .cosine
    // No label is read, and the classifier's are as they are.
    recipe.labelSmoothing = 0
    recipe.moves = .region
    // 1,000 evaluations.
    recipe.population = 50
    recipe.generations = 19
    return recipe
  }

  /// Candidates that are scored, where there are as many.
  package var budget: Int {
    moves == .predicted ? prediction.samples + prediction.winners : population * (generations + 1)
  }
}

extension OneShotRecipe {
  /// What is wrong with it, in words; nil: nothing.
  package var complaint: String? {
    let counts = [
      ("paths of a step", paths), ("bins", bins), ("images to measure batch norms on", recalibrationImages),
      ("validation images", validationImages), ("networks of a population", population), ("parents", parents),
    ]
    for (name, count) in counts where !(1...1_000_000).contains(count) {
      return "the number of \(name) is from 1 to 1,000,000, not \(count)"
    }
    for (name, count) in [("generations", generations), ("mutations", mutations), ("crossovers", crossovers)]
    where !(0...1_000_000).contains(count) {
      return "the number of \(name) is from 0 to 1,000,000, not \(count)"
    }
    if let complaint = prediction.complaint { return complaint }
    // No overflow: everything in it is at most a million.
    if budget > 10_000_000 { return "a search scores at most 10,000,000 candidates, not \(budget)" }
    if mutations + crossovers > population {
      return "\(mutations) mutations and \(crossovers) crossovers are more than a population of \(population)"
    }
    if !(mutationRate > 0 && mutationRate <= 1) {
      return "the probability of a mutation is above 0 and at most 1, not \(mutationRate)"
    }
    if !(0...1).contains(endRate) { return "the last rate is from 0 to 1 of the first, not \(endRate)" }
    if !(labelSmoothing >= 0 && labelSmoothing < 1) {
      return "label smoothing is from 0 to below 1, not \(labelSmoothing)"
    }
    if let bareScore, !bareScore.isFinite { return "the score of operators without batch norm is a number" }
    return groups?.complaint ?? combinationComplaint ?? poolComplaint
  }

  /// Parts that make no sense together, with the reason.
  private var combinationComplaint: String? {
    if draws == .crossed, paths != 2 {
      return "draws 'crossed' are two paths a step, not \(paths)"
    }
    if weights == .contrast, draws != .crossed {
      return
        "weights 'contrast' compare two paths that differ everywhere, and draws are '\(draws.rawValue)'; take 'crossed'"
    }
    if weights == .contrast, !trainsAffine {
      return "weights 'contrast' train all of a path, batch norms among it, and 'affine: false' leaves those out"
    }
    if weights != .all, !trainsAffine {
      return
        "weights '\(weights.rawValue)' are the scales and shifts of batch norms, which 'affine: false' does not train"
    }
    if score == .indicator, !trainsAffine {
      return
        "score 'bn-indicator' reads the scales of batch norms, which 'affine: false' leaves at 1: all candidates tie"
    }
    return nil
  }

  /// Parts that make no sense with a pool of operators, which is searched group by group.
  private var poolComplaint: String? {
    guard groups != nil else { return nil }
    if weights == .contrast { return "weights 'contrast' are trained in one round, and those of a 'pool' in several" }
    if moves == .predicted { return "moves 'predicted' have rounds of their own, and a 'pool' has others" }
    if draws != .uniform {
      return
        "draws '\(draws.rawValue)' are over the whole space, but a round of a 'pool' draws the operators of its layers"
    }
    return nil
  }
}
