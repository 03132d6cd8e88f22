import SpaceIR
import Testing

@testable import SpaceChecker

/// What a cell knows before its nodes are built.
struct CellPlanTests {
  /// Three nodes behind one input, and an output, each of which reads any of what comes before it.
  private static let plan: CellPlan = {
    var decisions = (0..<10).map { Expression.decision(DecisionID(index: $0)) }[...]
    var plan = CellPlan(sources: ["in", "n1", "n2", "n3"], inputCount: 1)
    func edges(_ count: Int) -> [CellPlan.Edge] {
      (0..<count).map { .init(source: $0, presence: decisions.removeFirst(), operation: nil) }
    }
    plan.nodes = (1...3).map { .init(edges: edges($0), slots: [], operation: nil) }
    plan.output = edges(4)
    return plan
  }()

  /// The checker leaves out the proof that a node's input can be cut to the node's width.
  @Test(arguments: 3...8)
  func `no node is wider than one that it reads`(width: Int) throws {
    let plan = Self.plan
    let widths = plan.splitWidths(.integer(width))
    var compared = 0
    for graph in 0..<1 << 10 {
      let value: (DecisionID) -> Value? = { .boolean(graph >> $0.index & 1 == 1) }
      for (reader, earlier) in [(1, 0), (2, 0), (2, 1)] {
        let claims = [plan.reads(reader, plan.inputCount + earlier), plan.isLive(reader), plan.isLive(earlier)]
        guard try claims.allSatisfy({ try $0.evaluate(value) == .boolean(true) }) else { continue }
        let (narrow, wide) = (try widths[reader].evaluate(value), try widths[earlier].evaluate(value))
        #expect(try #require(narrow.integer) <= #require(wide.integer), "graph \(graph)")
        compared += 1
      }
    }
    #expect(compared == 448)
  }
}
