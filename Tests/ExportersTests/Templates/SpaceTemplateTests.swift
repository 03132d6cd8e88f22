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

  /// What comes with the program can be searched at once.
  @Test(arguments: SpaceTemplate.allCases)
  func `a template takes the images that are built in`(template: SpaceTemplate) throws {
    let reader = MemoryReader(files: ["new.yaml": template.text(name: "new")])
    for shape in [ImageShape(channels: 1, height: 28, width: 28), ImageShape(channels: 1, height: 8, width: 8)] {
      let result = try #require(compileSpace(at: "new.yaml", input: shape, reader: reader).result)
      #expect(result.space.input == shape && result.inputs.contains(shape))
    }
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
