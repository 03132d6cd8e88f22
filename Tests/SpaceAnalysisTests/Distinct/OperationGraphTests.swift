import Testing

@testable import SpaceAnalysis

@Suite struct OperationGraphTests {
  /// A graph over so many vertices with random labels and operands; its result reads what nothing else does.
  private static func random(_ random: inout SeededGenerator, vertices: Int) -> [(label: Int, operands: [Int])] {
    (1...vertices).map { vertex in
      (random.pick(1...2), (0..<random.pick(1...2)).map { _ in random.pick(0...vertex - 1) })
    }
  }

  /// The same graph with its vertices in another order that operands allow.
  private static func renamed(
    _ vertices: [(label: Int, operands: [Int])], _ random: inout SeededGenerator
  ) -> OperationGraph {
    var (graph, numbers) = (OperationGraph(), [0: 0])
    while numbers.count <= vertices.count {
      let ready = vertices.indices.filter { index in
        numbers[index + 1] == nil && vertices[index].operands.allSatisfy { numbers[$0] != nil }
      }
      let next = random.pick(ready)
      numbers[next + 1] = graph.add(vertices[next].label, vertices[next].operands.reversed().map { numbers[$0] ?? 0 })
    }
    let used = Set(vertices.flatMap(\.operands))
    let ends = vertices.indices.map { $0 + 1 }.filter { !used.contains($0) }
    return graph.part(of: ends.map { numbers[$0] ?? 0 }, label: 9)
  }

  /// Brute force: whether a bijection of vertices keeps labels and operands.
  private static func areSame(_ a: OperationGraph, _ b: OperationGraph) -> Bool {
    guard a.labels.count == b.labels.count else { return false }
    func extends(_ map: [Int]) -> Bool {
      guard map.count < a.labels.count else { return true }
      let vertex = map.count
      return b.labels.indices.contains { image in
        !map.contains(image) && a.labels[vertex] == b.labels[image]
          && a.operands[vertex].map { map[$0] }.sorted() == b.operands[image].sorted() && extends(map + [image])
      }
    }
    return extends([0])
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `graphs have one text exactly where they are the same`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let graphs = (0..<12).map { _ in
      Self.renamed(Self.random(&random, vertices: 2 + Int(seed % 4)), &random)
    }
    let texts = try graphs.map { try GraphForm.canonical($0) }
    for a in graphs.indices {
      for b in graphs.indices.prefix(a) {
        #expect((texts[a] == texts[b]) == Self.areSame(graphs[a], graphs[b]))
      }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `names do not matter`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let vertices = Self.random(&random, vertices: 8)
    let texts = try (0..<4).map { _ in try GraphForm.canonical(Self.renamed(vertices, &random)) }
    #expect(Set(texts).count == 1)
  }

  @Test func `labellings are counted up to symmetries`() throws {
    // Three equal branches of three operations: multisets of three.
    var graph = OperationGraph()
    let branches = (0..<3).map { _ in graph.add(5, [0], choosing: 3) }
    let all = graph.part(of: branches, label: 9)
    #expect(try all.labellings(limit: 1000) == 10)
    // In a row there is no symmetry.
    var row = OperationGraph()
    let first = row.add(5, [0], choosing: 3)
    let second = row.add(5, [first], choosing: 3)
    let chain = row.part(of: [second], label: 9)
    #expect(try chain.labellings(limit: 1000) == 9)
    #expect(throws: DistinctError.tooMany(limit: 8)) { try chain.labellings(limit: 8) }
  }
}
