import TestSupport
import Testing

@testable import Reports

struct LayeredGraphTests {
  static func graph(_ operands: [[Int]], layer: (Int) -> String = { _ in "" }) -> NetworkGraph {
    NetworkGraph(
      nodes: operands.enumerated().map {
        NetworkGraph.Node(lines: ["n\($0.offset)"], layer: layer($0.offset), operands: $0.element, kind: .plain)
      })
  }

  static func chain(_ count: Int) -> NetworkGraph { graph((0..<count).map { $0 == 0 ? [] : [$0 - 1] }) }

  /// Random graphs: every edge of the network is a way through the drawing, and every step of it leads one rank on.
  @Test(arguments: 0..<40)
  func `every edge leads from rank to rank`(seed: Int) {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let operands = (0..<30).map { node in node == 0 ? [] : (0..<1 + draw(3)).map { _ in draw(node) } }
    let layered = LayeredGraph(Self.graph(operands))
    let stops = layered.ranks.flatMap(\.self)
    #expect(Set(stops).count == stops.count)
    #expect(stops.filter { !$0.isStation }.map(\.node).sorted() == Array(0..<30))
    for (rank, row) in layered.ranks.enumerated() {
      for stop in row {
        #expect(stop.rank == rank)
        for other in layered.following(stop) {
          #expect(other.rank == rank + 1 && layered.ranks[rank + 1].contains(other))
        }
      }
    }
    for (user, needed) in operands.enumerated() {
      for operand in needed {
        var open = [LayeredGraph.Stop(node: operand, rank: layered.rankOf[operand], isStation: false)]
        var isReached = false
        while let stop = open.popLast(), !isReached {
          // Stations carry the value of one node alone.
          let next = layered.following(stop).filter { $0.node == operand && $0.isStation || $0.node == user }
          isReached = next.contains { $0.node == user && !$0.isStation }
          open += next
        }
        #expect(isReached, "\(operand) to \(user)")
      }
    }
  }

  @Test(arguments: [1, 5, 6, 7, 13, 60])
  func `a long chain goes on in further rows, about equally long`(count: Int) {
    let rows = LayeredGraph(Self.chain(count)).rows(of: 6)
    #expect(rows.flatMap { Array($0) } == Array(0..<count))
    #expect(rows.allSatisfy { (1...6).contains($0.count) })
    #expect(rows.count == (count + 5) / 6)
  }

  @Test func `a row ends between blocks and not inside a shortcut`() {
    // Blocks of four: three in a chain, and a sum with what entered.
    let operands = (0..<24).map { node in
      node == 0 ? [] : node % 4 == 3 ? [node - 1, node - 3] : [node - 1]
    }
    let layered = LayeredGraph(Self.graph(operands) { "b\($0 / 4)" })
    for row in layered.rows(of: 6).dropLast() { #expect(layered.crossings(after: row.upperBound - 1) == 1, "\(row)") }
  }

  @Test func `a drawing has each operation once, an arrow for each edge, and a frame for each layer of a row`() throws {
    let operands = [[], [0], [1], [2, 0], [3]]
    let graph = Self.graph(operands) { "layer \($0 / 2)" }
    for direction in [GraphPicture.Direction.right(rank: 9), .down] {
      let text = GraphPicture(graph, direction).figure(title: "t", description: "d")
      let picture = try MarkupDocument(text)
      #expect(picture.complaints == [])
      #expect(picture.all(class: "operation").count == 5)
      #expect(picture.all(class: "wire").count { $0.attributes["marker-end"] != nil } == 5)
      #expect(picture.all(class: "layer-name").map(\.text) == ["layer 0", "layer 1", "layer 2"])
    }
  }

  @Test(arguments: [2, 3, 6])
  func `edges that go around a row's end are all there`(length: Int) throws {
    // Every operation reads the two before it, as cells of DARTS do: two edges cross everywhere.
    let graph = Self.graph((0..<17).map { $0 == 0 ? [] : $0 == 1 ? [0] : [$0 - 1, $0 - 2] })
    let picture = try MarkupDocument(GraphPicture(graph, .right(rank: length)).figure(title: "t", description: "d"))
    #expect(picture.all(class: "operation").count == 17)
    #expect(picture.all(class: "wire").count { $0.attributes["marker-end"] != nil } == 1 + 15 * 2)
  }

  @Test func `a graph without nodes is an empty drawing`() throws {
    #expect(
      try MarkupDocument(GraphPicture(Self.graph([]), .down).figure(title: "t", description: "d")).complaints == [])
  }
}
