package import Distributions
package import SpaceIR
package import Supernet

/// A search that goes on step by step, whatever its method.
package protocol SearchLoop {
  var space: Space { get }
  /// Networks proposed so far, the warm-up's among them; of a search that runs all at once, how often it did.
  var samples: Int { get }
  /// Steps done.
  var step: Int { get }
  var totalSteps: Int { get }
  var stepsPerEpoch: Int { get }
  /// Whether the next step only trains the shared weights.
  var isWarmingUp: Bool { get }
  /// Of what the next step proposes from, nats.
  var entropy: Double { get }
  /// What is learnt about the networks as a whole; nil: the method learns no distribution.
  var learnt: Distribution? { get }
  /// Whether its form is the joint one by now.
  var isJoint: Bool { get }
  /// Of the supernet.
  var tensorCount: Int { get }
  var parameterCount: Int { get }
  /// What is to be said of the search before it goes on, each a sentence.
  var remarks: [String] { get }
  /// What the run keeps of it beside its records.
  var documents: [RunDocument] { get }

  /// One step.
  ///
  /// - Throws: `EngineError`; the search is then as before the step.
  mutating func advance() throws -> StepRecord
  /// What is to be said of the answer, each a sentence.
  func conclusion() throws -> [String]
  /// What the search answers so far, and how many networks before it were passed over because of their cost.
  func choice() throws -> (architecture: Architecture, rank: Int)

  /// Everything that decides how the search goes on.
  ///
  /// - Throws: `EngineError`.
  func state() throws -> TensorFile
  /// Puts the state of a search of the same space, recipe and seed back.
  ///
  /// - Throws: `TensorFileError.unexpected` where it is of another one; `EngineError`.
  mutating func restore(_ file: TensorFile) throws
}

extension SearchLoop {
  package var isFinished: Bool { step >= totalSteps }
  package var remarks: [String] { [] }
  package func conclusion() -> [String] { [] }
  package var documents: [RunDocument] { [] }
}

extension ProbabilisticSearch: SearchLoop {
  package var learnt: Distribution? { distribution }
}
