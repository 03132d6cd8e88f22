package import BigInt
package import SpaceIR

/// Uniform draws among the networks of a set that were not taken yet: exact, however few are left, and none is drawn and
/// thrown away.
///
/// Networks are numbers of the set, so the n-th of those that are left is found by counting the taken ones before it.
package struct UnseenDraws: Sendable {
  private let members: MemberSet
  /// Ascending.
  private var taken: [BigUInt] = []

  package init(_ members: MemberSet) { self.members = members }

  /// How many are left.
  package var count: BigUInt { members.count - BigUInt(taken.count) }

  /// Takes a network out; one that is not in the set, or was taken before, changes nothing.
  ///
  /// - Complexity: O(log taken) numbers compared, and as many moved as are greater.
  package mutating func take(_ network: Architecture) {
    guard let number = members.index(of: network) else { return }
    let place = self.place(of: number)
    guard place == taken.count || taken[place] != number else { return }
    taken.insert(number, at: place)
  }

  /// A network that was not taken, each with the same probability (up to 2^-128, see `below`); it is not taken by that.
  ///
  /// - Precondition: `count` > 0.
  /// - Complexity: O(log taken) numbers compared.
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    let number = generator.below(count)
    // taken[i] - i are left below taken[i], which never falls with i.
    return members.member(at: number + BigUInt(firstPlace { taken[$0] > number + BigUInt($0) }))
  }

  /// The first place of a number that is not below this one.
  private func place(of number: BigUInt) -> Int { firstPlace { taken[$0] >= number } }

  /// The first place in `taken` from which on something holds.
  private func firstPlace(where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, taken.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
