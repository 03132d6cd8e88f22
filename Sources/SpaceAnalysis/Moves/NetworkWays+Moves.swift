package import SpaceIR

extension NetworkWays {
  /// The networks of the set at some distances from a network.
  ///
  /// The distance of two networks is the number of decisions that both have and decide differently. A decision that only
  /// one of them has does not count: whether it exists follows from others, of which one that both have differs. So the
  /// distance is 0 only between a network and itself, and it is the same in both directions. A network that a change
  /// gives new decisions has one neighbour for each way to decide them. Distances do not obey the triangle inequality:
  /// through a network without some decisions, two changes can replace all of them.
  ///
  /// - Parameters:
  ///   - network: Of the space, in the set or not: for one outside this finds the nearest networks inside.
  ///   - distances: Both ends included; 0 is the network itself.
  ///   - limit: The most partial networks to tell apart.
  /// - Throws: `MoveError.tooManyPartial`, `nowhereToGo`.
  /// - Complexity: O(edges × distances), and under budgets times the bins spent differently by networks so near.
  package func neighbours(
    of network: Architecture, at distances: ClosedRange<Int>, limit: Int = 1 << 21
  ) throws(MoveError) -> MoveSet {
    let moves = try self.moves(from: network, distances, limit: limit)
    guard moves.count > 0 else { throw .nowhereToGo }
    return moves
  }

  /// By distance, from 0 to the greatest that is asked for: the networks of the set that are so far from a network.
  ///
  /// - Parameter most: At most the number of decisions counts; nothing is farther.
  /// - Throws: `MoveError.tooManyPartial`.
  package func countByDistance(
    from network: Architecture, upTo most: Int, limit: Int = 1 << 21
  ) throws(MoveError) -> [NetworkCount] {
    try moves(from: network, 0...min(most, decisions.count), limit: limit).countByLabel.map { NetworkCount($0) }
  }

  private func moves(
    from network: Architecture, _ distances: ClosedRange<Int>, limit: Int
  ) throws(MoveError) -> MoveSet {
    let most = min(distances.upperBound, decisions.count)
    let labels = rows { decisions, codes -> Int? in
      zip(decisions, codes).count { decision, code in
        let own = network.code(of: decision)
        return own > 0 && code > 0 && own != code
      }
    }
    return try MoveSet(
      self, MoveLabels(ofRows: labels, joining: .sum(atMost: most), least: distances.lowerBound), limit: limit)
  }

  /// The networks of the set between two parents, which are neither of them.
  ///
  /// A decision that both parents have is decided as by one of them, one that only one of them has as by that one. One
  /// that neither has, and that comes to exist by what the parents have together, is decided in any way.
  ///
  /// - Parameters:
  ///   - parents: Of the space, in the set or not.
  ///   - limit: The most partial networks to tell apart.
  /// - Throws: `MoveError.tooManyPartial`; `nowhereToGo` where every crossing is a parent or outside the set.
  package func crossings(
    of parents: (Architecture, Architecture), limit: Int = 1 << 21
  ) throws(MoveError) -> MoveSet {
    let labels = rows { decisions, codes -> Int? in
      var label = 0
      for (decision, code) in zip(decisions, codes) {
        let own = (parents.0.code(of: decision), parents.1.code(of: decision))
        let isInherited = code == own.0 || code == own.1 || own == (0, 0)
        guard code == 0 || isInherited else { return nil }
        label |= (code == own.0 ? 0 : 1) | (code == own.1 ? 0 : 2)
      }
      return label
    }
    let moves = try MoveSet(self, MoveLabels(ofRows: labels, joining: .union(of: 2), least: 3), limit: limit)
    guard moves.count > 0 else { throw .nowhereToGo }
    return moves
  }

  /// The mutations of a network within the set, see `Mutations`.
  ///
  /// - Parameter rate: The probability that a decision changes, from 0 to 1.
  /// - Throws: `MoveError.tooLarge`; `nowhereToGo` where the set has no network that the rate can lead to.
  package func mutations(
    of network: Architecture, rate: Double, memoryLimit: Int = 1 << 31
  ) throws(MoveError) -> Mutations {
    try Mutations(self, of: network, rate: rate, memoryLimit: memoryLimit)
  }
}
