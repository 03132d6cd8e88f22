package import Supernet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder that holds everything about one search; see docs/runs.md for its files.
///
/// Files are complete or absent: each is written beside its place and renamed. What grows step by step is a database,
/// whose transactions are complete or absent too.
package final class RunDirectory: Sendable {
  package let path: String
  /// Holds the lock for as long as the run is open for writing.
  private let lock: Int32

  package enum File: String, CaseIterable {
    case definition = "run.json"
    case recipe = "recipe.yaml"
    case start = "start.json"
    case steps = "run.sqlite"
    case distribution = "distribution.json"
    case result = "result.json"
    case architecture = "architecture.yaml"
    /// Of the architecture, as its training left them, and their average.
    case weights = "weights.safetensors"
    case averageWeights = "weights-ema.safetensors"
    /// Predictors of scores and of costs, of the moves `predicted`.
    case accuracyPredictor = "accuracy.json"
    case costPredictor = "cost.json"
    case progress = "progress.json"
    case lock

    /// Whether a run begins with it; all other files are what it came to.
    ///
    /// - Parameter training: The architecture of a training is what defines it; that of a search is its answer.
    func isGiven(training: Bool) -> Bool {
      switch self {
      case .definition, .recipe, .start, .lock: true
      case .architecture: training
      case .steps, .distribution, .result, .weights, .averageWeights, .accuracyPredictor, .costPredictor, .progress:
        false
      }
    }
  }

  /// Makes the folder, which must not exist, and locks it. A folder in which a search was stopped before it had written
  /// what defines it counts as not there.
  package init(creating path: String) throws(RunError) {
    if try !makeFolders(path), !Self.isUnbegun(path) {
      throw Self.isInUse(path) ? .inUse(path: path, by: .begin) : .exists(path: path)
    }
    self.path = path
    lock = open("\(path)/\(File.lock.rawValue)", O_CREAT | O_RDWR | O_CLOEXEC, 0o666)
    guard lock >= 0 else { throw .cannotWrite(path: "\(path)/\(File.lock.rawValue)", reason: systemError()) }
    try takeLock(.begin)
    // Another process may have begun the run between the look and the lock.
    guard !Self.has(.definition, in: path) else { throw .exists(path: path) }
  }

  /// Locks the folder of a run that was begun.
  ///
  /// - Throws: `.notARun`, `.inUse`, `.cannotWrite`.
  package init(continuing path: String) throws(RunError) {
    self.path = path
    lock = open("\(path)/\(File.lock.rawValue)", O_RDWR | O_CLOEXEC)
    guard lock >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? .notARun(path: path, missing: File.lock.rawValue)
        : .cannotContinue(path: path, reason: systemError())
    }
    try takeLock(.goOn)
    // The lock's file alone can belong to another user while the folder does not allow to write.
    guard access(path, W_OK) == 0 else { throw .cannotContinue(path: path, reason: systemError()) }
  }

  deinit { close(lock) }

  /// Tries for half a second: who asks for the state of a run holds the lock for an instant.
  private func takeLock(_ claim: RunError.Claim) throws(RunError) {
    for _ in 0..<50 {
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EINTR || errno == EWOULDBLOCK else {
        throw .cannotWrite(path: "\(path)/\(File.lock.rawValue)", reason: systemError())
      }
      usleep(10_000)
    }
    throw .inUse(path: path, by: claim)
  }

  /// Whether a search was stopped, or failed, between making the folder and writing what defines the run: it holds nothing
  /// but what is written before that.
  package static func isUnbegun(_ path: String) -> Bool {
    let names = names(in: path)
    let early =
      [File.lock, .recipe, .start, .architecture].map(\.rawValue) + ["space", "tables", TeacherFiles.folderName]
    return names.contains(File.lock.rawValue) && names.allSatisfy { early.contains($0) || $0.hasSuffix(".part") }
      && !isInUse(path)
  }

  /// Writes a whole file beside its place, and puts it there in one move.
  package func write(_ contents: [UInt8], to file: File) throws(RunError) {
    try writeFile(contents, at: "\(path)/\(file.rawValue)")
  }

  /// The same of tensors, part by part.
  package func write(_ tensors: TensorFile, to file: File) throws { try write(tensors, at: file.rawValue) }

  package func write(_ tensors: TensorFile, at relative: String) throws {
    let draft = try FileDraft(of: "\(path)/\(relative)")
    try tensors.write { try draft.append($0) }
    try draft.commit()
  }

  /// A copy of an input of the run, at a path below the folder.
  package func store(_ contents: [UInt8], at relative: String) throws(RunError) {
    var folder = path
    for part in relative.split(separator: "/").dropLast() {
      folder += "/\(part)"
      try makeFolder(folder)
    }
    try writeFile(contents, at: "\(path)/\(relative)")
  }

  /// The bytes of a file of a run, which need not be open.
  package static func read(_ file: File, of path: String) throws(RunError) -> [UInt8] {
    guard let bytes = try readFile("\(path)/\(file.rawValue)") else {
      throw .notARun(path: path, missing: file.rawValue)
    }
    return bytes
  }

  /// The bytes of any file; nil where there is none.
  package static func bytes(at path: String) throws(RunError) -> [UInt8]? { try readFile(path) }

  /// Whether a file is there.
  package static func has(_ file: File, in path: String) -> Bool { has(file.rawValue, in: path) }

  /// Whether a file is there, by its path inside the run.
  package static func has(_ file: String, in path: String) -> Bool { isThere("\(path)/\(file)") }

  /// Whether a process has the run open for writing. Asking needs no right to write, and two may ask at once.
  package static func isInUse(_ path: String) -> Bool {
    let descriptor = open("\(path)/\(File.lock.rawValue)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}

extension RunDirectory {
  /// Takes everything away that a search has come to, so that it begins again: what defines it stays.
  package func startOver() throws {
    let isTraining = try Self.isTraining(path)
    // First of all: what is stopped in between is not finished.
    try removeFile("\(path)/\(File.result.rawValue)")
    for file in File.allCases where !file.isGiven(training: isTraining) {
      for ending in ["", ".part"] { try removeFile("\(path)/\(file.rawValue)\(ending)") }
    }
    try CheckpointShelf.clear(path)
    for ending in ["-wal", "-shm", "-journal"] { try removeFile("\(path)/\(File.steps.rawValue)\(ending)") }
    try EventFile.clear(path)
  }

  /// What a process that was stopped after the last record had left to do: checkpoints of a finished run go.
  package func tidy() throws {
    if try Self.isTraining(path) { return try tidyTraining() }
    if var progress = try Self.decodeIfThere(RunProgress.self, from: .progress, of: path), progress.phase != .finished {
      progress.phase = .finished
      try write(progress, as: .progress)
    }
    try CheckpointShelf.clear(path)
  }

  /// The newest checkpoint of the search that is whole, and newer ones that are damaged; nil: there is none at all.
  ///
  /// - Throws: `RunError.noCheckpoint` where there are some and none can be read.
  /// - Complexity: The size of the checkpoint, which is read.
  package static func newestCheckpoint(
    of path: String
  ) throws -> (step: Int, damaged: [(file: String, reason: String)])? {
    try CheckpointShelf("search", of: path).newest().map { ($0.step, $0.damaged) }
  }
}
