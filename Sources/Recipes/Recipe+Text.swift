import Distributions
package import Search
import SpaceAnalysis
import SpacePlanner
import SpaceSyntax
import Supernet

/// A run's whole recipe as a file: with it, and with the space beside it, the run can be repeated.
///
/// - Returns: A recipe in which every option is set.
package func recipeText(of definition: RunDefinition) -> String {
  let (search, training) = (definition.recipe, definition.retraining)
  let devices = (definition.devices ?? [:]).keys.sorted().map { " --device \($0)=\(RunDefinition.path(ofTable: $0))" }
    .joined()
  var lines = [
    "# The recipe of this run, whole: espalier search \(definition.spaceFile) --recipe recipe.yaml\(devices)",
    "recipe: 1",
    "method: \(definition.method.rawValue)",
  ]
  func section(_ name: String, _ entries: [(String, String?)]) {
    lines.append("\(name):")
    lines += entries.compactMap { key, value in value.map { "  \(key): \($0)" } }
  }
  section("data", [("source", quotedScalar(definition.data)), ("limit", definition.limit.map(String.init))])
  section(
    "schedule",
    [
      ("epochs", text(search.epochs)), ("batch", String(search.batch)), ("warm-up", text(search.warmUpEpochs)),
      ("warm-up-draws", String(max(1, search.warmUpSamples))),
      ("warm-up-gradient", search.warmUpWeightGradient.rawValue),
      ("lanes", String(search.lanes)),
    ])
  section("draws", [draws(search.samples)])
  section("distribution", form(search.form) + rates(search) + start(definition.start))
  if let mixture = search.mixture { section("mixture", entries(mixture)) }
  section(
    "cost",
    [
      ("measure", search.measure.name),
      ("target", search.target.map { search.measure.device == nil ? String($0) : "\($0) ns" }),
      ("band", search.band.map { "\(text($0.lowerBound))..\(text($0.upperBound))" }), ("beta", text(search.beta)),
    ])
  section(
    "weights",
    [
      ("rate", text(search.weightRate)), ("momentum", text(search.momentum)), ("decay", text(search.weightDecay)),
      ("clip", text(search.clipNorm)), ("gradient", search.weightGradient.rawValue),
    ])
  section(
    "training",
    [
      ("epochs", String(training.epochs)), ("batch", String(training.batch)), ("rate", text(training.rate)),
      ("momentum", text(training.momentum)), ("decay", text(training.weightDecay)),
      ("smoothing", text(training.labelSmoothing)), ("warm-up-steps", String(training.warmUpSteps)),
      ("clip", text(training.clipNorm ?? 0)), ("average", text(training.averageDecay ?? 0)),
      ("shift", String(training.shift ?? 0)),
    ])
  if let conditions = definition.conditions {
    lines += ["where:"] + conditions.map { "  - \(quotedScalar($0))" }
  }
  lines += ["random-networks: \(definition.baselines)", "seeds: \(definition.seed)"]
  return lines.joined(separator: "\n") + "\n"
}

private func draws(_ samples: SearchRecipe.Samples) -> (String, String?) {
  switch samples {
  case .adaptive(let lambda): ("lambda", text(lambda))
  case .fixed(let count): ("fixed", String(count))
  }
}

private func form(_ form: SearchRecipe.Form) -> [(String, String?)] {
  switch form {
  case .joint: [("form", "joint")]
  case .factorised: [("form", "factorised")]
  case .mixed(let theta): [("form", "mixed"), ("joint-from", text(theta))]
  }
}

private func start(_ note: DistributionStart.Note?) -> [(String, String?)] {
  note.map { [("from", RunDirectory.File.start.rawValue), ("softening", text($0.softening))] } ?? []
}

private func entries(_ mixture: MixtureRecipe) -> [(String, String?)] {
  [
    ("temperature", text(mixture.temperature)), ("annealing", text(mixture.annealing)), ("rate", text(mixture.rate)),
    ("decay", text(mixture.decay)), ("share", text(mixture.share)), ("loss", mixture.loss.rawValue),
    ("mu", text(mixture.costWeight)), ("alpha", text(mixture.factor)), ("exponent", text(mixture.exponent)),
    ("cost", mixture.cost.rawValue),
  ]
}

private func rates(_ search: SearchRecipe) -> [(String, String?)] {
  [
    ("joint-rate", text(search.jointRate)), ("factorised-rate", text(search.factorisedRate)),
    ("scale", text(search.likelihoodScale)), ("baseline", search.baseline.rawValue),
  ]
}

/// The shortest digits that give the number back.
private func text(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
}
