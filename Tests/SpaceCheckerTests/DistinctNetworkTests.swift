import BigInt
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// Networks that are different as graphs, through the compiler.
struct DistinctNetworkTests {
  private func cells(_ nodes: Int) -> String {
    """
    espalier: 1
    space: small
    input: {channels: 3, height: 8, width: 8}
    output: {classes: 10}
    cells:
      cell:
        parameters: {channels: int}
        decide: once
        nodes:
          count: \(nodes)
          inputs: any
          edge:
            - when: edge.from_input
              then: [{op: conv, channels: node.channels, kernel: 1}]
              else: [{op: slice, channels: node.channels}]
          join: add
          node:
            one_of:
              conv3x3: [{op: conv, channels: node.channels, kernel: 3}]
              conv1x1: [{op: conv, channels: node.channels, kernel: 1}]
              maxpool3x3: [{op: max_pool, kernel: 3}]
        widths: {split: channels}
        output:
          inputs: any
          edge:
            - when: edge.from_input
              then: [{op: conv, channels: channels, kernel: 1}]
          join: concat
    network:
      - {name: stem, op: conv, channels: 8, kernel: 3}
      - {stage: s1, layers: 2, layer: {op: cell, channels: 8}}
      - {name: pool, op: global_pool}
      - {name: scores, op: linear, features: output.classes}
    """
  }

  /// NAS-Bench-101 (arXiv 1902.09635) has 1, 6, 84 and 2,441 cells of two to five vertices, and none of ten edges, of which
  /// five vertices have one wiring and so 27 cells. Here there is one network more, whose cell is cut through.
  @Test(arguments: [(1, 1 + 6 + 1), (2, 1 + 6 + 84 + 1), (3, 1 + 6 + 84 + 2_441 + 27 + 1)])
  func `cells of NAS-Bench-101 are counted as published`(nodes: Int, count: Int) throws {
    let space = try #require(compile(cells(nodes)).result).space
    let distinct = try space.distinctNetworks()
    #expect(distinct.isExact)
    #expect(distinct.count.value == BigUInt(count))
    #expect(distinct.wirings == 1 << (nodes * (nodes + 1) / 2 + nodes + 1), "operations are not enumerated")
  }

  /// Within budgets, against the same networks listed by a condition, which is counted another way.
  @Test(arguments: [20, 35, 60])
  func `different networks within a budget are those of the members within it`(percent: Int) throws {
    var space = try #require(compile(cells(2)).result).space
    let members = try MemberSet(space)
    let all = try (0..<Int(members.count)).map { index -> (Architecture, NetworkCost) in
      let member = members.member(at: BigUInt(index))
      return (member, try cost(of: member, in: space))
    }
    let macs = all.map(\.1.macs).sorted()
    let limit = macs[macs.count * percent / 100]
    let inside = all.filter { $0.1.macs <= limit }.map { member, _ in
      space.decisionIDs.reduce(Expression.constant(.boolean(true))) { sum, id in
        guard let value = space.value(of: id, in: member) else { return sum }
        return .binary(.and, sum, .binary(.equal, .decision(id), .constant(value)))
      }
    }
    var listed = space
    func any(_ parts: ArraySlice<Expression>) -> Expression {
      guard parts.count > 1 else { return parts.first ?? .constant(.boolean(false)) }
      let middle = parts.startIndex + parts.count / 2
      return .binary(.or, any(parts[..<middle]), any(parts[middle...]))
    }
    listed.requirements = [Requirement("listed", .condition(any(inside[...])))]
    space.requirements = [Requirement("budget", .budget(Budget(.macs, greatest: limit)))]
    let (budgeted, expected) = (try space.distinctNetworks(), try listed.distinctNetworks())
    #expect(budgeted.count == expected.count && budgeted.isExact && budgeted.count.value > 0)
    #expect(budgeted.wirings == inside.count)
  }

  @Test func `budgets that hold nothing back leave all different networks`() throws {
    var space = try #require(compile(cells(2)).result).space
    let all = try space.distinctNetworks()
    space.requirements = [Requirement("wide", .budget(Budget(.macs, greatest: .max)))]
    #expect(try space.distinctNetworks().count == all.count)
    #expect(throws: DistinctError.tooManyWithin(limit: 10)) { try space.distinctNetworks(limit: 10) }
  }

  /// 5,650 by an independent program that tries every naming of operations.
  @Test func `cells of NAS-Bench-201 are told apart as graphs`() throws {

    let distinct = try #require(compile(cells201).result).space.distinctNetworks()
    #expect(distinct.isExact)
    #expect(distinct.wirings == 15_625)
    #expect(distinct.count.value == 5_650)
  }

  private var cells201: String {
    """
    espalier: 1
    space: small
    input: {channels: 3, height: 8, width: 8}
    output: {classes: 10}
    cells:
      cell:
        parameters: {channels: int}
        decide: once
        nodes:
          count: 3
          inputs: all
          edge:
            one_of:
              none: [zero]
              skip_connect: []
              nor_conv_1x1: [{op: activation, function: relu}, {op: conv, channels: channels, kernel: 1}, batch_norm]
              nor_conv_3x3: [{op: activation, function: relu}, {op: conv, channels: channels, kernel: 3}, batch_norm]
              avg_pool_3x3: [{op: average_pool, kernel: 3}]
          join: add
        output: {of: last}
    network:
      - {name: stem, op: conv, channels: 8, kernel: 3}
      - {stage: s1, layers: 2, layer: {op: cell, channels: 8}}
      - {name: pool, op: global_pool}
      - {name: scores, op: linear, features: output.classes}
    """
  }

  /// The 6,466 of the benchmark (arXiv 2001.00326) are the texts that its code writes: sums are sorted where they are
  /// written but not where they are put into other sums, and a sum of zeros is no zero. So the number is one of
  /// spellings: it tells apart what is the same, and takes for the same what shares an operation and what has it twice.
  @Test func `the published number of NAS-Bench-201 is one of texts`() throws {
    let space = try #require(Repository.compilation(of: "nasbench201").result).space
    #expect(space.decisions.map(\.name).sorted() == space.decisions.map(\.name))
    var texts: Set<String> = []
    for number in 0..<15_625 {
      var rest = number
      var nodes = ["0"]
      for node in 1...3 {
        let parts = (0..<node).map { input -> String in
          let option = rest % 5
          rest /= 5
          if option == 0 || nodes[input] == "#" { return "#" }
          return option == 1 ? nodes[input] : "(\(nodes[input]))@\(option)"
        }
        nodes.append(parts.sorted().joined(separator: "+"))
      }
      texts.insert(nodes[3])
    }
    #expect(texts.count == 6_466)
  }
}
