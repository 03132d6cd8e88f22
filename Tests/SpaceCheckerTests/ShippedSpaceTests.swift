import Diagnostics
import Foundation
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// Every file of `spaces/` compiles without a word; what it expects of itself holds.
struct ShippedSpaceTests {
  @Test(arguments: Repository.spaces)
  func `a shipped space is sound`(name: String) throws {
    let compilation = Repository.compilation(of: name)
    #expect(compilation.diagnostics.map(\.code) == Repository.doubts[name] ?? [])
    let result = try #require(compilation.result)
    try expectSound(result.space)
    #expect(result.space.name == name)
  }

  @Test(arguments: Repository.spaces)
  func `a shipped space is right for each of its inputs`(name: String) throws {
    for input in try #require(Repository.compilation(of: name).result).inputs.dropFirst() {
      let compilation = Repository.compilation(of: name, input: input)
      #expect(compilation.diagnostics.map(\.code) == Repository.doubts[name] ?? [])
      try expectSound(try #require(compilation.result?.space))
    }
  }

  /// The strongest test of shapes: what is bound is a network of numbers, which is verified node by node.
  @Test(arguments: Repository.spaces)
  func `members of a shipped space are sound networks`(name: String) throws {
    let result = try #require(Repository.compilation(of: name).result)
    var random = SeededRandom(state: 1)
    for _ in 0..<3 {
      let architecture = try result.members.get().draw(using: &random)
      let network = try result.space.bound(to: architecture)
      #expect(network.verify() == [], "\(architecture)")
      _ = try cost(of: architecture, in: result.space)
    }
  }

  /// Which no compilation asks for; of the spaces that have a plan, `SpaceTableTests` asks it.
  @Test(arguments: [
    "bignas", "darts", "enas", "fbnet", "fbnetv2", "mini-darts", "mini-darts-deep", "nasbench201", "ofa-mobilenetv3",
    "spos",
  ])
  func `a shipped space has the range of costs that it states`(name: String) throws {
    let result = try #require(Repository.compilation(of: name).result)
    let range = try CostModel(result.space, measure: .macs).range()
    let (least, greatest) = (range.least.cost, range.greatest.cost)
    #expect(result.check(leastMACs: least, greatestMACs: greatest) == [])
    #expect(result.check(leastMACs: least - 1, greatestMACs: greatest + 1).count == 2, "both ends are stated")
  }

  @Test func `the list of shipped spaces is complete`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(Repository.root)/spaces")
    #expect(Set(files.filter { $0.hasSuffix(".yaml") }) == Set(Repository.spaces.map { "\($0).yaml" }))
  }
}
