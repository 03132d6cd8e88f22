import Distributions
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

@testable import Search

/// Pools of operators by measured tables, and rounds over groups of layers. Tables are made up.
@Suite struct HurricaneTests {
  /// Nanoseconds on a device that is slow at depthwise convolutions.
  private static func slowDepthwise(_ kernel: String) -> Int? { kernel.contains("depthwise") ? 9_000 : 4_000 }
  /// And on one that is slow at 1x1 convolutions and squeeze-excite.
  private static func slowPointwise(_ kernel: String) -> Int? {
    kernel.contains("depthwise") ? 1_000 : kernel.contains("squeeze") ? 30_000 : 9_000
  }

  /// Four layers of six operators each.
  private static func untimed() throws -> Space {
    let layers = (0..<4).map {
      "  - {name: l\($0), op: candidate, channels: 8, kernel: {choose: [3, 5, 7]}, expansion: {choose: [2, 4]}, stride: 1}\n"
    }
    return try TestOneShot.space(of: layers.joined())
  }

  /// They take 7, 10 and 16 thousand nanoseconds by their kernels.
  static func space() throws -> Space {
    return try TestOneShot.timed(untimed()) { kernel in
      kernel.contains("depthwise") ? kernel.contains("7") ? 12_000 : kernel.contains("5") ? 6_000 : 3_000 : 2_000
    }
  }

  static func group(limit: Int) -> GroupRecipe { GroupRecipe(device: "made-up", limit: limit) }

  private static func ranking(
    _ space: Space, keeping count: Int = 4, bands: Int = 3, macs: Double = 1, parameters: Double = 0
  ) throws -> OperatorRanking {
    try OperatorRanking(
      LayerOperators(space, MemberSet(space)), device: "made-up", keeping: count, bands: bands,
      capacity: (macs, parameters))
  }

  /// hurricane.md, section 2: 32 operators a layer at paper scale, 20 layers.
  @Test func `the pool of the paper has 32 operators`() throws {
    let space = try #require(Repository.compilation(of: "hurricane").result).space
    let timed = try TestOneShot.timed(space) { $0.contains("depthwise") ? 100 : 200 }
    let ranking = try Self.ranking(timed, keeping: 8)
    #expect(ranking.entries.count == 32 && ranking.entries.allSatisfy { $0.layers == 20 })
    #expect(ranking.kept.count == 8 && ranking.unmeasured.isEmpty)
    #expect(ranking.entries.contains { $0.name == "candidate, kernel 5, expansion 3, attention true" })
    let scores = ranking.entries.map(\.score)
    #expect(scores == scores.sorted(by: >))
  }

