package import BigInt

/// A number of members that is known to lie between two numbers, both included.
package struct CountInterval: Hashable, Sendable {
  package let least: NetworkCount
  package let greatest: NetworkCount

  package var isExact: Bool { least == greatest }

  package init(_ least: BigUInt, _ greatest: BigUInt) {
    self.least = NetworkCount(least)
    self.greatest = NetworkCount(max(least, greatest))
  }
}

/// A cost that is known to lie between two costs, both included; in the unit of its measure.
package struct CostInterval: Hashable, Sendable {
  package let least: Int
  package let greatest: Int

  package var isExact: Bool { least == greatest }

  package init(least: Int, greatest: Int) {
    precondition(least <= greatest, "an interval runs upwards")
    self.least = least
    self.greatest = greatest
  }
}
