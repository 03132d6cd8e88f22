/// Why a run cannot be started, continued, written or read.
package enum RunError: Error, Hashable, Sendable {
  case exists(path: String)
  case notARun(path: String, missing: String)
  case cannotCreate(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  /// Its folder is there, but nothing can be written into it.
  case cannotContinue(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  case damaged(path: String, reason: String)
  case inUse(path: String, by: Claim)
  /// The folder holds one run a seed, and one run is asked for.
  case severalRuns(path: String, runs: [String])
  /// The run ended before it had an answer.
  case unfinished(path: String, steps: Int, of: Int)
  /// Somebody has asked the process to stop, and it has written a checkpoint.
  case stopped(path: String, steps: Int, of: Int)
  /// The run trains one network, and a search is asked for.
  case isTraining(path: String)
  /// Somebody has asked the process that trains one network to stop, and it has written a checkpoint.
  case trainingStopped(path: String, steps: Int, of: Int)
  /// The run searches, and the training of one network is asked for.
  case isSearch(path: String)
  /// `run.json` is of another version of this package.
  case otherFormat(path: String, version: Int, wanted: Int)
  /// A search was stopped before it had written what defines it.
  case unbegun(path: String)
  case spaceChanged(path: String, written: String, found: String)
  case dataChanged(data: String, written: String, found: String)
  case engineChanged(written: String, found: String)
  /// Every checkpoint is damaged; `reason` is that of the newest.
  case noCheckpoint(path: String, file: String, reason: String)
  /// The database has lost steps that a checkpoint was written after.
  case stepsLost(path: String, steps: Int, wanted: Int)
  case databaseDamaged(path: String, run: String, reason: String)
}

extension RunError {
  /// What a process wants of a folder.
  package enum Claim: Hashable, Sendable {
    /// To make a run in it.
    case begin
    /// To go on with the run that it holds.
    case goOn
  }
}

extension RunError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exists(let path):
      """
      '\(path)' exists already, and a run is never overwritten
      help: choose another folder with --out, or look at that run with 'espalier status \(path)'
      """
    case .notARun(let path, let missing): "'\(path)' is not a run: it has no '\(missing)'"
    case .cannotCreate(let path, let reason): "the folder '\(path)' cannot be made: \(reason)"
    case .cannotWrite(let path, let reason):
      """
      '\(path)' cannot be written: \(reason)
      help: the run stops here; what was written before is kept. Make room, and go on with 'espalier resume'
      """
    case .cannotContinue(let path, let reason):
      """
      the run '\(path)' cannot be continued where it is: \(reason)
      help: nothing was changed; make the folder writable, or copy it and resume the copy
      """
    case .cannotRead(let path, let reason): "'\(path)' cannot be read: \(reason)"
    case .damaged(let path, let reason): "'\(path)' is damaged: \(reason)"
    case .inUse(let path, .begin):
      """
      another process is writing the run '\(path)'
      help: choose another folder with --out, or watch that run with 'espalier status \(path)'
      """
    case .inUse(let path, .goOn):
      """
      another process is writing the run '\(path)'
      help: wait until it has ended; 'espalier status \(path)' says how far it is
      """
    case .severalRuns(let path, let runs):
      """
      '\(path)' holds \(runs.count) runs, one for each seed
      help: name one of them: \(runs.prefix(8).joined(separator: ", "))\(runs.count > 8 ? ", ..." : "")
      """
    case .isSearch(let path):
      """
      '\(path)' is a search, and this needs a run of 'espalier train'
      help: train its network first: espalier train \(path)/architecture.yaml
      """
    case .trainingStopped(let path, let steps, let total):
      """
      stopped as asked, after \(steps) of \(total) steps; everything up to here is kept
      help: go on with 'espalier resume \(path)'
      """
    case .isTraining(let path):
      """
      '\(path)' is the training of one network, and this needs a search
      help: its architecture is '\(path)/architecture.yaml'; see also: espalier status \(path)
      """
    case .unfinished(let path, let steps, let total):
      "the run '\(path)' has no result: it did \(steps) of \(total) steps"
    case .stopped(let path, let steps, let total) where steps >= total:
      """
      stopped as asked, in the training from scratch; the search and everything up to here is kept
      help: go on with 'espalier resume \(path)'
      """
    case .stopped(let path, let steps, let total):
      """
      stopped as asked, after \(steps) of \(total) steps of the search; everything up to here is kept
      help: go on with 'espalier resume \(path)'
      """
    case .otherFormat(let path, let version, let wanted):
      """
      the run '\(path)' has format \(version), and this version of espalier reads format \(wanted)
      help: nothing was changed; use the version that wrote it, or search again into another folder
      """
    case .unbegun(let path):
      """
      the search in '\(path)' was stopped before its first file was written, so there is nothing to continue
      help: start it again with the same --out
      """
    case .spaceChanged(let path, let written, let found):
      """
      the space in '\(path)' has changed since the run began: its hash was \(written.prefix(12)), now \(found.prefix(12))
      help: nothing was changed; put the run's own copy of the space back as it was, or search the new one into another folder
      """
    case .dataChanged(let data, let written, let found):
      """
      the images of '\(data)' are not those that the run began with: their checksum was \(written), now \(found)
      help: nothing was changed; put the files back, name their place with --data, or search again into another folder
      """
    case .engineChanged(let written, let found):
      """
      the run was begun by the engine '\(written)', and this is '\(found)': its sums may be rounded otherwise
      help: nothing was changed; use the first engine (make engine TORCH=...), or go on with --other-engine and get a \
      result that no single engine gives
      """
    case .noCheckpoint(let path, let file, let reason):
      """
      no checkpoint of '\(path)' can be read; the newest, '\(file)': \(reason)
      help: nothing was changed; 'espalier resume \(path) --from-start' searches again from the first step and comes to \
      the same result
      """
    case .stepsLost(let path, let steps, let wanted):
      """
      '\(path)/run.sqlite' has \(steps) steps, and the checkpoint was written after \(wanted)
      help: nothing was changed; put the file back, or 'espalier resume \(path) --from-start' searches again from the \
      first step and comes to the same result
      """
    case .databaseDamaged(let path, let run, let reason):
      """
      '\(path)' is damaged: \(reason)
      help: nothing was changed; put the file back, or 'espalier resume \(run) --from-start' searches again from the first \
      step and comes to the same result
      """
    }
  }
}
