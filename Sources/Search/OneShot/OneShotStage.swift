/// A round of a one-shot search: weights learn from paths for some steps, then candidates are scored.
package struct OneShotStage {
  package let trainingSteps: Int
  package let draws: any PathDraws
  package var moves: any CandidateMoves
  /// Of a uniform draw among the candidates, nats.
  package let entropy: Double
  /// What is to be said of it before it begins, each a sentence.
  package let remarks: [String]
  /// What the run keeps beside its records once it is over.
  package let documents: [RunDocument]

  package init(
    trainingSteps: Int, draws: any PathDraws, moves: any CandidateMoves, entropy: Double, remarks: [String] = [],
    documents: [RunDocument] = []
  ) {
    self.trainingSteps = trainingSteps
    self.draws = draws
    self.moves = moves
    self.entropy = entropy
    self.remarks = remarks
    self.documents = documents
  }

  package var steps: Int { trainingSteps + moves.count }
}

/// A file that a method leaves in its run.
package struct RunDocument: Hashable, Sendable {
  package let file: RunDirectory.File
  package let bytes: [UInt8]

  package init(_ file: RunDirectory.File, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }
}

/// The rounds of a search; most methods have one.
///
/// A stage is a function of the histories of those before it, so that a search that is taken up again has the same.
package protocol OneShotStages {
  /// - Returns: Nil: the search is over.
  func stage(_ number: Int, after histories: [ScoredHistory]) throws -> OneShotStage?
  /// Steps of this stage and those after it, as far as they are foreseen before it begins.
  func plannedSteps(from number: Int) -> Int
}

/// One round.
struct SingleStage: OneShotStages {
  let stage: OneShotStage

  func stage(_ number: Int, after histories: [ScoredHistory]) -> OneShotStage? { number == 0 ? stage : nil }
  func plannedSteps(from number: Int) -> Int { number == 0 ? stage.steps : 0 }
}
