import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct BlockTuplesTests {
  @Test func `groups are numbered as they first appear`() {
    let options: [[Value]] = [[.integer(1), .integer(2)], [.integer(1), .integer(2), .integer(3)]]
    let decisions = options.enumerated().map { index, options in
      Decision(name: "d\(index)", parameter: "d\(index)", owner: "o", options: options, existence: nil)
    }
    let block = DecisionBlock.partition(decisions, order: [0, 1], limit: 4096)[0]
    let tuples = BlockTuples(block, of: decisions, alive: [true, true])
    let second = tuples.projection(onto: [1])
    #expect(second.groupOf == [0, 1, 2, 0, 1, 2])
    #expect(second.representatives == [0, 1, 2])
    #expect(tuples.projection(onto: [1, 0]).representatives == [0, 1, 2, 3, 4, 5])
    #expect(tuples.projection(onto: []).groupOf == [0, 0, 0, 0, 0, 0])
  }
}
