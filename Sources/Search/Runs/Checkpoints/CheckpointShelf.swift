import Supernet

/// The checkpoints of one part of a run: the search, or the training of one network.
///
/// Each is a file named for the number of steps that it was written after, complete or absent. The one before is kept
/// until a newer one is complete, and beyond that: two are there, so that a file that a disk has damaged costs some
/// steps and not the run. The order is that of the numbers, never that of a clock.
struct CheckpointShelf: Sendable {
  static let folderName = "checkpoints"

  /// The folder of the run.
  private let run: String
  /// `search`, `network-0`.
  private let part: String

  init(_ part: String, of run: String) {
    self.part = part
    self.run = run
  }

  private var folder: String { "\(run)/\(Self.folderName)" }
  private func path(_ step: Int) -> String { "\(folder)/\(part)-\(step).safetensors" }

  /// Steps after which there is a checkpoint, ascending.
  var steps: [Int] {
    names(in: folder).compactMap { name in
      guard name.hasPrefix(part + "-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst(part.count + 1).dropLast(".safetensors".count))
    }.sorted()
  }

  /// Puts a checkpoint on the shelf, and takes those away that two newer ones replace.
  ///
  /// - Throws: `RunError.cannotWrite`; those that were there still are.
  func write(_ file: TensorFile, step: Int) throws {
    try makeFolder(folder)
    let draft = try FileDraft(of: path(step))
    try file.write { try draft.append($0) }
    try draft.commit()
    for old in steps.dropLast(2) { try removeFile(path(old)) }
  }

  /// What was found on the shelf.
  struct Found {
    let file: TensorFile
    let step: Int
    /// Newer ones that are damaged: file and reason.
    let damaged: [(file: String, reason: String)]
  }

  /// The newest checkpoint that is whole; nil where there is none at all.
  ///
  /// - Throws: `RunError.noCheckpoint` where there are some and none can be read.
  func newest() throws -> Found? {
    var damaged: [(file: String, reason: String)] = []
    for step in steps.reversed() {
      do {
        guard let bytes = try readFile(path(step)) else { continue }
        return Found(file: try TensorFile(reading: bytes), step: step, damaged: damaged)
      } catch {
        damaged.append((path(step), reason(of: error)))
      }
    }
    guard let first = damaged.first else { return nil }
    throw RunError.noCheckpoint(path: run, file: first.file, reason: first.reason)
  }

  private func reason(of error: any Error) -> String {
    if case RunError.cannotRead(_, let reason)? = error as? RunError { return reason }
    return String(describing: error)
  }

  /// Takes away what is left of checkpoints that were being written when a process was stopped.
  static func clearDrafts(_ run: String) throws(RunError) {
    let folder = "\(run)/\(folderName)"
    for name in names(in: folder) where name.hasSuffix(".part") { try removeFile("\(folder)/\(name)") }
  }

  /// Takes all checkpoints of a run away, and what is left of one that was being written.
  static func clear(_ run: String) throws(RunError) {
    let folder = "\(run)/\(folderName)"
    for name in names(in: folder) { try removeFile("\(folder)/\(name)") }
    removeEmptyFolder(folder)
  }
}
