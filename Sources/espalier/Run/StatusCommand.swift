import ArgumentParser
import Search
import Supernet

/// `espalier status`: how far a run is, also while another process works on it.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "How far a run is, and what came out of it.",
    discussion: """
        espalier status runs/first

      Reads the run's folder only, so it can be asked at any time, also while the search works.
      """)

  @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
  var folder: String

  @Flag(help: "One JSON object.")
  var json = false

  func run() throws {
    try translatingFailures {
      // Asked first: a run that ends in between is then still one that works, never one that stopped.
      let isWorking = RunDirectory.isInUse(folder)
      let definition = try RunDirectory.definition(of: folder)
      let progress = try RunDirectory.decodeIfThere(RunProgress.self, from: .progress, of: folder)
      let steps = try RunDirectory.stepCount(of: folder)
      // It is written last of what a run comes to, so a run that has it is finished.
      let result = try RunDirectory.decodeIfThere(RunResult.self, from: .result, of: folder)
      Terminal.standardOutput.write(
        json
          ? document(definition, progress, steps, isWorking, result).document
          : text(definition, progress, steps, isWorking, result))
    }
  }

  /// - Parameter progress: Nil before the first step.
  private func state(_ progress: RunProgress?, _ isWorking: Bool, _ result: RunResult?) -> String {
    if result != nil { return RunProgress.Phase.finished.rawValue }
    return switch (progress?.phase, isWorking) {
    case (.finished, _): "finished"
    case (let phase?, true): phase.rawValue
    case (let phase?, false): "stopped while \(phase.rawValue)"
    case (nil, true): "starting"
    case (nil, false): "stopped while starting"
    }
  }

  private func text(
    _ definition: RunDefinition, _ progress: RunProgress?, _ steps: Int, _ isWorking: Bool, _ result: RunResult?
  ) -> String {
    var table = AlignedTable([.left, .left])
    table.add(["run", folder])
    table.add(["state", state(progress, isWorking, result)])
    table.add(["space", "\(definition.space), hash \(definition.spaceHash.prefix(12))"])
    table.add(["method", "\(definition.method.rawValue), seed \(definition.seed), data \(definition.data)"])
    let share = Double(steps) / Double(max(1, definition.totalSteps))
    table.add(["steps", "\(steps.grouped) of \(definition.totalSteps.grouped) (\((share * 100).fixed(0)) %)"])
    if result == nil, !isWorking {
      let from = RunDirectory.newestCheckpoint(of: folder).map { "after step \($0.grouped)" } ?? "from the first step"
      table.add(["resume", "\(from), with: espalier resume \(folder)"])
    }
    guard let progress else { return table.text() }
    if isWorking, let left = timeLeft(definition, progress, steps) { table.add(left) }
    table.add(["samples", progress.samples.grouped])
    table.add(["entropy", "\(progress.entropy.fixed(2)) nats"])
    table.add(["search", progress.searchSeconds.durationText])
    if progress.retrainingSeconds > 0 { table.add(["training", progress.retrainingSeconds.durationText]) }
    guard let result else { return table.text() }
    table.add(["chosen", "\(result.macs.grouped) MACs, \(result.parameters.grouped) parameters"])
    for network in result.networks {
      table.add([
        network.label,
        "test accuracy \((network.result.accuracy * 100).fixed(2)) %, loss \(network.result.testLoss.fixed(4)), "
          + "\(network.macs.grouped) MACs",
      ])
    }
    return table.text()
  }

  /// The row on how fast the work goes and when its present part is done; nil: nobody knows yet.
  private func timeLeft(_ definition: RunDefinition, _ progress: RunProgress, _ steps: Int) -> [String]? {
    if progress.phase == .searching, steps < definition.totalSteps, progress.steps > 0, progress.searchSeconds > 0 {
      let rate = Double(progress.steps) / progress.searchSeconds
      let total = definition.totalSteps
      let done = definition.recipe.workDone(steps: progress.steps, samples: progress.samples, total: total)
      let left =
        definition.recipe.work(of: steps..<total, total: total, entropy: progress.entropy)
        * progress.searchSeconds / max(done, 1)
      return ["rate", "\(rate.fixed(1)) steps/s, \(left.durationText) left of the search"]
    }
    guard progress.phase == .retraining, progress.trainedEpochs > 0 else { return nil }
    let left =
      progress.retrainingSeconds / Double(progress.trainedEpochs)
      * Double(progress.totalEpochs - progress.trainedEpochs)
    return [
      "epochs",
      "\(progress.trainedEpochs.grouped) of \(progress.totalEpochs.grouped) of training, \(left.durationText) left",
    ]
  }

  private func document(
    _ definition: RunDefinition, _ progress: RunProgress?, _ steps: Int, _ isWorking: Bool, _ result: RunResult?
  ) -> JSONValue {
    let networks = result?.networks.map { network in
      JSONValue.object([
        ("label", .string(network.label)), ("macs", .integer(network.macs)),
        ("parameters", .integer(network.parameters)), ("test_accuracy", .number(network.result.accuracy)),
        ("test_loss", .number(network.result.testLoss)),
      ])
    }
    return .object([
      ("run", .string(folder)), ("state", .string(state(progress, isWorking, result))),
      ("space", .string(definition.space)),
      ("space_hash", .string(definition.spaceHash)), ("method", .string(definition.method.rawValue)),
      ("data", .string(definition.data)), ("seed", .string(String(definition.seed))), ("steps", .integer(steps)),
      ("total_steps", .integer(definition.totalSteps)), ("samples", .integer(progress?.samples ?? 0)),
      ("entropy", progress.map { .number($0.entropy) } ?? .null),
      ("search_seconds", .number(progress?.searchSeconds ?? 0)),
      ("training_seconds", .number(progress?.retrainingSeconds ?? 0)),
      ("networks", networks.map(JSONValue.array) ?? .null),
    ])
  }
}
