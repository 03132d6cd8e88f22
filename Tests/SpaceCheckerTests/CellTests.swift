import SpaceCompiler
import SpaceIR
import Testing

/// Cells: published spaces by their published sizes, and how nodes are joined.
struct CellTests {
  @Test func `NAS-Bench-201 has 15625 cells`() throws {
    // Dong and Yang 2020, arXiv 2001.00326: 5 operations on each of 6 edges.
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 4, kernel: 3}
          - {stage: s, layers: 2, layer: {op: cell}}
        """,
      head: """
        cells:
          cell:
            decide: once
            nodes:
              count: 3
              inputs: all
              edge:
                one_of:
                  none: [zero]
                  skip: []
                  conv1: [{op: conv, channels: in.channels, kernel: 1}]
                  conv3: [{op: conv, channels: in.channels, kernel: 3}]
                  pool: [{op: average_pool, kernel: 3}]
              join: add
            output: {of: last}
        """
    ).compiled()
    #expect(space.countOfMembers == "15625")
    #expect(
      space.decisionNames == ["cell.n1.in", "cell.n2.in", "cell.n2.n1", "cell.n3.in", "cell.n3.n1", "cell.n3.n2"])
    let all = try space.space.bound(to: space.space.member([:]))
    // Zeros on every edge: no convolution but the stem.
    #expect(all.text.split(separator: "\n").count { $0.contains("= convolution") } == 1)
  }

  @Test(arguments: [
    "{inputs: any, join: add}", "{inputs: any, join: concat}",
  ])
  func `a cell without a way from its input gives zeros`(output: String) throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 4, kernel: 3}
          - {name: cell, op: cell}
        """,
      head: """
        cells:
          cell:
            decide: each
            nodes: {count: 2, inputs: any, node: [{op: conv, channels: 4, kernel: 3}], join: add}
            output: \(output)
        """
    ).compiled()
    #expect(space.countOfMembers == "64")
    try expectSound(space.space)
  }

  private static let darts = """
    cells:
      normal:
        inputs: [two_back, one_back]
        parameters: {channels: int, stride: {type: int, default: 1}}
        decide: once
        prepare:
          two_back: [{op: conv, channels: channels, kernel: 1}]
          one_back: [{op: conv, channels: channels, kernel: 1}]
        nodes:
          count: 4
          inputs: {choose: 2}
          edge:
            one_of:
              max_pool: [{op: max_pool, kernel: 3, stride: "select(edge.from_input, stride, 1)"}]
              average_pool: [{op: average_pool, kernel: 3, stride: "select(edge.from_input, stride, 1)"}]
              skip: [{op: conv, channels: in.channels, kernel: 1, stride: "select(edge.from_input, stride, 1)"}]
              sep3: [{op: depthwise, kernel: 3, stride: "select(edge.from_input, stride, 1)"}]
              sep5: [{op: depthwise, kernel: 5, stride: "select(edge.from_input, stride, 1)"}]
              dil3: [{op: depthwise, kernel: 3, dilation: 2, stride: "select(edge.from_input, stride, 1)"}]
              dil5: [{op: depthwise, kernel: 5, dilation: 2, stride: "select(edge.from_input, stride, 1)"}]
          join: add
        output: {of: nodes, join: concat}
    """

  @Test func `a cell of DARTS has 1037664180 derivations`() throws {
    // Liu et al. 2019, arXiv 1806.09055: the product over k = 2..5 of k (k - 1) / 2 pairs, each with 7 x 7 operations.
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 4, kernel: 3}
          - {stage: s, layers: 2, layer: {op: normal, channels: 4, from: [back.2, back.1]}}
          - {name: last, op: normal, channels: 4, stride: 2, from: [back.1, back.1]}
        """, head: Self.darts
    ).compiled()
    let expected = (2...5).reduce(1) { $0 * ($1 * ($1 - 1) / 2) * 49 }
    #expect(expected == 1_037_664_180)
    #expect(space.countOfMembers == String(expected))
    #expect(space.decisionNames.prefix(3) == ["normal.n1.two_back", "normal.n1.one_back", "normal.n2.inputs"])
    #expect(space.existences["normal.n2.n1"] == "normal.n2.inputs = two_back+n1, one_back+n1")
    let shape = try #require(space.space.body.nodes.last { $0.layer == LayerID(index: 4) }?.type)
    #expect(shape == TensorType(channels: .integer(16), height: .integer(4), width: .integer(4)))
  }

  @Test func `slots pick for themselves`() throws {
    let space = try MiniSpace(
      network: "  - {name: c, op: cell, from: [back.1, back.2]}",
      head: """
        cells:
          cell:
            inputs: [a, b]
            decide: once
            nodes:
              count: 2
              inputs: {slots: 2}
              edge: {one_of: {id: [], sep3: [{op: depthwise, kernel: 3}], pool: [{op: max_pool, kernel: 3}]}}
              join: add
            output: {of: loose_ends, join: concat}
        """
    ).compiled()
    // Sources times operations, twice a node: (2 x 3)^2 (3 x 3)^2.
    #expect(space.countOfMembers == "2916")
    #expect(
      space.decisionNames.prefix(4) == [
        "cell.n1.slot1.from", "cell.n1.slot1.op", "cell.n1.slot2.from", "cell.n1.slot2.op",
      ])
    for (from, ends) in [("a", 2), ("n1", 1)] {
      let bound = try space.space.bound(to: space.space.member(["cell.n2.slot1.from": from]))
      let joins = bound.body.nodes.compactMap { if case .join(.concat, let ends) = $0.operation { ends } else { nil } }
      #expect(joins.map(\.count) == [ends])
    }
  }

  @Test func `edges that do nothing still read what they pick`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 3, kernel: 3}
          - {name: c, op: cell, from: [input, stem]}
        """,
      head: """
        cells:
          cell:
            inputs: [a, b]
            decide: each
            nodes: {count: 1, inputs: {slots: 2}, join: add}
            output: {of: last}
        """
    ).compiled()
    #expect(space.decisionNames == ["c.n1.slot1.from", "c.n1.slot2.from"])
    let bound = try space.space.bound(to: space.space.member(["c.n1.slot1.from": "b"]))
    #expect(bound.text.contains("add %1 %0"))
  }

  @Test func `a choice on an edge is one for each source`() throws {
    let space = try MiniSpace(
      network: "  - {name: c, op: cell, from: [back.1, back.1]}",
      head: """
        cells:
          cell:
            inputs: [a, b]
            decide: each
            nodes: {count: 1, inputs: {slots: 1}, edge: [{op: depthwise, kernel: {choose: [3, 5]}}], join: add}
            output: {of: last}
        """
    ).compiled()
    #expect(
      space.decisionNames == ["c.n1.slot1.from", "c.n1.slot1.a.depthwise.kernel", "c.n1.slot1.b.depthwise.kernel"])
    #expect(space.countOfMembers == "4")
  }

  @Test func `nodes have the names that are given`() throws {
    let space = try MiniSpace(
      network: "  - {name: c, op: cell}\n  - {name: sum, op: add, from: [input, c]}",
      head: """
        cells:
          cell:
            decide: each
            nodes:
              names: [first, second]
              inputs: any
              node: {one_of: {conv: [{op: conv, channels: 3, kernel: 2 * node.index - 1}], none: []}}
              join: add
            output: {inputs: any, join: add}
        """
    ).compiled()
    #expect(
      space.decisionNames == [
        "c.first.in", "c.first.op", "c.second.in", "c.second.first", "c.second.op", "c.output.in", "c.output.first",
        "c.output.second",
      ])
    #expect(space.countOfMembers == "256")
    #expect(space.space.text.contains("kernel 3"))
  }

  @Test func `loose ends of nodes that may be absent may be absent`() throws {
    let space = try MiniSpace(
      network: """
          - {name: c, op: cell}
          - {name: sum, op: concat, from: [input, c]}
        """,
      head: """
        cells:
          cell:
            decide: once
            nodes: {count: 2, inputs: any, join: add}
            output: {of: loose_ends, join: concat}
        """
    ).compiled()
    #expect(space.countOfMembers == "8")
    for (choices, channels) in [
      ([:], 3), (["cell.n1.in": "true"], 6), (["cell.n1.in": "true", "cell.n2.in": "true"], 9),
      (["cell.n1.in": "true", "cell.n2.n1": "true"], 6), (["cell.n2.n1": "true"], 3),
    ] {
      let bound = try space.space.bound(to: space.space.member(choices))
      let sum = bound.body.nodes.last { if case .join = $0.operation { true } else { false } }
      #expect(sum?.type.channels == .integer(channels), "\(choices)")
    }
  }

  @Test func `a cell can contain a rule, and a rule a cell`() throws {
    let space = try MiniSpace(
      network: "  - {name: body, op: net}",
      head: """
        rules:
          net:
            decide: each
            max_depth: 2
            one_of: {cell: [{op: cell}], leaf: [{op: conv, channels: 3, kernel: 3}]}
        cells:
          cell:
            decide: each
            nodes: {count: 1, inputs: all, edge: [{op: net}], join: add}
            output: {of: last}
        """
    ).compiled()
    // The edge of the inner cell can only be a leaf.
    #expect(space.countOfMembers == "2")
  }
}

