import Distributions
import Predictors
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
  section("training", entries(training))
  if let conditions = definition.conditions {
    lines += ["where:"] + conditions.map { "  - \(quotedScalar($0))" }
  }
  lines += ["random-networks: \(definition.baselines)", "seeds: \(definition.seed)"]
  return lines.joined(separator: "\n") + "\n"
}

/// The whole recipe of a run of `train` as a file: with it, and with the network beside it, the run can be repeated.
///
/// - Parameter teacher: The paths of a teacher's network and weights inside the run; nil: there is none.
package func recipeText(
  of definition: TrainingDefinition, teacher: (network: String, weights: String)?
) -> String {
  var lines = [
    "# The recipe of this run, whole: espalier train \(RunDirectory.File.architecture.rawValue) --recipe recipe.yaml",
    "recipe: 1", "data:", "  source: \(quotedScalar(definition.data))",
  ]
  if let limit = definition.limit { lines.append("  limit: \(limit)") }
  if let note = definition.folder {
    lines += [
      "  train: \(quotedScalar(note.train))", "  val: \(quotedScalar(note.validation))",
      "  centre: \(text(note.centre))", "  broken: \(note.broken)",
    ]
  }
  lines.append("training:")
  let taught: [(String, String?)] =
    teacher.map { [("teacher", $0.network), ("teacher-weights", $0.weights)] } ?? []
  let rest: [(String, String?)] = [("test-every", String(definition.testEvery))]
  lines += (entries(definition.recipe) + taught + rest).compactMap { key, value in value.map { "  \(key): \($0)" } }
  lines.append("seeds: \(definition.seed)")
  return lines.joined(separator: "\n") + "\n"
}

private func entries(_ training: TrainingRecipe) -> [(String, String?)] {
  var entries: [(String, String?)] = [
    ("epochs", String(training.epochs)), ("batch", String(training.batch)), ("rate", text(training.rate)),
    ("momentum", text(training.momentum)), ("decay", text(training.weightDecay)),
    ("smoothing", text(training.labelSmoothing)), ("warm-up-steps", String(training.warmUpSteps)),
    ("clip", text(training.clipNorm ?? 0)), ("average", text(training.averageDecay ?? 0)),
    ("shift", String(training.shift ?? 0)),
  ]
  entries.append(("optimiser", training.rmsProp == nil ? "sgd" : "rmsprop"))
  if let rmsProp = training.rmsProp {
    entries += [("rms-decay", text(rmsProp.decay)), ("rms-epsilon", text(rmsProp.epsilon))]
  }
  switch training.schedule ?? .cosine {
  case .cosine: entries.append(("schedule", "cosine"))
  case .linear: entries.append(("schedule", "linear"))
  case .constant: entries.append(("schedule", "constant"))
  case .step(let epochs, let factor):
    entries += [("schedule", "step"), ("step-epochs", text(epochs)), ("step-factor", text(factor))]
  }
  entries += [
    ("lanes", String(training.laneCount)), ("recalibration", String(training.recalibration ?? 30)),
    ("flip", training.flips ?? (training.shift != nil) ? "horizontal" : "none"),
    ("crop-area", training.cropShares.map { "\(text($0[0]))..\(text($0[1]))" }),
    ("randaugment", String(training.randAugment?.count ?? 0)),
    ("randaugment-strength", training.randAugment.map { text($0.strength) }),
    ("cutout", String(training.cutout ?? 0)), ("mixup", text(training.mixup ?? 0)),
    ("stochastic-depth", text(training.branchDrop ?? 0)),
    ("teacher-share", training.teaching.map { text($0.share) }),
    ("teacher-temperature", training.teaching.map { text($0.temperature) }),
  ]
  return entries
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
  ] + (parts.moves == .predicted ? entries(parts.prediction) : [])
    + (parts.weights == .contrast ? entries(parts.contrast) : [])
}

private func entries(_ contrast: ContrastRecipe) -> [(String, String?)] {
  [
    ("dimension", String(contrast.dimension)), ("hidden", String(contrast.hidden)), ("queue", String(contrast.queue)),
    ("temperature", text(contrast.temperature)), ("teacher-momentum", text(contrast.momentum)),
    ("positives", contrast.isCrossed ? "crossed" : "same"), ("unit-keys", String(contrast.normalisesKeys)),
    ("teacher-groups", String(contrast.teacherGroups)), ("silent-start", String(contrast.startsSilent)),
    ("crop", text(contrast.views.leastCrop)),
    ("flips", String(contrast.views.flips)), ("jitter", text(contrast.views.jitter)),
    ("blur", text(contrast.views.blur)), ("probe-epochs", text(contrast.probeEpochs)),
    ("probe-rate", text(contrast.probeRate)),
  ]
}

private func entries(_ prediction: PredictionRecipe) -> [(String, String?)] {
  [
    ("samples", String(prediction.samples)), ("terms", quotedScalar(prediction.terms)),
    ("cost-terms", quotedScalar(prediction.costTerms)), ("blocks", prediction.blocks.rawValue),
    ("optimum", prediction.optimum.rawValue), ("walks", String(prediction.walks)),
    ("winners", String(prediction.winners)),
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
