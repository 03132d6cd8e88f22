import Diagnostics
import SpaceCompiler
import TestSupport
import Testing

/// Libraries of blocks, checked by themselves.
struct LibraryTests {
  @Test func `the blocks of mobile networks are a valid library`() throws {
    let library = try #require(compileLibrary(at: "\(Repository.root)/spaces/blocks/mobile.yaml"))
    #expect(library.libraryCount == 7)
    #expect(library.diagnostics.isEmpty)
  }

  @Test func `mistakes in a library and in what it uses are found without a space`() throws {
    let files = [
      "blocks.yaml": """
      espalier: 1
      use: [more.yaml]
      blocks:
        unit:
          parameters: {width: int}
          body: [{op: conv, chanels: width, kernel: size}]
      rules:
        net: {decide: each, one_of: {deeper: [net]}}
      """,
      "more.yaml": "espalier: 1\nblocks: {other: {bdy: [pool]}}\n",
    ]
    let library = try #require(compileLibrary(at: "blocks.yaml", reader: TextReader(files: files)))
    #expect(Set(library.diagnostics.map(\.code)) == ["ES1001", "ES1101", "ES1102", "ES1104", "ES1115"])
    #expect(library.hasErrors)
  }

  @Test func `a space is no library`() {
    #expect(compileLibrary(at: "\(Repository.root)/spaces/digits.yaml") == nil)
  }
}
