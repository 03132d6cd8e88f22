import Engine
import Search
import SpaceAnalysis
import SpaceIR
import Testing

/// Random search and regularised evolution on the digits.
@Suite struct SampledSearchTests {
  private static let target = 110_000

  private static func recipe(_ epochs: Double = 7, target: Int? = target) -> SearchRecipe {
    TestSearch.recipe(.fixed(4), form: .factorised, epochs: epochs, warmUp: 2, target: target)
  }

  private static func make(isEvolving: Bool, _ recipe: SearchRecipe = recipe(), threads: Int = 1) throws
    -> SampledSearch
  {
    try SampledSearch(
      TestSearch.space(), splits: TestSearch.splits(), recipe: recipe, isEvolving: isEvolving, seed: 1,
      library: TestSearch.library(), threads: threads)
  }

  private typealias Run = (search: SampledSearch, records: [StepRecord])

  /// A search run to its end.
  private static func run(_ search: SampledSearch) throws -> Run {
    var search = search
    var records: [StepRecord] = []
    while !search.isFinished { records.append(try search.advance()) }
    return (search, records)
  }

  /// One run of each, for all tests.
  private static let drawn = Result { try run(make(isEvolving: false)) }
  private static let evolved = Result { try run(make(isEvolving: true)) }

  @Test func `the number of threads changes nothing`() throws {
    let (first, second) = (try Self.evolved.get(), try Self.run(Self.make(isEvolving: true, threads: 2)))
    #expect(first.records == second.records)
    #expect(try first.search.choice().architecture == second.search.choice().architecture)
  }

  @Test(arguments: [false, true])
  func `weights are trained first, then networks within the target are scored, and the best is the answer`(
    isEvolving: Bool
  ) throws {
    let (search, records) = try (isEvolving ? Self.evolved : Self.drawn).get()
    #expect(records.map(\.step) == Array(0..<14) && records.map(\.isWarmUp) == (0..<14).map { $0 < 4 })
    let space = try TestSearch.space()
    let scored = records.filter { !$0.isWarmUp }.flatMap(\.draws)
    #expect(scored.count == 40 && search.samples == 40 + 8)
    for draw in scored {
      #expect(draw.macs <= Self.target && space.contains(Architecture(choices: draw.choices)))
      #expect(draw.weight == 0 && draw.share == nil)
    }
    let least = try #require(scored.compactMap(\.validationLoss).min())
    let best = try #require(scored.first { $0.validationLoss == least })
    #expect(try search.choice().architecture.choices == best.choices)
  }

  /// A checkpoint holds all that the rest of a search follows from: in the warm-up, before the population is full, and
  /// after it.
  @Test(arguments: [(false, 2), (false, 6), (true, 2), (true, 6), (true, 10)])
  func `a search that goes on from its state is the one that was not stopped`(isEvolving: Bool, stop: Int) throws {
    let whole = try (isEvolving ? Self.evolved : Self.drawn).get()
    var stopped = try Self.make(isEvolving: isEvolving)
    for _ in 0..<stop { _ = try stopped.advance() }
    var other = try Self.make(isEvolving: isEvolving)
    try other.restore(stopped.state())
    #expect(other.step == stop && other.samples == stopped.samples)
    let rest = try Self.run(other)
    #expect(rest.records == Array(whole.records[stop...]))
    #expect(try rest.search.choice().architecture == whole.search.choice().architecture)
  }

  @Test func `the warm-up is that of the other methods, draw by draw`() throws {
    let other = try TestSearch.run(Self.recipe())
    #expect(try Array(Self.drawn.get().records.prefix(4)) == Array(other.prefix(4)))
  }

  /// The first proposals of both are the same uniform draws, and so are their scores: the weights are the same, and the
  /// score of a network does not depend on its step.
  @Test func `evolution begins as random search and then leaves it`() throws {
    let drawn = try Self.drawn.get().records
    let (evolution, evolved) = try Self.evolved.get()
    let capacity = evolution.population.capacity
    #expect(capacity == 10 && evolution.population.isFull)
    // Three steps of four fill it; the next step has parents.
    #expect(Array(drawn.prefix(4 + 3)) == Array(evolved.prefix(4 + 3)))
    #expect(drawn[7].draws.map(\.choices) != evolved[7].draws.map(\.choices))
    // Who is left are the newest.
    let all = evolved.filter { !$0.isWarmUp }.flatMap(\.draws)
    #expect(evolution.population.members.map(\.architecture.choices) == all.suffix(capacity).map(\.choices))
    #expect(evolution.population.members.map(\.loss) == all.suffix(capacity).compactMap(\.validationLoss))
    // Children are near a network of the population before them: 20 decisions, of which one changes in the mean.
    for (place, child) in all.enumerated().dropFirst(12) {
      let parents = all[max(0, place - capacity - 3)..<place]
      #expect(parents.contains { parent in zip(parent.choices, child.choices).count { $0 != $1 } <= 8 })
    }
  }

  @Test func `without a target every network may be proposed`() throws {
    let (search, records) = try Self.run(Self.make(isEvolving: false, Self.recipe(3, target: nil)))
    #expect(records.flatMap(\.draws).contains { $0.macs > Self.target })
    #expect(search.learnt == nil && abs(search.entropy - 20.3502) < 1e-3)
  }

  @Test func `a target that no network meets is an error`() throws {
    #expect(throws: MemberSetError.self) { try Self.make(isEvolving: false, Self.recipe(target: 1000)) }
  }
}
