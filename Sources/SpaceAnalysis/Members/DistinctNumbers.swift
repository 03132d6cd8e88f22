package import BigInt

/// Random numbers below a bound without repetition, one at a time.
///
/// Fisher and Yates 1938, in Durstenfeld's form (1964), over an array that exists only where it differs from 0, 1, 2, ...:
/// the first numbers of a longer run are those of a shorter one, and nothing is drawn twice and thrown away.
package struct DistinctNumbers: Sendable {
  package let bound: BigUInt
  private var taken: BigUInt = 0
  private var moved: [BigUInt: BigUInt] = [:]

  package init(below bound: BigUInt) { self.bound = bound }

  /// The next number; nil after all of them.
  ///
  /// - Complexity: O(1) long operations; memory grows by one entry a number.
  package mutating func next(using generator: inout some RandomNumberGenerator) -> BigUInt? {
    guard taken < bound else { return nil }
    let place = taken + generator.below(bound - taken)
    let number = moved[place] ?? place
    moved[place] = moved.removeValue(forKey: taken) ?? taken
    if place == taken { moved[place] = nil }
    taken += 1
    return number
  }
}
