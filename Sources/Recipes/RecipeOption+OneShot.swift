import Search

/// Keys of searches that train shared weights by drawn paths and then score candidates.
extension RecipeOption {
  static let oneShot = weightParts + scoreParts + moveParts + predictedMoves + contrastWeights

  private static let weightParts = [
    RecipeOption(
      "oneshot.draws", .word(OneShotRecipe.Draws.allCases.map(\.rawValue)) { $0.oneShot.draws = .init(rawValue: $1) },
      "Which paths train the weights: all networks alike (`uniform`), bins of multiply-adds alike (`bins`), or two that differ "
        + "in every decision (`crossed`)",
      standard: "uniform; crossed (pi-nas)", source: "SPOS; its released code draws from bins"),
    RecipeOption(
      "oneshot.bins", .count(least: 1) { $0.oneShot.bins = $1 }, "How many bins, all as wide", standard: "7",
      source: "SPOS's code"),
    RecipeOption(
      "oneshot.bin-shares", .shares { $0.oneShot.binShares = $1 }, "The shares of the target that the bins cover",
      standard: "0.88..1.09", source: "SPOS's code: 290 to 360 million under a limit of 330"),
    RecipeOption(
      "oneshot.paths", .count(least: 1) { $0.oneShot.paths = $1 }, "Paths of a step, whose gradients are averaged",
      standard: "1, 2 (pi-nas)", source: "SPOS"),
    RecipeOption(
      "oneshot.weights",
      .word(OneShotRecipe.Weights.allCases.map(\.rawValue)) { $0.oneShot.weights = .init(rawValue: $1) },
      "What is trained of a path: `all`, the last batch norm of each operator (`last-bn`), every batch norm (`all-bn`), "
        + "those and the classifier (`all-bn+classifier`), or all without labels (`contrast`)",
      standard: "all (spos, hurricane, fox-nas), last-bn (bn-nas), contrast (pi-nas)",
      source: "SPOS; BN-NAS's code"),
    RecipeOption(
      "oneshot.affine", .word(["false", "true"]) { $0.oneShot.trainsAffine = $1 == "true" },
      "Whether scales and shifts of batch norms are trained; else they stay 1 and 0",
      standard: "false (spos, hurricane, fox-nas), true (bn-nas, pi-nas)", source: "SPOS's code"),
    RecipeOption(
      "oneshot.schedule",
      .word(OneShotRecipe.Schedule.allCases.map(\.rawValue)) { $0.oneShot.schedule = .init(rawValue: $1) },
      "How `weights.rate` falls", standard: "linear, cosine (pi-nas)", source: "SPOS's code"),
    RecipeOption(
      "oneshot.end-rate", .number({ $0 >= 0 && $0 <= 1 }, "from 0 to 1") { $0.oneShot.endRate = $1 },
      "The last rate of `linear` as a share of the first", standard: "0 (spos, fox-nas), 0.002 (bn-nas)",
      source: "SPOS's and BN-NAS's code"),
    RecipeOption(
      "oneshot.smoothing", .number(notNegative, "at least 0 and below 1") { $0.oneShot.labelSmoothing = $1 },
      "Label smoothing in the training of the shared weights; of `contrast`, of its classifier",
      standard: "0.1, 0 (pi-nas)", source: "SPOS's code"),
  ]

  private static let scoreParts = [
    RecipeOption(
      "oneshot.score", .word(OneShotRecipe.Score.allCases.map(\.rawValue)) { $0.oneShot.score = .init(rawValue: $1) },
      "What a candidate is worth: accuracy with batch norms measured anew (`recalibrated`), or the scales of its last batch "
        + "norms (`bn-indicator`)", standard: "recalibrated, bn-indicator (bn-nas)",
      source: "SPOS; BN-NAS's code"),
    RecipeOption(
      "oneshot.recalibration", .count(least: 1) { $0.oneShot.recalibrationImages = $1 },
      "Training images that the batch norms of a candidate are measured on, at most all", standard: "25600",
      source: "SPOS's code"),
    RecipeOption(
      "oneshot.validation", .count(least: 1) { $0.oneShot.validationImages = $1 },
      "Validation images that a candidate is tested on, at most all", standard: "8000", source: "SPOS's code"),
    RecipeOption(
      "oneshot.bare-score", .number({ $0 > -1e39 && $0 < 1e39 }, "a number") { $0.oneShot.bareScore = $1 },
      "What `bn-indicator` counts an operator without a batch norm at its end", standard: "there must be none",
      source: "ours"),
  ]

  private static let moveParts = [
    RecipeOption(
      "oneshot.moves", .word(OneShotRecipe.Moves.allCases.map(\.rawValue)) { $0.oneShot.moves = .init(rawValue: $1) },
      "Which candidates are scored: generations of the best (`evolution`), uniform draws (`random`), or mutations of "
        + "tournament winners (`ageing`), or uniform draws and what predictors fitted to them know as best (`predicted`), or draws from where "
        + "the best were (`region`)",
      standard: "evolution (spos, bn-nas), predicted (fox-nas), region (pi-nas)",
      source: "SPOS; arXiv 1902.07638; arXiv 1802.01548"),
    RecipeOption(
      "oneshot.population", .count(least: 1) { $0.oneShot.population = $1 },
      "Candidates of a generation; a search scores `population x (generations + 1)` of them, unless `predicted` moves it",
      standard: "50", source: "SPOS's code"),
    RecipeOption(
      "oneshot.generations", .count(least: 0) { $0.oneShot.generations = $1 }, "Generations after the first",
      standard: "20", source: "SPOS's code"),
    RecipeOption(
      "oneshot.parents", .count(least: 1) { $0.oneShot.parents = $1 }, "How many of the best have children",
      standard: "10", source: "SPOS's code"),
    RecipeOption(
      "oneshot.mutations", .count(least: 0) { $0.oneShot.mutations = $1 }, "Children by mutation",
      standard: "half of the population", source: "SPOS's code"),
    RecipeOption(
      "oneshot.crossovers", .count(least: 0) { $0.oneShot.crossovers = $1 }, "Children by crossover",
      standard: "half of the population", source: "SPOS's code"),
    RecipeOption(
      "oneshot.mutation-rate", .number({ $0 > 0 && $0 <= 1 }, "above 0 and at most 1") { $0.oneShot.mutationRate = $1 },
      "The probability that a layer of a mutation is decided anew", standard: "0.1", source: "SPOS's code"),
  ]
}
