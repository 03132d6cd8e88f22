import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct BudgetedMembersTests {
  /// A network with random conditions on neighbouring numbers, so that some of its costs cannot be had.
  private static func conditioned(seed: UInt64) -> Space {
    var space = SmallSpace.random(seed: seed)
    var random = SeededGenerator(seed: seed &+ 99)
    let numbers = space.decisionIDs.filter { space[$0].options[0].number != nil && space[$0].existence == nil }
    for (a, b) in zip(numbers, numbers.dropFirst()) where random.pick(0...1) == 1 {
      let sum = Expression.binary(.add, .decision(a), .decision(b))
      let bound = space[a].options[0].number!.floor + space[b].options[1].number!.floor
      let op: BinaryOperator = random.pick(0...1) == 1 ? .lessOrEqual : .greater
      space.requirements.append(Requirement("sum", .condition(.binary(op, sum, .integer(bound)))))
    }
    return space
  }

  @Test(arguments: 0..<60 as Range<UInt64>, [CostMeasure.macs, .parameters, .activationBytes])
  func `the range under conditions is that of the members`(seed: UInt64, measure: CostMeasure) throws {
    let space = Self.conditioned(seed: seed)
    let costs = try space.members().map { try cost(of: $0, in: space)[measure] }
    guard let least = costs.min(), let greatest = costs.max() else {
      #expect(throws: CostModelError.noMembers) { try CostModel(space, measure: measure) }
      return
    }
    let range = try CostModel(space, measure: measure).range()
    #expect((range.least.cost, range.greatest.cost) == (least, greatest))
    for extreme in [range.least, range.greatest] {
      #expect(try space.members().contains(extreme.architecture))
      #expect(try cost(of: extreme.architecture, in: space)[measure] == extreme.cost)
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `non-forest existence has the costs of its members`(seed: UInt64) throws {
    var builder = NetworkBuilder(input: ImageShape(channels: 3, height: 4, width: 4))
    var random = SeededGenerator(seed: seed)
    let (a, b) = (
      builder.decide("", "a", [.integer(8), .integer(16)]), builder.decide("", "b", [.integer(1), .integer(2)])
    )
    let existence = Existence([
      Existence.Condition(decision: DecisionID(index: 0), options: [random.pick(0...1)]),
      Existence.Condition(decision: DecisionID(index: 1), options: [random.pick(0...1)]),
    ])
    _ = builder.decide("", "c", [.integer(3), .integer(5)], existence: existence)
    builder.convolution(.binary(.multiply, a, b), kernel: 3)
    builder.globalPool()
    builder.linear(10, bias: true)
    let space = builder.space(classes: 10)
    let model = try CostModel(space)
    let all = try BandSampler(model, band: 0...Int.max)
    #expect(all.countLower.value == BigUInt(enumerate(space).count))
    #expect(try MemberDiagram(space).count == all.countLower)
  }

  @Test(
    arguments: 0..<60 as Range<UInt64>,
    [[CostMeasure.macs], [.macs, .parameters], [.activationBytes, .macs, .parameters]])
  func `the count interval holds the members within the budgets`(seed: UInt64, measures: [CostMeasure]) throws {
    var space = Self.conditioned(seed: seed)
    let costs = try space.members().map { try cost(of: $0, in: space) }
    guard !costs.isEmpty else { return }
    var random = SeededGenerator(seed: seed)
    var ranges: [ClosedRange<Int>] = []
    for measure in measures {
      let (a, b) = (random.pick(costs)[measure], random.pick(costs)[measure])
      ranges.append(random.pick(0...1) == 0 ? min(a, b)...max(a, b) : 0...max(a, b))
      let quantity: Budget.Quantity =
        measure == .macs ? .macs : measure == .parameters ? .parameters : .activationBytes
      let range = ranges[ranges.count - 1]
      let budget = Budget(quantity, least: range.lowerBound, greatest: range.upperBound)
      space.requirements.append(Requirement("budget", .budget(budget)))
    }
    let inside = costs.count { cost in zip(measures, ranges).allSatisfy { $1.contains(cost[$0]) } }
    do throws(BudgetError) {
      let members = try BudgetedMembers(space, effort: seed % 2 == 0 ? 400_000_000 : 100_000)
      #expect(members.countLower.value <= BigUInt(inside) && BigUInt(inside) <= members.countUpper.value)
      var seen: Set<Architecture> = []
      for index in 0..<Int(members.countLower.value) {
        let member = members.member(at: BigUInt(index))
        guard let cost = try? cost(of: member, in: space) else {
          Issue.record("a draw is no member")
          continue
        }
        #expect(zip(measures, ranges).allSatisfy { $1.contains(cost[$0]) })
        seen.insert(member)
      }
      #expect(BigUInt(seen.count) == members.countLower.value)
    } catch .band(_, .empty) {
      #expect(inside == 0)
    } catch .band(_, .unresolved) {
    } catch {
      Issue.record(error)
    }
  }

  @Test func `bins as narrow as the costs make two budgets exact`() throws {
    let space = Self.conditioned(seed: 8)
    let costs = try space.members().map { try cost(of: $0, in: space) }
    let macs = costs.map(\.macs).sorted()[costs.count / 2]
    let parameters = costs.map(\.parameters).sorted()[costs.count / 2]
    let budgets = [Budget(.macs, greatest: macs), Budget(.parameters, greatest: parameters)]
    let members = try BudgetedMembers(space, budgets: budgets)
    #expect(members.isExact)
    #expect(members.countLower.value == BigUInt(costs.count { $0.macs <= macs && $0.parameters <= parameters }))
  }

  @Test func `what has no table and what cannot be is refused`() throws {
    let space = SmallSpace.random(seed: 1)
    let device = Budget(.latency(device: "phone"), greatest: 1)
    #expect(throws: BudgetError.model(.cost(.noTable(device: "phone")))) {
      try BudgetedMembers(space, budgets: [device])
    }
    let apart = [Budget(.macs, greatest: 5), Budget(.macs, least: 6)]
    #expect(throws: BudgetError.contradictory(.macs)) { try BudgetedMembers(space, budgets: apart) }
  }

  @Test func `two budgets on a space of published size`() throws {
    let space = MobileSpaces.fbnetV2F(splits: [0, 1], sharing: .perGroup)
    let budgets = [Budget(.macs, greatest: 100_000_000), Budget(.parameters, greatest: 6_000_000)]
    let members = try BudgetedMembers(space, budgets: budgets, effort: 20_000_000)
    #expect(members.countLower <= members.countUpper)
    #expect(members.countUpper < DecisionForest(space).encodings)
    var random = SeededGenerator(seed: 9)
    for _ in 0..<20 {
      let drawn = try cost(of: members.draw(using: &random), in: space)
      #expect(drawn.macs <= 100_000_000 && drawn.parameters <= 6_000_000)
    }
  }
}
