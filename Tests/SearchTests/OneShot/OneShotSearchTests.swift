import Datasets
import Distributions
import Engine
import SpaceAnalysis
import SpaceIR
import SpacePlanner
import Supernet
import TestSupport
import Testing

@testable import Search

/// Whole searches: steps, resume, threads, and what a score is.
@Suite struct OneShotSearchTests {
  private static let target = 200_000

  private struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let space: @Sendable () throws -> Space
    let recipe: SearchRecipe
  }

  private static let cases = [
    Case(
      testDescription: "spos", space: { try TestOneShot.space("mini-spos") },
      recipe: TestOneShot.recipe(.spos, target: target)),
    Case(
      testDescription: "spos, bins, two paths, ageing", space: { try TestOneShot.space("mini-spos") },
      recipe: TestOneShot.recipe(.spos, target: target) {
        $0.draws = .bins
        $0.paths = 2
        $0.moves = .ageing
      }),
    Case(
      testDescription: "bn-nas", space: { try TestOneShot.space("mini-bn-nas") },
      recipe: TestOneShot.recipe(.bnNAS, target: 400_000)),
    Case(
      testDescription: "batch norms alone, scored by accuracy, random", space: { try TestOneShot.space("mini-bn-nas") },
      recipe: TestOneShot.recipe(.bnNAS, target: 400_000) {
        $0.score = .recalibrated
        $0.moves = .random
      }),
    Case(
      testDescription: "hurricane", space: { try HurricaneTests.space() },
      recipe: TestOneShot.recipe(.hurricane) { $0.groups = HurricaneTests.group(limit: 60_000) }),
  ]

  @Test(arguments: cases)
  private func `threads and a stop change nothing`(test: Case) throws {
    let space = try test.space()
    let whole = try TestOneShot.run(TestOneShot.search(space, test.recipe))
    let threaded = try TestOneShot.run(TestOneShot.search(space, test.recipe, threads: 2))
    #expect(whole.records == threaded.records)
    #expect(whole.records.map(\.step) == Array(0..<whole.search.totalSteps))
    let state = try bytes(of: whole.search.state())
    // In the training of weights, at its end, in the first and in a later generation.
    for stop in [3, whole.search.totalSteps - 3] {
      var stopped = try TestOneShot.search(space, test.recipe)
      for _ in 0..<stop { _ = try stopped.advance() }
      var other = try TestOneShot.search(space, test.recipe, threads: 2)
      try other.restore(try TensorFile(reading: bytes(of: stopped.state())))
      #expect(other.step == stop && other.samples == stopped.samples && other.totalSteps == stopped.totalSteps)
      let rest = try TestOneShot.run(other)
      #expect(rest.records == Array(whole.records[stop...]))
      #expect(try bytes(of: rest.search.state()) == state)
      #expect(try rest.search.choice().architecture == whole.search.choice().architecture)
    }
  }

  private func bytes(of file: TensorFile) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try file.write { bytes += $0 }
    return bytes
  }

  @Test func `weights are trained, then candidates are scored, each once, and the best is the answer`() throws {
    let space = try TestOneShot.space("mini-spos")
    let (search, records) = try TestOneShot.run(
      TestOneShot.search(space, TestOneShot.recipe(.spos, target: Self.target)))
    // 64 images make 4 batches; two epochs; 6 candidates in each of three generations.
    #expect(search.totalSteps == 8 + 18 && search.stepsPerEpoch == 4 && search.samples == 26)
    #expect(records.map(\.isWarmUp) == (0..<26).map { $0 < 8 })
    let scored = records.compactMap(\.candidate)
    #expect(scored.map(\.generation) == (0..<18).map { $0 / 6 } && scored.prefix(6).allSatisfy { $0.origin == .random })
    #expect(Set(records[8...].map { $0.draws[0].choices }).count == 18)
    for record in records[8...] {
      #expect(record.draws[0].macs <= Self.target && record.draws[0].validationLoss != nil)
      #expect((0...1).contains(record.candidate?.score ?? -1))
    }
    let best = try #require(scored.map(\.score).max())
    let answer = try search.choice().architecture
    #expect(search.histories[0][answer]?.score == best)
    #expect(search.learnt == nil && !search.isWarmingUp)
  }

  @Test func `a state of another search is refused`() throws {
    let space = try TestOneShot.space("mini-spos")
    let recipe = TestOneShot.recipe(.spos, target: Self.target)
    var search = try TestOneShot.search(space, recipe)
    for _ in 0..<12 { _ = try search.advance() }
    let state = try search.state()
    var other = try TestOneShot.search(space, recipe, seed: 2)
    #expect(throws: TensorFileError.self) { try other.restore(state) }
    var short = try TestOneShot.search(space, TestOneShot.recipe(.spos, epochs: 1, target: Self.target))
    #expect(throws: TensorFileError.self) { try short.restore(state) }
    var wrong = state
    wrong.texts["trained"] = "4"
    var same = try TestOneShot.search(space, recipe)
    #expect(throws: TensorFileError.self) { try same.restore(wrong) }
  }

  /// A score is a function of weights and network: not of what was scored before, nor of how many lanes there are.
  @Test func `statistics left by another candidate change no score`() throws {
    let space = try TestOneShot.space("mini-spos")
    var search = try TestOneShot.search(space, TestOneShot.recipe(.spos, target: Self.target))
    for _ in 0..<8 { _ = try search.advance() }
    let draws = UniformPaths(members: try MemberSet(space), seed: 8)
    let paths = (0..<4).map { draws.path(step: $0, number: 0) }
    let first = try paths.map { try search.score.value(of: $0) }
    let second = try paths.reversed().map { try search.score.value(of: $0) }
    #expect(first == second.reversed())
    #expect(Set(first.map(\.loss)).count == 4)
  }

  /// The mean of the batches' statistics, whatever the lanes: against factors 1 / i, batch after batch.
  @Test func `statistics are the mean over the batches`() throws {
    let space = try TestOneShot.space("mini-bn-nas")
    let path = UniformPaths(members: try MemberSet(space), seed: 8).path(step: 0, number: 0)
    var found: [[[Float]]] = []
    for lanes in [1, 2, 3] {
      let supernet = try Supernet(
        SupernetPlan(for: space, statistics: .recorded), library: TestSearch.library(),
        options: EngineOptions(lanes: lanes, parallelism: .lanes(threads: 2)))
      try supernet.initialise(normals(seed: 2))
      let program = try supernet.program(for: path, batch: 8, pass: .forward)
      let images = try TestSearch.splits().train
      for batch in 0..<5 { try supernet.write(images, batch * 8..<batch * 8 + 8, to: batch) }
      for start in stride(from: 0, to: 5, by: lanes) {
        let jobs = (start..<min(5, start + lanes)).map { EngineJob(program: program, batch: $0) }
        if lanes == 1 {
          _ = try supernet.context.evaluate(jobs, statistics: .record(factor: 1 / Double(start + 1)))
        } else {
          _ = try supernet.context.evaluate(jobs, statistics: .mean(after: start))
        }
      }
      found.append(
        try supernet.plan.tensors.indices.filter { supernet.plan.tensors[$0].role == .runningMean }.map {
          try supernet.context.read(.value, of: $0, as: Float.self)
        })
    }
    for (first, other) in zip(found[0], found[1]) {
      #expect(zip(first, other).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($0)) })
    }
    #expect(found[1] == found[2])
    #expect(!found[0].joined().allSatisfy { $0 == 0 })
  }

  @Test func `where few networks are legal the search says so and ends`() throws {
    let space = try TestOneShot.space("mini-spos")
    let recipe = TestOneShot.recipe(.spos, target: 156_000) { $0.population = 50 }
    let (search, records) = try TestOneShot.run(TestOneShot.search(space, recipe))
    let count = search.histories[0].count
    #expect(count < 50 && records.count == 8 + count && search.isFinished)
    #expect(search.remarks.contains { $0.contains("legal") })
  }
}
