import Search

/// Where `resume` goes on with a run that was stopped.
enum ResumePoint: Hashable {
  case firstStep
  case checkpoint(after: Int)
  /// Only from the first step, and only when asked to.
  case fromStartAlone

  /// What `resume` will find.
  ///
  /// - Parameters:
  ///   - newest: The newest checkpoint that is whole, with those newer ones that are damaged; nil: there is none at all.
  ///   - isLogged: Whether the database has what the run did before a step; of a damaged one false for every step.
  /// - Returns: The point, and which checkpoints are damaged, each in a sentence.
  static func found(
    _ newest: () throws -> (step: Int, damaged: [(file: String, reason: String)])?, isLogged: (_ step: Int) -> Bool
  ) -> (ResumePoint, [String]) {
    do {
      guard let found = try newest() else { return (isLogged(0) ? .firstStep : .fromStartAlone, []) }
      let damaged = found.damaged.map { "'\($0.file)' is damaged: \($0.reason)" }
      return (isLogged(found.step) ? .checkpoint(after: found.step) : .fromStartAlone, damaged)
    } catch RunError.noCheckpoint(_, let file, let reason) {
      return (.fromStartAlone, ["'\(file)' is damaged: \(reason)"])
    } catch {
      return (.fromStartAlone, ["\(error)"])
    }
  }

  /// Steps before the checkpoint; nil: none is used.
  var step: Int? {
    guard case .checkpoint(let step) = self else { return nil }
    return step
  }
}
