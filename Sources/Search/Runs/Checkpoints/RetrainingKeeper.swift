import Datasets
import Supernet

/// Keeps what training from scratch has come to, network by network, so that it can be taken up again.
package struct RetrainingKeeper: Sendable {
  private let run: String
  private let pace: CheckpointPace
  /// Networks that were done before, by their number.
  let known: [Int: RetrainedNetwork]
  /// What to end with when the process shall stop; nil: it goes on.
  private let stop: @Sendable () -> RunError?
  private let warn: @Sendable (String) -> Void

  package init(
    run: String, pace: CheckpointPace, known: [Int: RetrainedNetwork], stop: @escaping @Sendable () -> RunError?,
    warn: @escaping @Sendable (String) -> Void
  ) {
    self.run = run
    self.pace = pace
    self.known = known
    self.stop = stop
    self.warn = warn
  }

  private func shelf(_ number: Int) -> CheckpointShelf { CheckpointShelf("network-\(number)", of: run) }

  /// Where the training of a network was saved; nil: it begins. One whose checkpoints are all damaged begins too, since
  /// that costs its epochs and nothing else.
  func start(of number: Int) throws -> TensorFile? {
    do {
      guard let found = try shelf(number).newest() else { return nil }
      for (file, reason) in found.damaged {
        warn("the checkpoint '\(file)' cannot be read: \(reason); the one before it is used")
      }
      return found.file
    } catch RunError.noCheckpoint(_, let file, let reason) {
      warn("the checkpoint '\(file)' cannot be read: \(reason); this network is trained from the start")
      return nil
    }
  }

  /// Writes the weights of the network that was searched, the first, into the run's folder.
  ///
  /// - Parameter images: What it was trained on.
  /// - Throws: `RunError`, `EngineError`.
  func keepWeights(of number: Int, _ network: Supernet, images: any ImageStore) throws {
    guard number == 0 else { return }
    let definition = try RunDirectory.definition(of: run)
    let names = NetworkNames(
      space: definition.space, spaceHash: definition.spaceHash, architectureHash: nil)
    let weights = try TrainedWeights(of: network, names, images: images)
    let draft = try FileDraft(of: "\(run)/\(RunDirectory.File.weights.rawValue)")
    try weights.file.write { try draft.append($0) }
    try draft.commit()
  }

  /// What a training calls after each of its steps.
  func saver(of number: Int, from start: TensorFile?) -> (Int, () throws -> TensorFile) throws -> Void {
    var timer = CheckpointTimer(pace, from: start?.texts["steps"].flatMap(Int.init) ?? 0)
    return { step, state in
      let stop = stop()
      if timer.isDue(at: step) || stop != nil { try shelf(number).write(state(), step: step) }
      if let stop { throw stop }
    }
  }
}
