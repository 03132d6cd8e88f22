import Diagnostics
import SpaceCompiler
import TestSupport
import Testing

/// The pages of the codes from ES1000 on say what the compiler does.
struct DiagnosticPageTests {
  @Test func `every code has a page and every page a code`() throws {
    #expect(try DiagnosticPage.codesInSources() == DiagnosticPage.codesWithPages())
  }

  @Test(arguments: try DiagnosticPage.codesInSources().subtracting(DiagnosticPage.awaited).sorted())
  func `the examples of a page fail and pass`(code: String) throws {
    let page = try DiagnosticPage(code: code)
    #expect(page.text.hasPrefix("# \(code): "))
    #expect(page.text.contains("\n## Remedy\n\n"))
    let failing = try page.compile(under: "Fails")
    let passing = try page.compile(under: "Passes")
    if failing.hasErrors {
      #expect(failing.diagnostics.filter { $0.severity == .error }.map(\.code) == [code])
    } else {
      #expect(Set(failing.diagnostics.map(\.code)).contains(code))
    }
    #expect(!passing.diagnostics.map(\.code).contains(code))
    #expect(!passing.hasErrors && passing.result != nil)
  }
}

extension DiagnosticPage {
  /// Compiles an example. A page about architectures has their space, `tiny.yaml`, under a heading of its own; one about
  /// devices their table, `phone.yaml`.
  fileprivate func compile(under heading: String) throws -> Compilation {
    var files = ["space.yaml": try #require(example(under: heading))]
    files["tiny.yaml"] = example(under: "The space `tiny.yaml`")
    files["phone.yaml"] = example(under: "The table `phone.yaml`")
    // What fails can be the table itself.
    if heading == "Fails", let table = example(under: "The table `phone.yaml` that fails") {
      files["phone.yaml"] = table
    }
    return compileSpace(at: "space.yaml", reader: TextReader(files: files)).checkingCosts()
  }
}
