import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct ParetoFrontTests {
  private static let criteria: [[Criterion]] = [
    [Criterion(.macs)], [Criterion(.activationBytes, .most)], [Criterion(.macs), Criterion(.parameters, .most)],
    [Criterion(.parameters), Criterion(.activationBytes)],
    [Criterion(.macs), Criterion(.parameters, .most), Criterion(.poolingInputs)],
  ]

  @Test(arguments: 0..<10 as Range<UInt64>, [[], [CostMeasure.macs], [.activationBytes]])
  func `the front is that of the members`(seed: UInt64, budgets: [CostMeasure]) throws {
    let known = try SpectrumCase(seed: seed, budgets: budgets)
    for criteria in Self.criteria { expectFront(of: known, criteria) }
  }

  private func expectFront(of known: SpectrumCase, _ criteria: [Criterion]) {
    let turned = known.inside.map { member in Self.turned(criteria.map { member.cost[$0.measure] }, criteria) }
    let unbeaten = Set(turned.filter { a in !turned.contains { b in b != a && zip(b, a).allSatisfy { $0 <= $1 } } })
    do throws(ParetoError) {
      let front = try ParetoFront(known.space, criteria, budgets: known.budgets)
      #expect(front.excess == 0)
      #expect(front.points.count == unbeaten.count)
      #expect(Set(front.points.map { Self.turned($0.costs, criteria) }) == unbeaten)
      for point in front.points {
        let member = known.inside.first { $0.architecture == point.architecture }
        #expect(criteria.map { member?.cost[$0.measure] } == point.costs)
      }
    } catch .noMembers {
      #expect(known.inside.isEmpty)
    } catch .model(.noMembers) {
      #expect(known.members.isEmpty)
    } catch .tooManyCriteria(let count) {
      #expect(count > 4)
    } catch {
      Issue.record(error)
    }
  }

  private static func turned(_ costs: [Int], _ criteria: [Criterion]) -> [Int] {
    zip(costs, criteria).map { $1.direction == .least ? $0 : -$0 }
  }

  @Test func `a front that is thinned out says what that hides`() throws {
    var builder = NetworkBuilder(input: ImageShape(channels: 3, height: 16, width: 16))
    for layer in 0..<6 {
      builder.convolution(builder.decide("l\(layer)", "width", [8, 12, 20, 31].map(Value.integer)), kernel: 3)
    }
    builder.globalPool()
    builder.linear(10, bias: true)
    let space = builder.space(classes: 10)
    let criteria = [Criterion(.activationBytes), Criterion(.macs, .most)]
    let exact = try ParetoFront(space, criteria)
    let thinned = try ParetoFront(space, criteria, labels: 1)
    #expect(exact.excess == 0)
    #expect(thinned.excess > 0 && thinned.points.count < exact.points.count)
    for point in exact.points {
      #expect(
        thinned.points.contains { $0.costs[0] <= point.costs[0] + thinned.excess && $0.costs[1] >= point.costs[1] })
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the least budgets are those of the members`(seed: UInt64) throws {
    let known = try SpectrumCase(seed: seed, budgets: [.macs, .parameters])
    guard !known.members.isEmpty else { return }
    for least in try known.space.leastBudgets(known.budgets) {
      let others = known.members.filter { member in
        known.budgets.allSatisfy { budget in
          let measure = budget.quantity.measure
          let isOther = measure != least.measure
          return (budget.least ?? 0) <= member.cost[measure]
            && (!isOther || member.cost[measure] <= budget.greatest ?? .max)
        }
      }
      #expect(least.least == others.map { $0.cost[least.measure] }.min())
      #expect(least.excess == 0)
      if let architecture = least.architecture {
        #expect(try cost(of: architecture, in: known.space)[least.measure] == least.least)
      }
    }
  }
}
