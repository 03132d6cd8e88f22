/// Where a training keeps the network that it learns from.
package enum TeacherFiles {
  static let folderName = "teacher"
  /// Paths inside the run.
  package static let architecture = "teacher/architecture.yaml"
  package static let weights = "teacher/weights.safetensors"
  package static let space = "teacher/space"
}

extension RunDirectory {
  /// What kind of run it is, and the version of its format; the kind of a search is nil.
  static func stamp(of path: String) throws -> (kind: String?, version: Int) {
    struct Stamp: Decodable {
      let kind: String?
      let version: Int
    }
    if !has(.definition, in: path), isUnbegun(path) { throw RunError.unbegun(path: path) }
    let stamp = try decode(Stamp.self, from: .definition, of: path)
    return (stamp.kind, stamp.version)
  }

  /// Whether a run trains one network. One that has not begun does not.
  package static func isTraining(_ path: String) throws -> Bool {
    guard has(.definition, in: path) else { return false }
    return try stamp(of: path).kind == TrainingDefinition.kind
  }

  /// What defines the training of one network.
  ///
  /// - Throws: `RunError`, among others where another version wrote it.
  package static func training(of path: String) throws -> TrainingDefinition {
    let (kind, version) = try stamp(of: path)
    guard kind == TrainingDefinition.kind else { throw RunError.isSearch(path: path) }
    guard version == TrainingDefinition.currentVersion else {
      throw RunError.otherFormat(path: path, version: version, wanted: TrainingDefinition.currentVersion)
    }
    return try decode(TrainingDefinition.self, from: .definition, of: path)
  }

  /// The step of the newest checkpoint of a training that is whole; nil: there is none at all.
  package static func newestTrainingCheckpoint(
    of path: String
  ) throws -> (step: Int, damaged: [(file: String, reason: String)])? {
    try CheckpointShelf("training", of: path).newest().map { ($0.step, $0.damaged) }
  }

  func tidyTraining() throws {
    if var progress = try Self.decodeIfThere(TrainingProgress.self, from: .progress, of: path),
      progress.phase != .finished
    {
      progress.phase = .finished
      try write(progress, as: .progress)
    }
    try CheckpointShelf.clear(path)
  }
}
