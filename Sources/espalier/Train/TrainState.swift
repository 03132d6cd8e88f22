import Search
import Supernet

/// How far a training is, from the files in its folder.
struct TrainState {
  let folder: String
  let definition: TrainingDefinition
  private let progress: TrainingProgress?
  let result: TrainingRunResult?
  let epochs: [EpochRecord]
  private let isWorking: Bool
  /// Files that cannot be read, each in a sentence, beside checkpoints.
  private let damagedFiles: [String]
  private let damagedCheckpoints: [String]
  private let missing: [String]
  private let start: ResumePoint

  /// - Throws: `RunError` where what defines the run cannot be read.
  init(of folder: String) throws {
    self.folder = folder
    // Asked first: a run that ends in between is then still one that works, never one that stopped.
    isWorking = RunDirectory.isInUse(folder)
    definition = try RunDirectory.training(of: folder)
    var damages = RunDamages()
    progress = damages.whole(nil) { try RunDirectory.decodeIfThere(TrainingProgress.self, from: .progress, of: folder) }
    let result = damages.whole(nil) {
      try RunDirectory.decodeIfThere(TrainingRunResult.self, from: .result, of: folder)
    }
    self.result = result
    let log: [EpochRecord]? = damages.whole(nil) { try RunReader(of: folder)?.epochs() ?? [] }
    epochs = log ?? []
    damagedFiles = damages.sentences
    let stepsPerEpoch = max(1, definition.totalSteps / max(1, definition.recipe.epochs))
    let known = log?.count ?? -1
    // A finished run has no checkpoints, and those of one that works come and go.
    (start, damagedCheckpoints) =
      isWorking || result != nil
      ? (.firstStep, [])
      : ResumePoint.found(
        { try RunDirectory.newestTrainingCheckpoint(of: folder) }, isLogged: { $0 / stepsPerEpoch <= known })
    var wanted: [RunDirectory.File] = [.recipe, .architecture]
    if result != nil { wanted += [.steps, .weights] }
    if result?.average != nil { wanted.append(.averageWeights) }
    missing = wanted.filter { !RunDirectory.has($0, in: folder) }.map(\.rawValue)
  }

  /// What cannot be read and costs the run something, each in a sentence; a checkpoint that an older one replaces does not.
  var damages: [String] { damagedFiles + (start == .fromStartAlone ? damagedCheckpoints : []) }

  var steps: Int { result != nil ? definition.totalSteps : progress?.steps ?? 0 }

  /// `training`, `stopped while training`, `finished`.
  var word: String {
    if result != nil { return "finished" }
    return isWorking ? "training" : "stopped while training"
  }

  /// Seconds until a run that works is done; nil: nobody knows yet.
  private var secondsLeft: Double? {
    guard isWorking, result == nil, let progress, progress.steps > 0 else { return nil }
    return progress.seconds / Double(progress.steps) * Double(definition.totalSteps - progress.steps)
  }

  var text: String {
    var table = AlignedTable([.left, .left])
    table.add(["run", folder])
    table.add(["state", word])
    table.add(["network", "\(definition.space), hash \(definition.architectureHash.prefix(12))"])
    table.add(["training", "\(definition.recipe.words), seed \(definition.seed), data \(definition.data)"])
    if let teacher = definition.teacher { table.add(["teacher", teacher.source]) }
    let share = Double(steps) / Double(max(1, definition.totalSteps))
    table.add(["steps", "\(steps.grouped) of \(definition.totalSteps.grouped) (\((share * 100).fixed(0)) %)"])
    if result == nil, !isWorking { table.add(["resume", going]) }
    if let left = secondsLeft { table.add(["left", left.durationText]) }
    if let progress {
      table.add(["time", progress.seconds.durationText])
      if let share = progress.waitedShare {
        table.add(["waiting", "\((share * 100).fixed(1)) % of the steps' time, for images"])
      }
    }
    if let result {
      table.add(["cost", "\(result.macs.grouped) MACs, \(result.parameters.grouped) parameters"])
      table.add(["last weights", result.test.words])
      if let average = result.average { table.add(["averaged", average.words]) }
    } else if let record = epochs.last(where: { $0.test != nil }), let test = record.test {
      table.add(["epoch \(record.epoch + 1)", test.words])
    }
    for path in (progress?.broken ?? []).prefix(8) { table.add(["skipped", path]) }
    if let count = progress?.broken.count, count > 8 { table.add(["skipped", "\(counted(count - 8, "more image"))"]) }
    for file in missing { table.add(["missing", file]) }
    for damage in damagedFiles + damagedCheckpoints { table.add(["damaged", damage]) }
    return table.text()
  }

  /// How a run goes on that was stopped.
  private var going: String {
    let how = "with: espalier resume \(folder)"
    return switch start {
    case .fromStartAlone: "not from where it was; trains again \(how) --from-start"
    case .checkpoint(let step): "after step \(step.grouped), \(how)"
    case .firstStep: "from the first step, \(how)"
    }
  }

  var json: JSONValue {
    .object([
      ("run", .string(folder)), ("state", .string(word)), ("kind", .string(TrainingDefinition.kind)),
      ("space", .string(definition.space)), ("architecture_hash", .string(definition.architectureHash)),
      ("data", .string(definition.data)), ("seed", .string(String(definition.seed))), ("steps", .integer(steps)),
      ("total_steps", .integer(definition.totalSteps)), ("epochs", .array(epochs.map(\.json))),
      ("seconds", .number(progress?.seconds ?? 0)), ("seconds_left", secondsLeft.map { .number($0) } ?? .null),
      ("waited_share", progress?.waitedShare.map { .number($0) } ?? .null),
      ("checkpoint", start.step.map { .integer($0) } ?? .null),
      ("broken", .array((progress?.broken ?? []).map(JSONValue.string))),
      ("missing", .array(missing.map(JSONValue.string))),
      ("damaged", .array((damagedFiles + damagedCheckpoints).map(JSONValue.string))),
      ("test", result?.test.json ?? .null), ("average", result?.average?.json ?? .null),
    ])
  }
}

extension EpochRecord {
  fileprivate var json: JSONValue {
    .object([
      ("epoch", .integer(epoch + 1)), ("rate", .number(rate)), ("training_loss", .number(trainingLoss)),
      ("training_accuracy", .number(trainingAccuracy)), ("test", test?.json ?? .null),
      ("average", average?.json ?? .null),
    ])
  }
}

extension EpochRecord.Test {
  fileprivate var json: JSONValue {
    .object([
      ("accuracy", .number(accuracy)), ("top5", accuracyInFive.map { .number($0) } ?? .null), ("loss", .number(loss)),
      ("images", .integer(images)),
    ])
  }
}
