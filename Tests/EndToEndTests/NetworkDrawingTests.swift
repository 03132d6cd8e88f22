import Reports
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

@testable import espalier

/// Networks of the shipped spaces as the report draws them.
struct NetworkDrawingTests {
  @Test(arguments: ["digits", "fbnetv2", "darts", "nasbench201", "resnest", "autoformer-tiny", "hrnet", "two-views"])
  func `every network has a drawing in which all that its results need is found`(name: String) throws {
    let compiled = try #require(Repository.compilation(of: name).result)
    let space = compiled.space
    var generator = Counting()
    let member = try compiled.members.get().draw(using: &generator)
    let graph = NetworkGraph(drawing: try space.bound(to: member))
    let ends = graph.nodes.filter { $0.kind == .end }
    #expect(ends.count == 2 + space.otherInputs.count + space.otherOutputs.count)
    let used = Set(graph.nodes.flatMap(\.operands))
    for (index, node) in graph.nodes.enumerated() {
      #expect(used.contains(index) || node.kind == .end, "\(node.lines) leads nowhere")
      #expect((2...3).contains(node.lines.count) && node.lines.allSatisfy { !$0.contains("?") }, "\(node.lines)")
    }
  }
}

/// The same numbers on every run, spread by a multiplication (Knuth 1998, volume 2, section 3.3.4).
private struct Counting: RandomNumberGenerator {
  private var state: UInt64 = 1

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 32
  }
}
