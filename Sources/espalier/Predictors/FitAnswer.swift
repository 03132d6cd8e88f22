import Predictors

/// What `fit` prints.
struct FitAnswer {
  let fit: PredictorFit
  /// Of the space, and of the rows.
  let file: String
  let rows: String
  let folds: Int
  /// Of rows that were left out in turn; nil where the others do not tell the terms apart.
  let errors: PredictionErrors?

  private var predictor: Predictor { fit.predictor }
  private var unit: String { predictor.unit.isEmpty ? "" : " \(predictor.unit)" }

  var text: String {
    let head =
      "\(file): \(predictor.target) of '\(predictor.space)' from \(rows), \(counted(fit.rows.count, "row")), "
      + "\(counted(predictor.terms.count, "coefficient"))\n"
    return head + "\n" + coefficients + "\n" + qualities + "\n" + effects
  }

  private var coefficients: String {
    var table = AlignedTable([.left, .right, .right, .right, .right])
    table.add(["term", "coefficient", "error", "t", "p"])
    let errors = fit.regression.standardErrors
    for (place, term) in predictor.terms.enumerated() {
      let t = predictor.coefficients[place] / errors[place]
      let chance = twoSidedChance(t: t, degreesOfFreedom: fit.regression.degreesOfFreedom)
      table.add([
        term.description, predictor.coefficients[place].fixed(6), errors[place].fixed(6), t.fixed(2),
        chanceText(chance),
      ])
    }
    return table.text()
  }

  private func chanceText(_ chance: Double) -> String { chance < 0.0001 ? "<0.0001" : chance.fixed(4) }

  private var qualities: String {
    let quality = fit.quality
    var table = AlignedTable([.left, .left])
    table.add([
      "fit",
      "\(shares), residual error \(quality.residualError.fixed(4))\(unit) on \(counted(quality.degreesOfFreedom, "degree")) of freedom",
    ])
    table.add(["in sample", words(quality.inSample)])
    table.add(["each row left out", words(quality.leftOut)])
    table.add([
      "\(folds) parts left out",
      errors.map(words) ?? "no answer: without some parts the rows do not tell all terms apart",
    ])
    if let curvature = quality.curvature {
      let meaning =
        curvature < -2
        ? "; what is largest is predicted too high" : curvature > 2 ? "; what is largest is predicted too low" : ""
      table.add(["curvature", "t \(curvature.fixed(1)) of the squared prediction\(meaning)"])
    }
    return table.text()
  }

  private var shares: String {
    guard let explained = fit.quality.explained, let adjusted = fit.quality.adjusted else {
      return "no R2, as all values are alike"
    }
    return "R2 \(explained.fixed(4)), adjusted \(adjusted.fixed(4))"
  }

  private func words(_ errors: PredictionErrors) -> String {
    "mean error \(errors.mean.fixed(4))\(unit), root mean square \(errors.rootMeanSquare.fixed(4)), Kendall tau "
      + (errors.tau?.fixed(3) ?? "none")
  }

  private var effects: String {
    var table = AlignedTable([.left, .right, .right])
    for effect in MarginalEffect.all(of: predictor, at: fit.means) {
      table.add([
        "+1 \(effect.feature)", signed(effect.effect) + unit,
        effect.standardError.map { "± \($0.fixed(4))" } ?? "",
      ])
    }
    return "one more, in the mean network\n" + table.text(indent: "  ")
  }

  private func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + value.fixed(4) }

  var json: JSONValue {
    let quality = fit.quality
    let standardErrors = fit.regression.standardErrors
    return .object([
      ("version", .integer(1)), ("space", .string(predictor.space)), ("target", .string(predictor.target)),
      ("unit", .string(predictor.unit)), ("rows", .integer(fit.rows.count)),
      (
        "terms",
        .array(
          predictor.terms.enumerated().map { place, term in
            let t = predictor.coefficients[place] / standardErrors[place]
            return .object([
              ("term", .string(term.description)), ("coefficient", .number(predictor.coefficients[place])),
              ("error", .number(standardErrors[place])), ("t", .number(t)),
              ("p", .number(twoSidedChance(t: t, degreesOfFreedom: quality.degreesOfFreedom))),
            ])
          })
      ),
      ("r2", quality.explained.map(JSONValue.number) ?? .null),
      ("adjusted_r2", quality.adjusted.map(JSONValue.number) ?? .null),
      ("residual_error", .number(quality.residualError)), ("degrees_of_freedom", .integer(quality.degreesOfFreedom)),
      ("in_sample", json(quality.inSample)), ("each_left_out", json(quality.leftOut)),
      ("parts_left_out", errors.map(json) ?? .null), ("parts", .integer(folds)),
      ("curvature_t", quality.curvature.map(JSONValue.number) ?? .null),
      (
        "effects",
        .array(
          MarginalEffect.all(of: predictor, at: fit.means).map { effect in
            .object([
              ("feature", .string(effect.feature.description)), ("effect", .number(effect.effect)),
              ("error", effect.standardError.map(JSONValue.number) ?? .null),
            ])
          })
      ),
    ])
  }

  private func json(_ errors: PredictionErrors) -> JSONValue {
    .object([
      ("mean", .number(errors.mean)), ("root_mean_square", .number(errors.rootMeanSquare)),
      ("kendall_tau", errors.tau.map(JSONValue.number) ?? .null),
    ])
  }
}
