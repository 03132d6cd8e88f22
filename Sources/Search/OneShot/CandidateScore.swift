package import SpaceIR

/// What a candidate is worth.
package struct CandidateValue: Hashable, Sendable {
  /// Greater is better; what it is a measure of, the score says.
  package let score: Double
  /// Of two candidates with the same score the one with the lower loss is better; nats. Nil: the score measures none.
  package let loss: Double?

  package init(score: Double, loss: Double? = nil) {
    self.score = score
    self.loss = loss
  }

  package func isBetter(than other: CandidateValue) -> Bool {
    // What is no number is worse than any number.
    let (own, theirs) = (score.isNaN ? -.infinity : score, other.score.isNaN ? -.infinity : other.score)
    return own != theirs ? own > theirs : loss ?? 0 < other.loss ?? 0
  }
}

/// How good a network is with the shared weights as they are.
///
/// A function of the weights and the network alone: neither the order of the candidates nor a resume changes it.
package protocol CandidateScore {
  /// - Throws: `EngineError`.
  mutating func value(of candidate: Architecture) throws -> CandidateValue
  /// The shared weights are others than before.
  mutating func weightsMoved()
}

extension CandidateScore {
  package mutating func weightsMoved() {}
}

/// A network that was scored.
package struct ScoredCandidate: Hashable, Sendable {
  package let architecture: Architecture
  package let value: CandidateValue
  package let origin: Proposal.Origin

  package init(_ architecture: Architecture, _ value: CandidateValue, origin: Proposal.Origin) {
    self.architecture = architecture
    self.value = value
    self.origin = origin
  }
}

/// All candidates of a stage in the order in which they were scored; none is in it twice.
package struct ScoredHistory: Sendable {
  package private(set) var candidates: [ScoredCandidate] = []
  private var places: [Architecture: Int] = [:]

  package init() {}

  package var count: Int { candidates.count }

  package func contains(_ architecture: Architecture) -> Bool { places[architecture] != nil }

  package subscript(architecture: Architecture) -> CandidateValue? {
    places[architecture].map { candidates[$0].value }
  }

  /// - Precondition: It was not scored before.
  package mutating func add(_ candidate: ScoredCandidate) {
    precondition(places[candidate.architecture] == nil, "a candidate is scored once")
    places[candidate.architecture] = candidates.count
    candidates.append(candidate)
  }

  /// The best of the first candidates, the best one first; among equals the order is `tie`'s, which no option is favoured
  /// by (bn-nas.md, pitfall 7).
  ///
  /// - Parameters:
  ///   - count: At most so many.
  ///   - size: How many candidates are looked at.
  ///   - tie: A random number of a candidate, by its place.
  package func best(_ count: Int, amongFirst size: Int, tie: (Int) -> UInt64) -> [ScoredCandidate] {
    candidates.indices.prefix(size).map { ($0, tie($0)) }.sorted { a, b in
      let (first, second) = (candidates[a.0].value, candidates[b.0].value)
      if first.isBetter(than: second) { return true }
      if second.isBetter(than: first) { return false }
      return a.1 < b.1
    }.prefix(count).map { candidates[$0.0] }
  }
}
