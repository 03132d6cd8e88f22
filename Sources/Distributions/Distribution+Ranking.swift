import HeapModule
package import SpaceIR
import SpacePlanner

/// An architecture with its place among all, the most probable first.
package struct RankedArchitecture: Hashable, Sendable {
  package let architecture: Architecture
  /// 0 for the mode.
  package let rank: Int
}

extension Distribution {
  /// The most probable architecture that a rule allows, found by walking architectures from the most probable down.
  ///
  /// Where no factor has a condition the order is exactly that of P(A). Otherwise every factor counts towards the order,
  /// also one that does not exist under the choices before it, and an architecture is met where its other factors are
  /// most probable. Ties go to the lower combinations.
  ///
  /// - Parameter limit: Architectures to look at; nil is returned when none of them is allowed.
  /// - Complexity: O(limit x (factors + log limit)), besides the rule.
  package func mostProbable(
    limit: Int, where isAllowed: (Architecture) throws -> Bool
  ) rethrows -> RankedArchitecture? {
    let rows = logits.map { row in
      let logarithms = logSoftmax(row)
      return row.indices.filter { row[$0] > -.infinity }.sorted { (-row[$0], $0) < (-row[$1], $1) }
        .map { Choice(combination: $0, logProbability: logarithms[$0]) }
    }
    let best = Candidate(places: rows.map { _ in 0 }, firstOpen: 0, loss: 0)
    var open: Heap<Candidate> = [best]
    var met: Set<Architecture> = []
    while met.count < limit, let next = open.popMin() {
      for factor in next.firstOpen..<rows.count where next.places[factor] + 1 < rows[factor].count {
        open.insert(next.advanced(factor, rows))
      }
      let architecture = architecture(next, rows)
      guard met.insert(architecture).inserted else { continue }
      if try isAllowed(architecture) { return RankedArchitecture(architecture: architecture, rank: met.count - 1) }
    }
    return nil
  }

  private struct Choice {
    let combination: Int
    let logProbability: Double
  }

  /// A place in each factor's ranking. Each is reached once: from the one with its last factor above 0 one place higher.
  private struct Candidate: Comparable {
    var places: [Int]
    /// Factors before this one are done with.
    var firstOpen: Int
    /// log P of the mode less this one's, at least 0.
    var loss: Double

    func advanced(_ factor: Int, _ rows: [[Choice]]) -> Candidate {
      var next = self
      let row = rows[factor]
      next.places[factor] += 1
      next.firstOpen = factor
      next.loss += row[places[factor]].logProbability - row[next.places[factor]].logProbability
      return next
    }

    static func < (a: Candidate, b: Candidate) -> Bool {
      a.loss == b.loss ? a.places.lexicographicallyPrecedes(b.places) : a.loss < b.loss
    }
  }

  private func architecture(_ candidate: Candidate, _ rows: [[Choice]]) -> Architecture {
    var architecture = plan.undecided
    for (index, factor) in plan.factors.enumerated() where factor.exists(in: architecture) {
      factor.write(rows[index][candidate.places[index]].combination, into: &architecture)
    }
    return architecture
  }
}
