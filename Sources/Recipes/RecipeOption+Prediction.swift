import Predictors
import Search

/// Keys of candidates that predictors find (FOX-NAS).
extension RecipeOption {
  static let predictedMoves = [
    RecipeOption(
      "oneshot.samples", .count(least: 2) { $0.oneShot.prediction.samples = $1 },
      "Of `predicted`: uniform draws that are scored and that the predictors are fitted to", standard: "300 (fox-nas)",
      source: "FOX-NAS's data"),
    RecipeOption(
      "oneshot.terms", .text { $0.oneShot.prediction.terms = $1 },
      "Of `predicted`: the terms of the predictor of scores, as [fit](fox-nas.md) reads them", standard: "accuracy",
      source: "FOX-NAS's code"),
    RecipeOption(
      "oneshot.cost-terms", .text { $0.oneShot.prediction.costTerms = $1 },
      "Of `predicted`: those of the predictor of what is limited: the latency that a requirement bounds, else what `cost.measure` says",
      standard: "latency", source: "FOX-NAS's code"),
    RecipeOption(
      "oneshot.blocks", .word(BlockTie.allCases.map(\.rawValue)) { $0.oneShot.prediction.blocks = $1 },
      "Of `predicted`: whether blocks after the first of a stage decide `alike` or are `free`", standard: "alike",
      source: "FOX-NAS's code"),
    RecipeOption(
      "oneshot.optimum",
      .word(PredictionRecipe.Optimum.allCases.map(\.rawValue)) {
        $0.oneShot.prediction.optimum = PredictionRecipe.Optimum(rawValue: $1)
      },
      "Of `predicted`: how the optimum is found: the released `annealing`, `metropolis`, or `exact`",
      standard: "annealing",
      source: "FOX-NAS's code; the others are ours"),
    RecipeOption(
      "oneshot.walks", .count(least: 1) { $0.oneShot.prediction.walks = $1 }, "Of `predicted`: walks of annealing",
      standard: "3", source: "FOX-NAS's code"),
    RecipeOption(
      "oneshot.winners", .count(least: 1) { $0.oneShot.prediction.winners = $1 },
      "Of `predicted`: how many predicted optima are scored; the best of them is the answer", standard: "5",
      source: "FOX-NAS's code keeps as many; scoring them is ours"),
  ]
}
