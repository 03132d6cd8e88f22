import Distributions
import Foundation
import SpaceIR
import SpacePlanner
import Testing

struct TransferTests {
  static let outer = Existence(parent: DecisionID(index: 0), options: [1])
  static let decisions = [
    Decision(owner: "", parameter: "depth", options: 2),
    Decision(owner: "s", parameter: "kernel", options: 3, existence: outer),
    Decision(owner: "s", parameter: "width", options: 2, existence: outer),
  ]
  static let space = Space(decisions: decisions)

  func snapshot() throws -> DistributionSnapshot {
    DistributionSnapshot(.random(try .joint(for: Self.space), seed: 3), of: Self.space)
  }

  @Test func `a snapshot read back is the same distribution to the bit`() throws {
    let plan = try DistributionPlan.joint(for: Self.space)
    var distribution = Distribution.random(plan, seed: 3)
    distribution.logits[1][2] = -.infinity
    let bytes = try JSONEncoder().encode(DistributionSnapshot(distribution, of: Self.space))
    let read = try JSONDecoder().decode(DistributionSnapshot.self, from: bytes)
    #expect(try Distribution(read, for: Self.space, plan: plan) == distribution)
  }

  @Test func `softening keeps the order and raises the entropy`() throws {
    let plan = try DistributionPlan.joint(for: Self.space)
    let distribution = Distribution.random(plan, seed: 3)
    let softened = try Distribution(snapshot(), for: Self.space, plan: plan, softening: 0.5)
    #expect(softened.mode() == distribution.mode())
    #expect(softened.entropy > distribution.entropy)
    #expect(softened.logits[1][0] == 0.5 * distribution.logits[1][0])
    for softening in [0, 1.5, .nan] {
      #expect(throws: TransferError.self) {
        try Distribution(snapshot(), for: Self.space, plan: plan, softening: softening)
      }
    }
  }

  @Test func `a mismatch names the decision`() throws {
    func load(_ change: (inout [Decision]) -> Void) throws {
      var decisions = Self.decisions
      change(&decisions)
      let space = Space(decisions: decisions)
      _ = try Distribution(snapshot(), for: space, plan: .joint(for: space))
    }
    #expect(throws: TransferError.otherOptions(decision: "s.width", expected: ["0", "1", "2"], found: ["0", "1"])) {
      try load { $0[2] = Decision(owner: "s", parameter: "width", options: 3, existence: Self.outer) }
    }
    #expect(throws: TransferError.otherCondition(decision: "s.width")) {
      try load {
        let inner = Existence(parent: DecisionID(index: 1), options: [1])
        $0[2] = Decision(owner: "s", parameter: "width", options: 2, existence: inner)
      }
    }
    #expect(throws: TransferError.missing(decision: "t.width")) {
      try load { $0.append(Decision(owner: "t", parameter: "width", options: 2)) }
    }
    #expect(throws: TransferError.unknown(decision: "s.kernel")) { try load { $0 = [$0[0]] } }
    #expect(
      throws: TransferError.otherGroup(
        decision: "s.kernel", expected: ["s.kernel"], found: ["s.kernel", "s.width"])
    ) { try Distribution(snapshot(), for: Self.space, plan: .factorised(for: Self.space)) }
  }
}
