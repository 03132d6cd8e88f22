package import SpaceIR

/// The population of regularised evolution: the newest networks, each with its loss.
///
/// Real, Aggarwal, Huang and Le 2019, *Regularized Evolution for Image Classifier Architecture Search*, arXiv
/// 1802.01548, algorithm 1: a parent is the best of some that are drawn with replacement, and who is oldest goes, not
/// who is worst.
package struct AgeingPopulation: Sendable {
  package struct Member: Hashable, Sendable {
    package let architecture: Architecture
    /// Nats; less is better.
    package let loss: Double
    package init(architecture: Architecture, loss: Double) {
      self.architecture = architecture
      self.loss = loss
    }
  }

  /// P of the paper.
  package let capacity: Int
  /// S of the paper.
  package let tournament: Int
  /// The oldest first; at most `capacity`.
  package private(set) var members: [Member] = []

  /// - Precondition: Both are at least 1.
  package init(capacity: Int, tournament: Int) {
    precondition(capacity >= 1 && tournament >= 1, "a population and a tournament have a member")
    self.capacity = capacity
    self.tournament = tournament
  }

  package var isFull: Bool { members.count == capacity }

  /// The best of a tournament; of equal ones the one that was drawn first. Takes one number for each that is drawn.
  ///
  /// - Precondition: There is a member.
  package func parent(using generator: inout some RandomNumberGenerator) -> Architecture {
    precondition(!members.isEmpty, "a parent comes from a population")
    var best: Member?
    for _ in 0..<tournament {
      // The high word of the product is even but for 2^-64 times the size.
      let place = Int(generator.next().multipliedFullWidth(by: UInt64(members.count)).high)
      if members[place].loss < best?.loss ?? .infinity || best == nil { best = members[place] }
    }
    return best!.architecture
  }

  /// Adds the newest one; the oldest goes where there is no room. A loss that is no number counts as infinite.
  package mutating func add(_ member: Member) {
    members.append(
      member.loss.isNaN ? Member(architecture: member.architecture, loss: .infinity) : member)
    if members.count > capacity { members.removeFirst() }
  }
}
