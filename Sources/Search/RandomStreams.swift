import Distributions

/// Names of the random streams of a run; each purpose has its own, so that runs which draw different numbers of
/// architectures still see the same data in the same order (parsec.md, pitfall 10).
enum RandomPurpose: UInt64 {
  case architectures = 1
  /// `weightStream`.
  case weights = 2
  case trainingOrder = 3
  case validationOrder = 4
  case baselines = 5
  case retraining = 6
  case progress = 7
  /// What a one-shot search scores.
  case candidates = 8
  /// Order among candidates with equal scores.
  case ties = 9
  /// Which images candidates are scored on.
  case calibration = 10
  /// Walks over predictions.
  case walks = 11
  /// First vectors of a queue.
  case negatives = 12
  /// What an image looks like in a step.
  case views = 13
  /// Order of a teacher's batch.
  case groups = 14
  /// Draws of a region search.
  case regions = 15
}

extension SplitRandom {
  init(_ purpose: RandomPurpose, seed: UInt64, _ rest: UInt64...) {
    self.init(seed: seed, stream: [purpose.rawValue] + rest)
  }
}

/// A seed of its own for a part of a run.
func derivedSeed(_ purpose: RandomPurpose, seed: UInt64, _ number: UInt64 = 0) -> UInt64 {
  var generator = SplitRandom(purpose, seed: seed, number)
  return generator.next()
}

/// Standard normal numbers for a tensor, from its name: first values do not depend on which other tensors there are.
func normals(seed: UInt64) -> (_ tensor: String) -> () -> Double {
  namedNormals(seed: seed, stream: weightStream)
}
