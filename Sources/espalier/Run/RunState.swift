import Search
import Supernet

/// How far a run is, from the files in its folder. What is missing or damaged is told beside what is there.
struct RunState {
  let folder: String
  let definition: RunDefinition
  /// Files that cannot be read, each in a sentence, beside checkpoints.
  private let damages: [String]
  private let damagedCheckpoints: [String]
  /// Files that a run of this kind has at this point, and this one has not.
  private var missing: [String] = []
  /// Nil: before the first step.
  private let progress: RunProgress?
  /// Nil: the database is missing or damaged.
  private let logged: Int?
  /// Networks drawn in these steps.
  private let samples: Int
  /// Of a one-shot search; nil: none was scored yet.
  private let candidates: (count: Int, last: CandidateRecord, best: Double)?
  private let isWorking: Bool
  let result: RunResult?
  /// Engines other than the first that went on with it, with the steps before each.
  private let otherEngines: [(steps: Int, name: String)]
  /// Networks that were trained from scratch.
  let trained: Int
  private let start: ResumePoint

  /// - Throws: `RunError` where what defines the run cannot be read.
  init(of folder: String) throws {
    self.folder = folder
    // Asked first: a run that ends in between is then still one that works, never one that stopped.
    isWorking = RunDirectory.isInUse(folder)
    definition = try RunDirectory.definition(of: folder)
    var damages = RunDamages()
    progress = damages.whole(nil) { try RunDirectory.decodeIfThere(RunProgress.self, from: .progress, of: folder) }
    // It is written last of what a run comes to, so a run that has it is finished.
    result = damages.whole(nil) { try RunDirectory.decodeIfThere(RunResult.self, from: .result, of: folder) }
    let log = damages.whole(nil) { try RunReader(of: folder).map { try Log($0) } }
    logged = log?.steps
    samples = log?.samples ?? 0
    candidates = log?.candidates
    otherEngines = log?.otherEngines ?? []
    trained = log?.trained ?? 0
    self.damages = damages.sentences
    let isLogWhole = log != nil || !RunDirectory.has(.steps, in: folder)
    // A finished run has no checkpoints, and those of one that works come and go.
    let known = isLogWhole ? log?.steps ?? 0 : -1
    (start, damagedCheckpoints) =
      isWorking || result != nil
      ? (.firstStep, [])
      : ResumePoint.found(
        { try RunDirectory.newestCheckpoint(of: folder) }, isLogged: { $0 <= known })
    missing = missingFiles
  }

  private struct Log {
    let steps: Int
    let samples: Int
    let candidates: (count: Int, last: CandidateRecord, best: Double)?
    let otherEngines: [(steps: Int, name: String)]
    let trained: Int

    init(_ reader: RunReader) throws {
      steps = try reader.stepCount()
      samples = try reader.drawCount()
      candidates = try reader.candidates()
      otherEngines = try reader.otherEngines()
      trained = try reader.networks().count
    }
  }

  private var missingFiles: [String] {
    var wanted = [RunDirectory.File.recipe.rawValue, definition.spaceFile]
    if isSearched || (progress?.steps ?? 0) > 0 { wanted.append(RunDirectory.File.steps.rawValue) }
    if isSearched { wanted.append(RunDirectory.File.architecture.rawValue) }
    if isSearched, definition.method.learnsDistribution { wanted.append(RunDirectory.File.distribution.rawValue) }
    if progress?.phase == .finished { wanted.append(RunDirectory.File.result.rawValue) }
    return wanted.filter { !RunDirectory.has($0, in: folder) }
  }

  /// The first damage that costs the run something; nil: there is none, or an older checkpoint replaces the file.
  var failure: String? {
    if let damage = damages.first { return damage }
    return start == .fromStartAlone ? damagedCheckpoints.first : nil
  }

  /// Steps that the run has done, as far as it is known.
  var steps: Int { logged ?? progress?.steps ?? 0 }

  /// `searching`, `stopped while searching`, `finished`.
  var word: String {
    if result != nil { return RunProgress.Phase.finished.rawValue }
    // What says that the run is finished is its result; without it the end of the training was the last that was done.
    let phase = isTraining ? RunProgress.Phase.retraining.rawValue : progress?.phase.rawValue ?? "starting"
    return isWorking ? phase : "stopped while \(phase)"
  }

  /// Whether its training from scratch has begun, and is not over.
  var isTraining: Bool { result == nil && isSearched }

  /// Whether its search is over.
  private var isSearched: Bool {
    switch progress?.phase {
    case .retraining, .finished: true
    case .searching, nil: result != nil
    }
  }

  /// `13 of 32 epochs, 1 of 4 networks done`.
  var trainingText: String {
    let networks = definition.baselines + 1
    let epochs = networks * definition.retraining.epochs
    return "\((progress?.trainedEpochs ?? 0).grouped) of \(epochs.grouped) epochs, "
      + "\(trained.grouped) of \(counted(networks, "network")) done"
  }