  /// Equation (1) by hand: one layer, a 1x1 and a 3x3 convolution of 8 channels on one channel.
  @Test func `a score is capacity over latency, each in parts of its mean`() throws {
    let space = try TestOneShot.space(
      of: """
          - {name: a, op: conv_bn_relu, channels: 8, kernel: {choose: [1, 3]}}

        """)
    let timed = try TestOneShot.timed(space) { $0.contains("kernel: 3") ? 300 : 100 }
    let ranking = try Self.ranking(timed, keeping: 1, bands: 1)
    let byName = Dictionary(uniqueKeysWithValues: ranking.entries.map { ($0.name, $0) })
    let (one, three) = (try #require(byName["kernel 1"]), try #require(byName["kernel 3"]))
    // 8 x 64 and 8 x 9 x 64 multiply-adds, mean 2560; 100 and 300 ns, mean 200.
    #expect(one.macs == 512 && three.macs == 4608 && one.latency == 100 && three.latency == 300)
    #expect(abs(one.score - (512.0 / 2560) / (100.0 / 200)) < 1e-12)
    #expect(abs(three.score - (4608.0 / 2560) / (300.0 / 200)) < 1e-12)
    #expect(three.isKept && !one.isKept)
    // With batch norm's, 8 + 16 and 72 + 16 parameters.
    let other = try Self.ranking(timed, keeping: 1, bands: 1, macs: 0, parameters: 1)
    let found = try #require(other.entries.first { $0.name == "kernel 1" })
    #expect(found.parameters == 24 && abs(found.score - (24.0 / 56) / 0.5) < 1e-12)
  }

  @Test func `pools of devices differ, and every band keeps one`() throws {
    let space = try TestOneShot.space("mini-hurricane")
    let first = try Self.ranking(TestOneShot.timed(space, time: Self.slowDepthwise))
    let second = try Self.ranking(TestOneShot.timed(space, time: Self.slowPointwise))
    #expect(first.entries.count == 18)
    #expect(Set(first.kept.map(\.name)) != Set(second.kept.map(\.name)))
    for ranking in [first, second] {
      #expect(ranking.kept.count == 4 && Set(ranking.kept.compactMap(\.band)) == [0, 1, 2])
    }
    #expect(second.kept.count { $0.name.contains("attention true") } < 4)
  }

  /// hurricane.md, section 4: what was not measured is infinitely slow, and listed.
  @Test func `an operator without a row is out of the pool`() throws {
    let space = try TestOneShot.timed(TestOneShot.space("mini-hurricane")) { kernel in
      kernel.contains("kernel: 5") ? nil : Self.slowDepthwise(kernel)
    }
    let ranking = try Self.ranking(space, keeping: 18)
    #expect(ranking.unmeasured.count == 8 && ranking.unmeasured.allSatisfy { $0.name.contains("kernel 5") })
    #expect(ranking.unmeasured.allSatisfy { $0.score == 0 && !$0.missing.isEmpty && !$0.isKept })
    #expect(ranking.kept.count == 10)
    // The search goes on without them, and its networks have none of them.
    let recipe = TestOneShot.recipe(.hurricane) { $0.groups = Self.group(limit: 600_000) }
    let small = try TestOneShot.timed(Self.untimed()) { $0.contains("7") ? nil : 2_000 }
    let search = try TestOneShot.search(small, recipe)
    #expect(search.remarks.contains { $0.contains("not measured") })
    let nothing = try TestOneShot.timed(TestOneShot.space("mini-hurricane")) { $0.contains("depthwise") ? nil : 10 }
    #expect(throws: OneShotError.self) { try TestOneShot.search(nothing, recipe) }
  }

  @Test func `later layers are searched first, within their limit, and kept by the earlier ones`() throws {
    let space = try Self.space()
    let limit = 50_000
    let recipe = TestOneShot.recipe(.hurricane, epochs: 3) { $0.groups = Self.group(limit: limit) }
    let (search, records) = try TestOneShot.run(TestOneShot.search(space, recipe))
    // 12 training steps, split as the layers: 6 and 6.
    let trained = records.filter(\.isWarmUp)
    #expect(trained.count == 12 && records.prefix(6).allSatisfy(\.isWarmUp) && !records[6].isWarmUp)
    let histories = search.histories
    #expect(histories.count == 2)
    let plan = try DistributionPlan.joint(for: space)
    func rows(_ network: Architecture, _ range: Range<Int>) -> [Int?] {
      range.map { plan.factors[$0].combination(in: network) }
    }
    let first = histories[0].candidates.map(\.architecture)
    #expect(Set(first.map { rows($0, 0..<2) }).count == 1 && Set(first.map { rows($0, 2..<4) }).count == first.count)
    let second = histories[1].candidates.map(\.architecture)
    let kept = Set(second.map { rows($0, 2..<4) })
    #expect(kept.count == 1 && first.contains { rows($0, 2..<4) == kept.first })
    for candidate in second {
      #expect(try cost(of: candidate, in: space, devices: ["made-up"]).latencies["made-up"] ?? .max <= limit)
    }
    // Paths of the second round have the later layers fixed as well.
    for record in records.filter({ $0.isWarmUp }).suffix(6) {
      #expect(rows(Architecture(choices: record.draws[0].choices), 2..<4) == kept.first)
    }
    let pool = try Self.ranking(space).pool
    for network in first + second {
      #expect(zip(rows(network, 0..<4), pool).allSatisfy { $0.map($1.contains) ?? false })
    }
    #expect(records.map { $0.candidate?.stage ?? 0 }.max() == 1)
  }

  @Test func `groups are as the recipe says`() throws {
    let space = try TestOneShot.timed(TestOneShot.space("mini-hurricane"), time: Self.slowDepthwise)
    func stages(_ splits: [Int]?) throws -> GroupedStages {
      var group = Self.group(limit: 190_000)
      group.splits = splits
      return try GroupedStages(
        LayerOperators(space, MemberSet(space)), recipe: OneShotRecipe(), group: group, trainingSteps: 80, extra: [],
        seed: 1)
    }
    #expect(try stages(nil).groups == [0..<4, 4..<8])
    #expect(try stages([2, 5]).groups == [0..<2, 2..<5, 5..<8])
    #expect(try stages([2, 5]).plannedSteps(from: 0) == 80 + 3 * 1050)
    #expect(throws: OneShotError.noSuchLayer(8, of: 8)) { try stages([8]) }
  }

  /// hurricane.md, section 6.4: what a limit that nothing meets is told; and with one that the first find leaves nothing of.
  @Test func `a limit out of reach names the least`() throws {
    let space = try Self.space()
    let recipe = TestOneShot.recipe(.hurricane) { $0.groups = Self.group(limit: 1000) }
    do {
      _ = try TestOneShot.search(space, recipe)
      Issue.record("nothing is within 1000 ns")
    } catch OneShotError.outOfReach(let device, let limit, let least, _) {
      #expect(device == "made-up" && limit == 1000 && least > 28_000)
      // The least is one that is within reach.
      let reached = TestOneShot.recipe(.hurricane) { $0.groups = Self.group(limit: least) }
      let (search, _) = try TestOneShot.run(TestOneShot.search(space, reached))
      let answer = try search.choice().architecture
      #expect(try cost(of: answer, in: space, devices: ["made-up"]).latencies["made-up"] == least)
    }
  }
}
