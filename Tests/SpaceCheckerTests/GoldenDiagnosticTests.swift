import Diagnostics
import Foundation
import SpaceCompiler
import TestSupport
import Testing

/// Wrong spaces, with what the compiler says about each.
struct GoldenDiagnosticTests {
  static let folder = "Tests/SpaceCheckerTests/Golden"

  @Test(arguments: try GoldenCase.all(in: folder))
  func `diagnostics match the golden file`(golden: GoldenCase) throws {
    let compilation = golden.compilation()
    #expect(compilation.hasErrors)
    #expect(compilation.result == nil)
    try golden.expect(
      renderText(compilation.diagnostics, sources: compilation.sources, colours: false), extension: "diag")
  }

  @Test(arguments: try GoldenCase.all(in: folder))
  func `errors stand on the marked lines and nowhere else`(golden: GoldenCase) {
    let compilation = golden.compilation()
    let marked = compilation.files.flatMap { Marker.all(in: String(decoding: $0.bytes, as: UTF8.self), path: $0.path) }
    #expect(Marker.all(of: compilation.diagnostics, in: compilation.sources) == Set(marked).sorted())
  }

  @Test(arguments: try GoldenCase.all(in: folder))
  func `a remedy removes its error`(golden: GoldenCase) {
    let compilation = golden.compilation()
    for diagnostic in compilation.diagnostics {
      let remedies = diagnostic.fixIts + diagnostic.notes.flatMap(\.fixIts)
      for remedy in remedies where remedy.confidence != .hasPlaceholder {
        let mended = golden.compilation(replacing: remedy.applied(to: compilation.sources)).diagnostics
        #expect(mended.count(of: diagnostic) == compilation.diagnostics.count(of: diagnostic) - 1, "\(remedy)")
        let errors = [mended, compilation.diagnostics].map { $0.count { $0.severity == .error } }
        #expect(errors[0] <= errors[1], "\(remedy) brings other errors")
      }
    }
  }

  @Test func `every code of the checker has a golden`() throws {
    let cases = try GoldenCase.all(in: Self.folder) + GoldenCase.all(in: GoldenWarningTests.folder)
    let found = cases.flatMap { $0.compilation().diagnostics.map(\.code) }
    #expect(try DiagnosticPage.codesInSources().subtracting(found) == DiagnosticPage.awaited)
  }

  @Test func `messages are clauses, not sentences`() throws {
    for diagnostic in try GoldenCase.all(in: Self.folder).flatMap({ $0.compilation().diagnostics }) {
      for message in [diagnostic.message] + diagnostic.notes.map(\.message) {
        #expect(message.first?.isUppercase == false && message.last != ".", "\(message)")
      }
    }
  }
}

extension Compilation {
  /// The files that were read.
  var files: [SourceFile] {
    var files: [SourceFile] = []
    while let file = sources.file(SourceID(index: files.count)) { files.append(file) }
    return files
  }
}

extension [Diagnostic] {
  /// How often the same thing is said, wherever.
  fileprivate func count(of diagnostic: Diagnostic) -> Int {
    count { $0.code == diagnostic.code && $0.message == diagnostic.message }
  }
}
