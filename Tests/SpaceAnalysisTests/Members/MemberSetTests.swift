import BigInt
import Foundation
import SpaceIR
import Testing

@testable import SpaceAnalysis

/// The numbered set of networks against all networks by brute force: 1,000 random spaces with conditions and budgets.
struct MemberSetTests {
  static let budgets: [[CostMeasure]] = [[], [.macs], [.activationBytes], [.macs, .parameters]]

  @Test(arguments: 0..<250 as Range<UInt64>, budgets)
  func `a set numbers the networks that meet conditions and budgets`(seed: UInt64, measures: [CostMeasure]) throws {
    let example = try SpectrumCase(seed: seed, budgets: measures)
    let inside = Set(example.inside.map(\.architecture))
    let set: MemberSet
    do throws(MemberSetError) {
      set = try MemberSet(example.space, budgets: example.budgets)
    } catch {
      // With two budgets bins may not tell whether the few that meet both do.
      guard case .budgets(.band(_, .unresolved)) = error, measures.count > 1 else {
        #expect(inside.isEmpty, "\(error)")
        return
      }
      return
    }
    #expect(set.count <= BigUInt(inside.count) && BigUInt(inside.count) <= set.countUpper)
    if measures.count < 2 { #expect(set.isExact, "one budget on a small space is counted exactly") }
    let count = Int(set.count)
    var found: Set<Architecture> = []
    for number in 0..<count {
      let network = set.member(at: BigUInt(number))
      #expect(set.index(of: network) == BigUInt(number))
      #expect(set.contains(network))
      found.insert(network)
    }
    #expect(found.count == count && found.isSubset(of: inside))
    for member in example.members where !inside.contains(member.architecture) {
      #expect(!set.contains(member.architecture) && set.index(of: member.architecture) == nil)
    }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `the extremes under conditions are those of the networks`(seed: UInt64) throws {
    let example = try SpectrumCase(seed: seed)
    guard !example.members.isEmpty else { return }
    for measure in [CostMeasure.macs, .parameters] {
      let range = try CostModel(example.space, measure: measure).range()
      let costs = example.members.map { $0.cost[measure] }
      #expect(range.least.cost == costs.min() && range.greatest.cost == costs.max())
    }
  }

  /// If draws are uniform, so are the p-values of chi-square over many seeds (Kolmogorov 1933).
  @Test(arguments: [[], [CostMeasure.macs]])
  func `p-values of uniformity are uniform`(measures: [CostMeasure]) throws {
    var values: [Double] = []
    for seed in 0..<120 as Range<UInt64> {
      let example = try SpectrumCase(seed: seed, budgets: measures)
      guard (8...60).contains(example.inside.count) else { continue }
      let set = try MemberSet(example.space, budgets: example.budgets)
      var random = SeededGenerator(seed: seed &* 31 &+ 7)
      var counts = [Int](repeating: 0, count: Int(set.count))
      for _ in 0..<60 * counts.count {
        let index = try #require(set.index(of: set.draw(using: &random)))
        counts[Int(index)] += 1
      }
      values.append(erfc(uniformityDeviate(counts) / 2.0.squareRoot()) / 2)
    }
    values.sort()
    try #require(values.count > 20)
    let size = Double(values.count)
    let distance =
      values.enumerated().map { index, value in
        max(abs(value - Double(index) / size), abs(value - Double(index + 1) / size))
      }.max() ?? 1
    // 1.63 / √n is passed by one in a hundred such samples; the seeds are fixed.
    #expect(distance < 1.63 / size.squareRoot(), "\(values)")
  }

  @Test func `numbers without repetition are a shuffle, and the first do not depend on how many are asked for`() {
    var counts = [Int](repeating: 0, count: 24)
    for seed in 0..<6000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var numbers = DistinctNumbers(below: 4)
      var order: [Int] = []
      while let number = numbers.next(using: &random) { order.append(Int(number)) }
      #expect(order.sorted() == [0, 1, 2, 3])
      let rank = order.indices.reduce(0) { sum, index in
        sum * (4 - index) + order[(index + 1)...].count { $0 < order[index] }
      }
      counts[rank] += 1
    }
    #expect(abs(uniformityDeviate(counts)) < 3)
  }
}
