import SpaceIR
import Synchronization
import Testing

@testable import SpaceAnalysis

/// What is told about long answers is true: parts go up, and never past the whole.
@Suite struct ProgressTests {
  @Test func `every step is told from its beginning on`() throws {
    let space = try TimedSpace(SmallSpace.random(seed: 8), seed: 8).space
    let reports = Mutex<[AnalysisProgress.Report]>([])
    let silent = try Self.answers(space)
    let observer: @Sendable (AnalysisProgress.Report) -> Void = { report in reports.withLock { $0.append(report) } }
    let told = try AnalysisProgress.observing(observer) { try Self.answers(space) }
    #expect(silent == told)
    let all = reports.withLock { $0 }
    #expect(Set(all.map(\.stage)) == Set(AnalysisProgress.Stage.allCases).subtracting([.conditions]))
    for (before, after) in zip(all, all.dropFirst()) {
      #expect(after.done <= after.total && after.done >= 0)
      // Another step, the same one again, or further on in it.
      #expect(before.stage != after.stage || after.done >= before.done || after.done == 0)
    }
    for stage in AnalysisProgress.Stage.allCases {
      if let first = all.first(where: { $0.stage == stage }) { #expect(first.done == 0) }
    }
  }

  /// Counts in several ways, as text.
  private static func answers(_ space: Space) throws -> [String] {
    let costs = try CostModel(space).leastAndGreatest
    let middle = (costs.least + costs.greatest) / 2
    let budgets = [Budget(.macs, greatest: middle), Budget(.parameters, greatest: .max / 2)]
    let members = try BudgetedMembers(space, budgets: budgets)
    let front = try ParetoFront(space, [Criterion(.macs), Criterion(.parameters, .most)])
    return ["\(members.countLower) \(front.points.count)", "\(try space.distinctNetworks().count)"]
  }
}