  /// Seconds until the present part of a run that works is done; nil: nobody knows yet.
  private var secondsLeft: Double? {
    guard isWorking, result == nil, let progress else { return nil }
    switch progress.phase {
    case .searching:
      let (recipe, total) = (definition.recipe, definition.totalSteps)
      guard progress.steps > 0, progress.searchSeconds > 0 else { return nil }
      let done = recipe.workDone(steps: progress.steps, samples: progress.samples, total: total)
      let left = recipe.work(of: min(steps, total)..<total, total: total, entropy: progress.entropy)
      return left * progress.searchSeconds / max(done, 1)
    case .retraining:
      guard progress.trainedEpochs > 0, progress.retrainingSeconds > 0 else { return nil }
      let left = Double(progress.totalEpochs - progress.trainedEpochs)
      return left * progress.retrainingSeconds / Double(progress.trainedEpochs)
    case .finished: return nil
    }
  }

  // MARK: For people

  var text: String {
    var table = AlignedTable([.left, .left])
    table.add(["run", folder])
    table.add(["state", word])
    table.add(["space", "\(definition.space), hash \(definition.spaceHash.prefix(12))"])
    table.add(["method", "\(definition.method.rawValue), seed \(definition.seed), data \(definition.data)"])
    let share = Double(steps) / Double(max(1, definition.totalSteps))
    table.add(["steps", "\(steps.grouped) of \(definition.totalSteps.grouped) (\((share * 100).fixed(0)) %)"])
    for (steps, name) in otherEngines { table.add(["engine", "\(name) from step \(steps.grouped) on"]) }
    if isTraining { table.add(["trained", trainingText]) }
    for row in going + progressRows + resultRows { table.add(row) }
    for file in missing { table.add(["missing", file]) }
    for damage in damages + damagedCheckpoints { table.add(["damaged", damage]) }
    return table.text()
  }

  /// How fast a run goes, or how one goes on that does not.
  private var going: [[String]] {
    if result != nil { return [] }
    guard isWorking else {
      let how = "with: espalier resume \(folder)"
      return switch start {
      case .fromStartAlone: [["resume", "not from where it was; searches again \(how) --from-start"]]
      case .checkpoint where isTraining: [["resume", "in the training from scratch, \(how)"]]
      case .checkpoint(let step): [["resume", "after step \(step.grouped), \(how)"]]
      case .firstStep: [["resume", "from the first step, \(how)"]]
      }
    }
    guard let progress, let left = secondsLeft?.durationText else { return [] }
    if progress.phase == .searching {
      let rate = Double(progress.steps) / progress.searchSeconds
      return [["rate", "\(rate.fixed(1)) steps/s, \(left) left of the search"]]
    }
    return [["left", "\(left) of the training"]]
  }

  private var progressRows: [[String]] {
    guard let progress else { return [] }
    var rows: [[String]] = []
    if !definition.method.isMixture, !definition.method.isOneShot {
      rows.append(["samples", (logged == nil ? progress.samples : samples).grouped])
    }
    if let candidates {
      rows.append(["candidates", "\(candidates.count.grouped) scored, generation \(candidates.last.generation)"])
      rows.append(["best score", candidates.best.fixed(4)])
    }
    if definition.method.learnsDistribution { rows.append(["entropy", "\(progress.entropy.fixed(2)) nats"]) }
    rows.append(["search", progress.searchSeconds.durationText])
    if progress.retrainingSeconds > 0 { rows.append(["training", progress.retrainingSeconds.durationText]) }
    return rows
  }

  private var resultRows: [[String]] {
    guard let result else { return [] }
    let chosen = ["chosen", "\(result.macs.grouped) MACs, \(result.parameters.grouped) parameters"]
    return [chosen]
      + result.networks.map { network in
        let accuracy = (network.result.accuracy * 100).fixed(2)
        return [
          network.label,
          "test accuracy \(accuracy) %, loss \(network.result.testLoss.fixed(4)), \(network.macs.grouped) MACs",
        ]
      }
  }

  // MARK: For programs

  var json: JSONValue {
    let networks = result?.networks.map { network in
      JSONValue.object([
        ("label", .string(network.label)), ("macs", .integer(network.macs)),
        ("parameters", .integer(network.parameters)), ("test_accuracy", .number(network.result.accuracy)),
        ("test_loss", .number(network.result.testLoss)),
      ])
    }
    return .object([
      ("run", .string(folder)), ("state", .string(word)), ("space", .string(definition.space)),
      ("space_hash", .string(definition.spaceHash)), ("method", .string(definition.method.rawValue)),
      ("data", .string(definition.data)), ("seed", .string(String(definition.seed))), ("steps", .integer(steps)),
      ("total_steps", .integer(definition.totalSteps)), ("samples", .integer(samples)),
      ("entropy", definition.method.learnsDistribution ? progress.map { .number($0.entropy) } ?? .null : .null),
      ("candidates", candidates.map { .integer($0.count) } ?? .null),
      ("generation", candidates.map { .integer($0.last.generation) } ?? .null),
      ("best_score", candidates.map { .number($0.best) } ?? .null),
      ("search_seconds", .number(progress?.searchSeconds ?? 0)),
      ("training_seconds", .number(progress?.retrainingSeconds ?? 0)),
      ("seconds_left", secondsLeft.map { .number($0) } ?? .null),
      ("checkpoint", start.step.map { .integer($0) } ?? .null),
      ("trained_epochs", .integer(progress?.trainedEpochs ?? 0)), ("trained_networks", .integer(trained)),
      ("missing", .array(missing.map(JSONValue.string))),
      ("damaged", .array((damages + damagedCheckpoints).map(JSONValue.string))),
      ("networks", networks.map(JSONValue.array) ?? .null),
    ])
  }
}
