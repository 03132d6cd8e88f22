import Diagnostics
import SpaceCompiler
import SpaceIR
import Testing

@testable import Exporters

struct SpaceTemplateTests {
  @Test(arguments: SpaceTemplate.allCases)
  func `a template compiles without a word, and has a search space`(template: SpaceTemplate) throws {
    let compilation = compileSpace(
      at: "new.yaml", reader: MemoryReader(files: ["new.yaml": template.text(name: "new")]))
    #expect(compilation.diagnostics.map(\.message) == [])
    let result = try #require(compilation.result)
    #expect(result.space.name == "new")
    #expect(result.space.decisions.count > 3)
  }

  @Test(arguments: SpaceTemplate.allCases)
  func `a template is in the layout and has a comment`(template: SpaceTemplate) throws {
    let text = template.text(name: "new")
    #expect(try formatSpace(Array(text.utf8), path: "new.yaml").text == text)
    #expect(text.hasPrefix("# "))
  }

  @Test(arguments: [
    ("a/b/tiny.yaml", "tiny"), ("my space.yml", "my-space"), ("7.yaml", "my-space"), ("2-big.x.yaml", "big.x"),
    ("-", "my-space"), ("größe.yaml", "gr--e"),
  ])
  func `a space is named for its file`(path: String, name: String) { #expect(spaceName(forFile: path) == name) }
}
