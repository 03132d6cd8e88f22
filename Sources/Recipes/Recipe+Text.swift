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
  let devices = (definition.tables ?? [:]).keys.sorted().map { " --device \($0)=\(RunDefinition.path(ofTable: $0))" }
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
  let warmUp = [
    ("warm-up", text(search.warmUpEpochs)), ("warm-up-draws", String(max(1, search.warmUpSamples))),
    ("warm-up-gradient", search.warmUpWeightGradient.rawValue),
  ]
  section(
    "schedule",
    [("epochs", text(search.epochs)), ("batch", String(search.batch))] + (search.oneShot == nil ? warmUp : [])
      + [("lanes", String(search.lanes))])
  if let oneShot = search.oneShot {
    section("oneshot", entries(oneShot))
    if let groups = oneShot.groups { section("pool", entries(groups)) }
  } else {
    section("draws", [draws(search.samples)])
    section("distribution", form(search.form) + rates(search) + start(definition.start))
  }
  if let mixture = search.mixture { section("mixture", entries(mixture)) }
  section(
    "cost",
    [
      ("measure", search.measure.name),
      ("target", search.target.map { search.measure.device == nil ? String($0) : "\($0) ns" }),
      ("band", search.band.map(shares)), ("beta", search.oneShot == nil ? text(search.beta) : nil),
    ])
  section(
    "weights",
    [
      ("rate", text(search.weightRate)), ("momentum", text(search.momentum)), ("decay", text(search.weightDecay)),
      ("clip", text(search.clipNorm)), ("gradient", search.oneShot == nil ? search.weightGradient.rawValue : nil),
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

private func entries(_ parts: OneShotRecipe) -> [(String, String?)] {
  [
    ("draws", parts.draws.rawValue), ("bins", String(parts.bins)), ("bin-shares", shares(parts.binShares)),
    ("paths", String(parts.paths)), ("weights", parts.weights.rawValue), ("affine", String(parts.trainsAffine)),
    ("schedule", parts.schedule.rawValue), ("end-rate", text(parts.endRate)), ("smoothing", text(parts.labelSmoothing)),
    ("score", parts.score.rawValue), ("recalibration", String(parts.recalibrationImages)),
    ("validation", String(parts.validationImages)), ("bare-score", parts.bareScore.map(text)),
    ("moves", parts.moves.rawValue), ("population", String(parts.population)),
    ("generations", String(parts.generations)), ("parents", String(parts.parents)),
    ("mutations", String(parts.mutations)), ("crossovers", String(parts.crossovers)),
    ("mutation-rate", text(parts.mutationRate)),
  ]
}

private func entries(_ groups: GroupRecipe) -> [(String, String?)] {
  [
    ("device", quotedScalar(groups.device)), ("latency", "\(groups.limit) ns"), ("operators", String(groups.operators)),
    ("bands", String(groups.bands)), ("flops", text(groups.macsWeight)), ("parameters", text(groups.parametersWeight)),
    ("groups", groups.splits.map { "[\($0.map(String.init).joined(separator: ", "))]" }),
  ]
}

private func shares(_ range: ClosedRange<Double>) -> String { "\(text(range.lowerBound))..\(text(range.upperBound))" }

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
