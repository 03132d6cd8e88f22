import Diagnostics
import Foundation
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// Every file of `spaces/` compiles without a word; what it expects of itself holds.
struct ShippedSpaceTests {
  @Test(arguments: Repository.spaces)
  func `a shipped space is sound`(name: String) throws {
    let compilation = Repository.compilation(of: name)
    #expect(compilation.diagnostics == [])
    let result = try #require(compilation.result)
    try expectSound(result.space)
    #expect(result.space.name == name)
  }

  @Test(arguments: Repository.spaces)
  func `a shipped space is right for each of its inputs`(name: String) throws {
    for input in try #require(Repository.compilation(of: name).result).inputs.dropFirst() {
      let compilation = Repository.compilation(of: name, input: input)
      #expect(compilation.diagnostics == [])
      try expectSound(try #require(compilation.result?.space))
    }
  }

  @Test func `the list of shipped spaces is complete`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(Repository.root)/spaces")
    #expect(Set(files.filter { $0.hasSuffix(".yaml") }) == Set(Repository.spaces.map { "\($0).yaml" }))
  }
}
