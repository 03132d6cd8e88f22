import Diagnostics
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// Right spaces, with the IR that each becomes.
struct GoldenSpaceTests {
  static let folder = "Tests/SpaceCheckerTests/GoldenIR"

  @Test(arguments: try GoldenCase.all(in: folder))
  func `the IR matches the golden file`(golden: GoldenCase) throws {
    let compilation = golden.compilation()
    #expect(!compilation.hasErrors)
    let space = try #require(compilation.result?.space)
    try expectSound(space)
    try golden.expect(space.text, extension: "ir")
  }
}
