import Search
import Supernet

/// How far a run is, from the files in its folder.
struct RunState {
  let folder: String
  private let definition: RunDefinition
  /// Nil: before the first step.
  private let progress: RunProgress?
  private let steps: Int
  /// Networks drawn in these steps.
  private let samples: Int
  private let isWorking: Bool
  private let result: RunResult?
  /// Engines other than the first that went on with it, with the steps before each.
  private let otherEngines: [(steps: Int, name: String)]
  /// Steps after which the newest checkpoint of the search was written.
  private let checkpoint: Int?

  /// - Throws: `RunError`.
  init(of folder: String) throws {
    self.folder = folder
    // Asked first: a run that ends in between is then still one that works, never one that stopped.
    isWorking = RunDirectory.isInUse(folder)
    definition = try RunDirectory.definition(of: folder)
    progress = try RunDirectory.decodeIfThere(RunProgress.self, from: .progress, of: folder)
    let reader = try RunReader(of: folder)
    steps = try reader?.stepCount() ?? 0
    samples = try reader?.drawCount() ?? 0
    // It is written last of what a run comes to, so a run that has it is finished.
    result = try RunDirectory.decodeIfThere(RunResult.self, from: .result, of: folder)
    otherEngines = try reader?.otherEngines() ?? []
    checkpoint = RunDirectory.newestCheckpoint(of: folder)
  }

  /// `searching`, `stopped while searching`, `finished`.
  var word: String {
    if result != nil { return RunProgress.Phase.finished.rawValue }
    let phase = progress?.phase.rawValue ?? "starting"
    return isWorking ? phase : "stopped while \(phase)"
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
      guard progress.trainedEpochs > 0 else { return nil }
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
    for row in going + progressRows + resultRows { table.add(row) }
    return table.text()
  }

  /// How fast a run goes, or how one goes on that does not.
  private var going: [[String]] {
    if result != nil { return [] }
    guard isWorking else {
      let from = checkpoint.map { "after step \($0.grouped)" } ?? "from the first step"
      return [["resume", "\(from), with: espalier resume \(folder)"]]
    }
    guard let progress, let left = secondsLeft?.durationText else { return [] }
    if progress.phase == .searching {
      let rate = Double(progress.steps) / progress.searchSeconds
      return [["rate", "\(rate.fixed(1)) steps/s, \(left) left of the search"]]
    }
    let epochs = "\(progress.trainedEpochs.grouped) of \(progress.totalEpochs.grouped)"
    return [["epochs", "\(epochs) of training, \(left) left"]]
  }

  private var progressRows: [[String]] {
    guard let progress else { return [] }
    var rows = definition.method.isMixture ? [] : [["samples", samples.grouped]]
    rows += [
      ["entropy", "\(progress.entropy.fixed(2)) nats"], ["search", progress.searchSeconds.durationText],
    ]
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
      ("entropy", progress.map { .number($0.entropy) } ?? .null),
      ("search_seconds", .number(progress?.searchSeconds ?? 0)),
      ("training_seconds", .number(progress?.retrainingSeconds ?? 0)),
      ("seconds_left", secondsLeft.map { .number($0) } ?? .null),
      ("checkpoint", checkpoint.map { .integer($0) } ?? .null),
      ("networks", networks.map(JSONValue.array) ?? .null),
    ])
  }
}
