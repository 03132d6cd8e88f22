import ArgumentParser
import BigInt
import Distributions
import SpaceAnalysis
import SpaceIR

/// Networks of a set one after the other: drawn, drawn without repetition, or listed.
struct NetworkSelection {
  enum Way {
    /// Each depends on the seed and its number alone.
    case drawn(Int, seed: UInt64, (inout SplitRandom) -> Architecture)
    case distinct(Int, seed: UInt64)
    /// By rank.
    case listed(Range<BigUInt>)
  }

  /// What a network is called in the output: the number of the draw, or its rank.
  enum Label {
    case draw(Int)
    case rank(BigUInt)

    var text: String {
      switch self {
      case .draw(let number): String(number)
      case .rank(let rank): rank.description
      }
    }

    /// Ranks need not fit 64 bits.
    var json: JSONValue {
      switch self {
      case .draw(let number): .integer(number)
      case .rank(let rank): .string(rank.description)
      }
    }
  }

  private let members: any NumberedNetworks
  private let way: Way
  private var count = 0
  private var numbers: DistinctNumbers
  private var generator: SplitRandom

  init(_ members: any NumberedNetworks, _ way: Way) {
    self.members = members
    self.way = way
    numbers = DistinctNumbers(below: members.count)
    generator =
      switch way {
      case .distinct(_, let seed): SplitRandom(seed: seed, stream: Self.distinctStream, 0)
      case .drawn(_, let seed, _): SplitRandom(seed: seed, stream: Self.stream, 0)
      case .listed: SplitRandom(seed: 0, stream: Self.stream, 0)
      }
  }

  /// Keep these draws apart from those that a search makes with the same seed.
  private static let stream: UInt64 = 0x5341_4D50
  private static let distinctStream: UInt64 = 0x5341_4D51

  mutating func next() throws -> (Label, Architecture)? {
    defer { count += 1 }
    switch way {
    case .drawn(let total, let seed, let draw):
      guard count < total else { return nil }
      var generator = SplitRandom(seed: seed, stream: Self.stream, UInt64(count))
      return (.draw(count), draw(&generator))
    case .distinct(let total, _):
      guard count < total, let number = numbers.next(using: &generator) else { return nil }
      return (.rank(number), members.member(at: number))
    case .listed(let range):
      let rank = range.lowerBound + BigUInt(count)
      return rank < range.upperBound ? (.rank(rank), members.member(at: rank)) : nil
    }
  }
}

/// One of a number of equal parts.
struct Shard {
  /// From 1.
  let part: Int
  let of: Int

  /// - Throws: `ValidationError` unless the text is `i/n` with 1 <= i <= n.
  init(text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let part = parts[0], let of = parts[1], 1 <= part, part <= of else {
      throw ValidationError("'\(text)' is not a part such as 2/8, from 1/8 to 8/8")
    }
    (self.part, self.of) = (part, of)
  }

  /// Parts differ in size by at most one.
  func range(of total: BigUInt) -> Range<BigUInt> {
    total * BigUInt(part - 1) / BigUInt(of)..<total * BigUInt(part) / BigUInt(of)
  }
}
