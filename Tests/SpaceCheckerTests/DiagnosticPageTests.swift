import Diagnostics
import SpaceCompiler
import TestSupport
import Testing

/// The pages of the codes from ES1000 on say what the compiler does.
struct DiagnosticPageTests {
  @Test func `every code has a page and every page a code`() throws {
    #expect(try DiagnosticPage.codesInSources() == DiagnosticPage.codesWithPages())
  }

  @Test(arguments: try DiagnosticPage.codesInSources().sorted())
  func `the examples of a page fail and pass`(code: String) throws {
    let page = try DiagnosticPage(code: code)
    #expect(page.text.hasPrefix("# \(code): "))
    #expect(page.text.contains("\n## Remedy\n\n"))
    let failing = compile(try #require(page.example(under: "Fails")))
    #expect(failing.diagnostics.map(\.code) == [code])
    let passing = compile(try #require(page.example(under: "Passes")))
    #expect(passing.diagnostics.map(\.message) == [])
    #expect(passing.result != nil)
  }
}
