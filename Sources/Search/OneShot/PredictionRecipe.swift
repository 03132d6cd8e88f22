package import Predictors

/// How candidates follow from predictors that are fitted to scored networks (FOX-NAS; fox-nas.md, sections 3 to 5).
package struct PredictionRecipe: Hashable, Sendable, Codable {
  /// How the predicted optimum is found.
  package enum Optimum: String, Hashable, Sendable, Codable, CaseIterable {
    /// The released annealer.
    case annealing
    /// Metropolis's rule.
    case metropolis
    /// Every network that no other beats.
    case exact
  }

  /// Networks that are scored to fit the predictors to.
  package var samples: Int
  /// Terms of the predictor of the score, as `Formula` reads them.
  package var terms: String
  /// Terms of the predictor of the cost.
  package var costTerms: String
  package var blocks: BlockTie
  package var optimum: Optimum
  package var walks: Int
  /// Predicted optima that are scored with the shared weights; the best of them is the answer.
  package var winners: Int

  package init() {
    samples = 300
    terms = "accuracy"
    costTerms = "latency"
    blocks = .alike
    optimum = .annealing
    walks = 3
    winners = 5
  }

  /// What is wrong with it, in words; nil: nothing.
  var complaint: String? {
    if !(2...1_000_000).contains(samples) { return "predictors are fitted to 2 to 1,000,000 networks, not \(samples)" }
    if !(1...1000).contains(walks) { return "there are 1 to 1000 walks, not \(walks)" }
    if !(1...10_000).contains(winners) { return "1 to 10,000 predicted optima are scored, not \(winners)" }
    for text in [terms, costTerms] {
      do throws(FormulaError) {
        _ = try Formula(text)
      } catch {
        return
          "'\(error.text)' is no part of the terms of a predictor: tot, first(NAME), avg(NAME), sum(NAME), value(NAME), "
          + "or accuracy, latency, main, depths"
      }
    }
    return nil
  }
}
