import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

/// Latency as a cost like any other: sums of rows, exact counts and draws, errors where a row is missing.
@Suite struct LatencyTests {
  private static let latency = CostMeasure.latency(device: TimedSpace.device)

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the latency of a network is the sum over its kernels, bound or not`(seed: UInt64) throws {
    let timed = try TimedSpace(SmallSpace.random(seed: seed), seed: seed)
    for member in enumerate(timed.space).prefix(40) {
      let expected = try timed.latency(of: member)
      #expect(try cost(of: member, in: timed.space, devices: [TimedSpace.device])[Self.latency] == expected)
      let bound = try timed.space.bound(to: member)
      let alone = try cost(of: Architecture(choices: []), in: bound, devices: [TimedSpace.device])
      #expect(alone[Self.latency] == expected)
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `range, mean and histogram are those of the members`(seed: UInt64) throws {
    let timed = try TimedSpace(SmallSpace.random(seed: seed), seed: seed)
    let costs = try enumerate(timed.space).map { try timed.latency(of: $0) }
    let model = try CostModel(timed.space, measure: Self.latency)
    let range = model.range()
    #expect((range.least.cost, range.greatest.cost) == (costs.min(), costs.max()))
    #expect(try timed.latency(of: range.least.architecture) == range.least.cost)
    #expect(model.moments().sum == BigUInt(costs.reduce(0, +)))
    let spectrum = try CostSpectrum(timed.space, measure: Self.latency)
    #expect(spectrum.isExact)
    let middle = costs.sorted()[costs.count / 2]
    #expect(spectrum.count(in: 0...middle).least.value == BigUInt(costs.count { $0 <= middle }))
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `counts and numbers within a latency, MACs and parameters are those of the members`(seed: UInt64) throws {
    let timed = try TimedSpace(SmallSpace.random(seed: seed), seed: seed, unit: 100)
    let all = try enumerate(timed.space).map { member in
      (member, try cost(of: member, in: timed.space, devices: [TimedSpace.device]))
    }
    var random = SeededGenerator(seed: seed)
    let budgets = [Budget.Quantity.latency(device: TimedSpace.device), .macs, .parameters].map { quantity in
      Budget(quantity, greatest: max(random.pick(all).1[quantity], random.pick(all).1[quantity]))
    }
    let inside = Set(
      all.filter { member in budgets.allSatisfy { member.1[$0.quantity] <= $0.greatest ?? .max } }.map(\.0))
    do throws(BudgetError) {
      let members = try BudgetedMembers(timed.space, budgets: budgets, effort: 2_000_000)
      #expect(members.countLower.value <= BigUInt(inside.count) && BigUInt(inside.count) <= members.countUpper.value)
      var seen: Set<Architecture> = []
      for index in 0..<Int(members.countLower.value) {
        let member = members.member(at: BigUInt(index))
        #expect(members.index(of: member) == BigUInt(index))
        seen.insert(member)
      }
      #expect(seen.isSubset(of: inside) && BigUInt(seen.count) == members.countLower.value)
      for _ in 0..<20 { #expect(inside.contains(members.draw(using: &random))) }
    } catch .band(_, .empty) {
      #expect(inside.isEmpty)
    } catch .band(_, .unresolved) {
    } catch {
      Issue.record(error)
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `counts within a latency alone are exact`(seed: UInt64) throws {
    let timed = try TimedSpace(SmallSpace.random(seed: seed), seed: seed)
    let costs = try enumerate(timed.space).map { try timed.latency(of: $0) }.sorted()
    let limit = costs[costs.count / 3]
    let budget = Budget(.latency(device: TimedSpace.device), greatest: limit)
    let members = try BudgetedMembers(timed.space, budgets: [budget], effort: 20_000_000)
    #expect(members.isExact && members.countLower.value == BigUInt(costs.count { $0 <= limit }))
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `a front of latency and parameters is that of the members`(seed: UInt64) throws {
    let timed = try TimedSpace(SmallSpace.random(seed: seed), seed: seed)
    let all = try enumerate(timed.space).map { member in
      (try timed.latency(of: member), try cost(of: member, in: timed.space).parameters)
    }
    let front = try ParetoFront(timed.space, [Criterion(Self.latency), Criterion(.parameters, .most)])
    let best = Set(
      all.filter { a in !all.contains { b in b.0 <= a.0 && b.1 >= a.1 && (b.0 < a.0 || b.1 > a.1) } }.map {
        [$0.0, $0.1]
      }
    )
    #expect(Set(front.points.map(\.costs)) == best)
  }

  /// A width of 8 or 16, of which the table knows one.
  private static func halfMeasured() throws -> Space {
    var builder = NetworkBuilder(input: ImageShape(channels: 3, height: 4, width: 4))
    builder.convolution(builder.decide("stem", "channels", [.integer(8), .integer(16)]), kernel: 3)
    builder.globalPool()
    builder.linear(10, bias: true)
    var space = builder.space(classes: 10)
    let kernels = try space.kernels(missingIn: LatencyTable(device: TimedSpace.device, path: "", [:])).map(\.kernel)
    let known = kernels.filter { !$0.description.contains("16") }
    space.latencyTables = [
      LatencyTable(device: TimedSpace.device, path: "", Dictionary(uniqueKeysWithValues: known.map { ($0, 5) }))
    ]
    return space
  }

  @Test func `a missing row is an error only where a network within the conditions needs it`() throws {
    var space = try Self.halfMeasured()
    let missing = try space.kernels(missingIn: space.latencyTables[0]).map(\.kernel.description)
    #expect(
      missing == [
        "op: conv, in: 3x4x4, channels: 16, kernel: 3", "op: global_pool, in: 16x4x4",
        "op: linear, in: 16x1x1, features: 10",
      ])
    guard
      case .cost(.noRow(let row))? = #expect(
        throws: CostModelError.self, performing: { try CostModel(space, measure: Self.latency) })
    else { return }
    #expect(missing.contains(row.kernel.description) && row.device == TimedSpace.device)
    let narrow = Expression.binary(.less, .decision(DecisionID(index: 0)), .integer(10))
    space.requirements = [Requirement("narrow", .condition(narrow))]
    #expect(try CostModel(space, measure: Self.latency).leastAndGreatest == (15, 15))
    #expect(try space.kernels(missingIn: space.latencyTables[0]) == [])
  }

  @Test func `a device without a table is refused`() throws {
    let space = try Self.halfMeasured()
    let unknown = Budget(.latency(device: "watch"), greatest: 1)
    #expect(throws: BudgetError.model(.cost(.noTable(device: "watch")))) {
      try BudgetedMembers(space, budgets: [unknown])
    }
    #expect(throws: CostError.noTable(device: "watch")) {
      try cost(of: Architecture(choices: [0]), in: space, devices: ["watch"])
    }
  }

  @Test func `latencies that leave 64 bits are refused`() throws {
    var space = try Self.halfMeasured()
    let kernels = try space.kernels(missingIn: LatencyTable(device: TimedSpace.device, path: "", [:])).map(\.kernel)
    space.latencyTables = [
      LatencyTable(
        device: TimedSpace.device, path: "", Dictionary(uniqueKeysWithValues: kernels.map { ($0, Int.max / 2) }))
    ]
    #expect(throws: CostModelError.self) { try CostModel(space, measure: Self.latency) }
  }

  @Test func `twelve blocks within a latency, MACs and parameters have a count, ends and draws`() throws {
    var builder = NetworkBuilder(input: ImageShape(channels: 3, height: 16, width: 16))
    for block in 0..<12 {
      builder.convolution(builder.decide("b\(block)", "width", [16, 24, 40].map(Value.integer)), kernel: 3)
    }
    builder.globalPool()
    builder.linear(10, bias: true)
    let space = try TimedSpace(builder.space(classes: 10), seed: 7, unit: 1_000).space
    #expect(space.latencyTables[0].count < 20)
    let budgets = [
      Budget(.latency(device: TimedSpace.device), greatest: 15_000_000), Budget(.macs, greatest: 15_000_000),
      Budget(.parameters, greatest: 60_000),
    ]
    let members = try BudgetedMembers(space, budgets: budgets, effort: 20_000_000)
    #expect(members.countLower.value > 0 && members.countLower <= members.countUpper)
    var random = SeededGenerator(seed: 4)
    for _ in 0..<10 {
      let drawn = try cost(of: members.draw(using: &random), in: space, devices: [TimedSpace.device])
      #expect(budgets.allSatisfy { drawn[$0.quantity] <= $0.greatest ?? 0 })
    }
    let least = try ParetoFront(space, [Criterion(Self.latency)], budgets: budgets)
    #expect(least.excess == 0 && least.points[0].costs[0] <= 15_000_000)
  }
}