/// NAS-Bench-101 (Ying et al. 2019, arXiv 1902.09635): any edges, widths shared among what feeds the output.
struct SplitWidthTests {
  private static func cell(nodes: Int) -> String {
    """
    cells:
      vertex:
        decide: once
        parameters: {channels: int}
        widths: {split: channels}
        nodes:
          count: \(nodes)
          inputs: any
          edge: [{op: conv, name: edge, channels: node.channels, kernel: 1}]
          node:
            one_of:
              conv1: [{op: conv, channels: node.channels, kernel: 1}]
              conv3: [{op: conv, channels: node.channels, kernel: 3}]
              pool: [{op: max_pool, kernel: 3}]
          join: add
        output:
          inputs: any
          edge: [{op: conv, name: edge, channels: "select(edge.from_input, node.channels, in.channels)", kernel: 1}]
          join: concat
    """
  }

  @Test func `it has 2 to the 21st matrices with 3 to the 5th operations`() throws {
    let space = try MiniSpace(network: "  - {name: c, op: vertex, channels: 16}", head: Self.cell(nodes: 5)).compiled()
    #expect(space.countOfMembers == String((1 << 21) * 243))
    #expect(space.decisionNames.count == 26)
  }

  /// Widths of the nodes of a cell with three, for the matrices of widths 3 to 7.
  @Test(arguments: 3...7)
  func `widths are those of the published rule`(width: Int) throws {
    let space = try MiniSpace(
      network: "  - {name: c, op: vertex, channels: \(width)}", head: Self.cell(nodes: 3)
    ).compiled().space
    let names = ["in", "n1", "n2", "n3", "output"]
    for bits in stride(from: 0, to: 1024, by: width == 7 ? 1 : 5) {
      var matrix = [[Bool]](repeating: [Bool](repeating: false, count: 5), count: 5)
      var choices: [String: String] = [:]
      var bit = 0
      for to in 1..<5 {
        for from in 0..<to {
          matrix[from][to] = bits >> bit & 1 == 1
          choices["vertex.\(names[to]).\(names[from])"] = matrix[from][to] ? "true" : "false"
          bit += 1
        }
      }
      let bound = try space.bound(to: space.member(choices))
      let found = (1...3).map { index in
        bound.body.nodes.last { $0.place.contains("\(names[index]).conv1") }?.type.channels.constant?.integer
      }
      #expect(found == Self.publishedWidths(matrix, output: width), "\(choices)")
    }
  }

  /// A second witness, written from the description in appendix S1 of the paper and its released reference; nil for a
  /// vertex that is on no way from the input to the output.
  private static func publishedWidths(_ full: [[Bool]], output: Int) -> [Int?] {
    let last = full.count - 1
    func reaches(_ from: Int, _ to: Int) -> Bool {
      from == to || (from + 1..<max(from + 1, full.count)).contains { full[from][$0] && reaches($0, to) }
    }
    let live = (0...last).map { reaches(0, $0) && reaches($0, last) }
    func isEdge(_ from: Int, _ to: Int) -> Bool { full[from][to] && live[from] && live[to] }
    let feeding = (1..<last).filter { isEdge($0, last) }
    var widths = [Int](repeating: 0, count: last)
    for (position, vertex) in feeding.enumerated() {
      widths[vertex] = output / feeding.count + (position < output % feeding.count ? 1 : 0)
    }
    for vertex in (1..<last).reversed() where !isEdge(vertex, last) {
      widths[vertex] = (vertex + 1..<last + 1).filter { $0 < last && isEdge(vertex, $0) }.map { widths[$0] }.max() ?? 0
    }
    return (1..<last).map { live[$0] ? widths[$0] : nil }
  }
}
