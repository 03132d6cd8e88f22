import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

/// How the diagrams grow: work counters, and the shapes of spaces that people write.
@Suite struct MemberDiagramSizeTests {
  private static func chain(_ count: Int, options: Int) -> Space {
    let decisions = (0..<count).map { ConstrainedSpace.decision("w\($0)", (1...options).map { .integer(8 * $0) }) }
    let conditions = (1..<count).map { index in
      Expression.binary(.lessOrEqual, width(index - 1), width(index))
    }
    return ConstrainedSpace.of(decisions, requiring: conditions)
  }

  private static func width(_ index: Int) -> Expression { .decision(DecisionID(index: index)) }

  /// n choose k, exactly.
  private static func binomial(_ n: Int, _ k: Int) -> BigUInt {
    (0..<k).reduce(BigUInt(1)) { $0 * BigUInt(n - $1) / BigUInt($1 + 1) }
  }

  @Test(arguments: [10, 20, 40, 80])
  func `a chain of neighbours grows in proportion to its length`(layers: Int) throws {
    let diagram = try MemberDiagram(Self.chain(layers, options: 9))
    // Nondecreasing sequences.
    #expect(diagram.count.value == Self.binomial(layers + 8, 8))
    #expect(diagram.stateCount == 9 * (layers - 1) + 2)
  }

  @Test(arguments: [10, 20, 40, 80])
  func `a bound on a sum grows with the bound, not with the combinations`(layers: Int) throws {
    let decisions = (0..<layers).map { ConstrainedSpace.decision("e\($0)", [.integer(0), .integer(1)]) }
    let sum = (1..<layers).reduce(Self.width(0)) { .binary(.add, $0, Self.width($1)) }
    let space = ConstrainedSpace.of(decisions, requiring: [.binary(.lessOrEqual, sum, .integer(5))])
    let diagram = try MemberDiagram(space)
    #expect(diagram.count.value == (0...5).reduce(BigUInt(0)) { $0 + Self.binomial(layers, $1) })
    #expect(diagram.stateCount <= 7 * layers)
  }

  @Test func `mirrored pairs along a chain are decided in pairs`() throws {
    var space = Self.chain(40, options: 4)
    for index in 0..<20 {
      let pair = Expression.binary(.equal, Self.width(index), Self.width(39 - index))
      space.requirements.append(Requirement("mirror \(index)", .condition(pair)))
    }
    let diagram = try MemberDiagram(space)
    #expect(diagram.count.value == 4)
    #expect(diagram.stateCount < 5000)
  }

  @Test func `groups that share nothing are counted apart`() throws {
    let decisions = (0..<60).map { ConstrainedSpace.decision("d\($0)", [.integer(1), .integer(2), .integer(3)]) }
    // Far apart in the file: together, 3^20 combinations would have to be kept.
    let conditions = (0..<20).map { Expression.binary(.less, Self.width($0), Self.width($0 + 30)) }
    let diagram = try MemberDiagram(ConstrainedSpace.of(decisions, requiring: conditions))
    #expect(diagram.count.value == BigUInt(3).power(40))
    #expect(diagram.stateCount <= 20 * 4)
  }

  @Test func `cells with up to nine edges of which one path leads to the end`() throws {
    let diagram = try MemberDiagram(CellSpace.nasBench101())
    var expected = 0
    for bits in 0..<(1 << 21) where bits.nonzeroBitCount <= 9 && CellSpace.reachesEnd(bits) { expected += 1 }
    #expect(diagram.count.value == BigUInt(expected))
    #expect(diagram.stateCount < 20_000)
  }

  @Test func `what is tied too tightly is refused with its requirements`() throws {
    let decisions = (0..<40).map { ConstrainedSpace.decision("d\($0)", (1...5).map { .integer($0 * $0 * $0) }) }
    let product = (1..<40).reduce(Self.width(0)) {
      .binary(.add, .binary(.remainder, $0, .integer(999_983)), Self.width($1))
    }
    let condition = Expression.binary(.equal, .binary(.remainder, product, .integer(7)), .integer(0))
    let space = ConstrainedSpace.of(decisions, requiring: [condition])
    let refusal = MemberError.tangled(requirements: [0], decisions: Array(0..<40), states: 51)
    #expect(throws: refusal) { try MemberDiagram(space, limits: MemberLimits(states: 50)) }
  }
}

/// Directed acyclic graphs of seven nodes, one boolean decision for each possible edge.
enum CellSpace {
  /// Edges from node 0 on, each node's in ascending order of the other end.
  static let edges = (0..<7).flatMap { from in (from + 1..<7).map { (from: from, to: $0) } }

  static func nasBench101() -> Space {
    let decisions = edges.map { ConstrainedSpace.decision("e\($0.from)\($0.to)", [.boolean(false), .boolean(true)]) }
    let present = edges.indices.map { Expression.decision(DecisionID(index: $0)) }
    let count = present.map { Expression.call(.select, [$0, .integer(1), .integer(0)]) }
    let sum = count.dropFirst().reduce(count[0]) { .binary(.add, $0, $1) }
    // Node n is reached over an edge from a node that is reached.
    var reached: [Expression] = [.constant(.boolean(true))]
    for node in 1..<7 {
      let ways = edges.indices.filter { edges[$0].to == node }.map { index in
        Expression.binary(.and, present[index], reached[edges[index].from])
      }
      reached.append(ways.dropFirst().reduce(ways[0]) { .binary(.or, $0, $1) })
    }
    return ConstrainedSpace.of(decisions, requiring: [.binary(.lessOrEqual, sum, .integer(9)), reached[6]])
  }

  static func reachesEnd(_ bits: Int) -> Bool {
    var reached = [true] + [Bool](repeating: false, count: 6)
    for (index, edge) in edges.enumerated() where bits >> index & 1 == 1 && reached[edge.from] {
      reached[edge.to] = true
    }
    return reached[6]
  }
}
