import Diagnostics
import SpaceCompiler
import TestSupport
import Testing

/// Right spaces with something doubtful, and what the compiler says about each.
struct GoldenWarningTests {
  static let folder = "Tests/SpaceCheckerTests/GoldenWarnings"

  @Test(arguments: try GoldenCase.all(in: folder))
  func `warnings match the golden file and refuse nothing`(golden: GoldenCase) throws {
    let compilation = golden.compilation()
    #expect(!compilation.hasErrors)
    try expectSound(try #require(compilation.result?.space))
    try golden.expect(
      renderText(compilation.diagnostics, sources: compilation.sources, colours: false), extension: "diag")
  }

  @Test(arguments: try GoldenCase.all(in: folder))
  func `warnings stand on the marked lines and nowhere else`(golden: GoldenCase) {
    let compilation = golden.compilation()
    let marked = compilation.files.flatMap {
      Marker.all(in: String(decoding: $0.bytes, as: UTF8.self), path: $0.path, .warning)
    }
    #expect(Marker.all(of: compilation.diagnostics, in: compilation.sources) == Set(marked).sorted())
  }
}
