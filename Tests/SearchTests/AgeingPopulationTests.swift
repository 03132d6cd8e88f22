import Distributions
import Search
import SpaceAnalysis
import SpaceIR
import Testing

struct AgeingPopulationTests {
  private func member(_ number: Int, _ loss: Double) -> AgeingPopulation.Member {
    AgeingPopulation.Member(architecture: Architecture(choices: [number]), loss: loss)
  }

  @Test func `the oldest goes, be it the best`() {
    var population = AgeingPopulation(capacity: 3, tournament: 2)
    for (number, loss) in [0.1, 0.5, 0.4, 0.9].enumerated() {
      #expect(population.isFull == (number >= 3))
      population.add(member(number, loss))
    }
    #expect(population.members == [member(1, 0.5), member(2, 0.4), member(3, 0.9)])
  }

  @Test func `a tournament of all but surely finds the best, one of one anybody`() {
    var (wide, narrow) = (
      AgeingPopulation(capacity: 8, tournament: 200), AgeingPopulation(capacity: 8, tournament: 1)
    )
    for number in 0..<8 {
      wide.add(member(number, number == 5 ? 0 : 1))
      narrow.add(member(number, number == 5 ? 0 : 1))
    }
    var generator = SplitRandom(seed: 1, stream: 1)
    var counts = [Int](repeating: 0, count: 8)
    for _ in 0..<8000 {
      let parent = narrow.parent(using: &generator)
      counts[parent.choices[0]!] += 1
    }
    for _ in 0..<100 { #expect(wide.parent(using: &generator).choices == [5]) }
    // Five standard deviations of a binomial count with p = 1/8.
    for count in counts { #expect(abs(Double(count) - 1000) < 5 * (8000.0 * 7 / 64).squareRoot()) }
  }

  @Test func `a loss that is no number never wins, and a population of such still has a parent`() {
    var population = AgeingPopulation(capacity: 2, tournament: 50)
    population.add(member(0, .nan))
    var generator = SplitRandom(seed: 1, stream: 2)
    #expect(population.parent(using: &generator).choices == [0])
    population.add(member(1, 3))
    #expect(population.parent(using: &generator).choices == [1])
    #expect(population.members[0].loss == .infinity)
  }

  /// The distance to a hidden network of the digits' space: what evolution can climb. No engine.
  @Test func `evolution finds a hidden network with fewer proposals than random search`() throws {
    let space = try TestSearch.space()
    let members = try MemberSet(space)
    let ways = try NetworkWays(space, members)
    var (evolved, drawn) = (0, 0)
    for seed in 0..<2 as Range<UInt64> {
      var generator = SplitRandom(seed: seed, stream: 9)
      let hidden = members.draw(using: &generator)
      func distance(_ other: Architecture) -> Int { zip(hidden.choices, other.choices).count { $0 != $1 } }
      var population = AgeingPopulation(capacity: 20, tournament: 6)
      var (best, bestDrawn) = (Int.max, Int.max)
      for _ in 0..<120 {
        let parent = population.isFull ? population.parent(using: &generator) : nil
        let child =
          try parent.map { try ways.mutations(of: $0, rate: 0.05).draw(using: &generator) }
          ?? members.draw(using: &generator)
        #expect(members.contains(child) && child != parent)
        population.add(AgeingPopulation.Member(architecture: child, loss: Double(distance(child))))
        best = min(best, distance(child))
        bestDrawn = min(bestDrawn, distance(members.draw(using: &generator)))
      }
      evolved += best
      drawn += bestDrawn
    }
    #expect(evolved < drawn, "\(evolved) and \(drawn) decisions away, over two seeds")
  }
}
