import Testing

/// The tools that the tests of pages are made of.
struct DocumentationToolTests {
  @Test func `a page is cut into prose and blocks`() throws {
    let page = try DocumentationPage(
      path: "docs/a.md", text: "# A b: c!\n```yaml fails=ES0001\na: 1\n\n```\n[x](b.md#c) `[y](z)` [w](https://w.org)\n"
    )
    #expect(page.prose == ["# A b: c!", "[x](b.md#c) `[y](z)` [w](https://w.org)", ""])
    #expect(page.blocks.map(\.description) == ["docs/a.md:2"])
    #expect(page.blocks.map(\.language) == ["yaml"] && page.blocks.map(\.attributes) == ["fails=ES0001"])
    #expect(page.blocks.map(\.text) == ["a: 1\n\n"])
    #expect(page.relativeLinks == ["b.md#c"])
    #expect(page.anchors == ["a-b-c"])
    #expect(throws: (any Error).self) { try DocumentationPage(path: "docs/a.md", text: "```sh\nmake\n") }
  }

  @Test func `a link needs its file and its heading`() throws {
    let page = try DocumentationPage(path: "docs/a.md", text: "")
    #expect(try page.complaint(aboutLink: "../Makefile") == nil)
    #expect(try page.complaint(aboutLink: "language.md#blocks") == nil)
    #expect(try page.complaint(aboutLink: "../docs") == nil)
    #expect(try page.complaint(aboutLink: "Makefile") != nil)
    #expect(try page.complaint(aboutLink: "language.md#not-a-heading") != nil)
  }

  @Test(arguments: [
    (["a", "b"], ["a", "b"], true), (["a"], ["a", "b"], false), (["a", "b"], ["a"], false), ([], [], true),
    ([], ["..."], true), (["a", "b", "c"], ["...", "c"], true), (["a", "b", "c"], ["a", "...", "c"], true),
    (["a", "b"], ["...", "c"], false), (["a", "x", "b", "x"], ["...", "x"], true),
    (["in 12 s"], ["in <seconds> s"], true), (["in  s"], ["in <seconds> s"], false),
    (["12 s"], ["<seconds> s"], true), (["took 12"], ["took <seconds>"], true), (["took "], ["took <seconds>"], false),
    (["a1b1c"], ["a<x>b<y>c"], true), (["a1c1b"], ["a<x>b<y>c"], false), (["USAGE <file>"], ["USAGE <file>"], true),
  ])
  func `lines are compared with what a page shows`(lines: [String], pattern: [String], isMatch: Bool) {
    #expect(matches(lines[...], pattern[...]) == isMatch)
  }

  @Test func `a session is commands with their output`() {
    let session = ConsoleSession(["$ espalier a", "1", "", "$ espalier b"])
    #expect(session.steps.map(\.command) == ["espalier a", "espalier b"])
    #expect(session.steps.map(\.expected) == [["1", ""], []])
    #expect(ConsoleSession(["1"]).stray == ["1"])
  }

  @Test func `only commands that exist pass`() throws {
    let known = try KnownCommands()
    let right = [
      "make", "make test", "make -j2 results DATA=x", "TORCH=x make setup", "espalier plan a.yaml", "git pull",
    ]
    for command in right { #expect(known.complaint(about: command) == nil, "\(command)") }
    for command in ["make tea", "make SEARCH", "espalier brew", "curl x", "sudo make test", "espalier help-me"] {
      #expect(known.complaint(about: command) != nil, "\(command)")
    }
    #expect(
      shellCommands(["# first", "make a \\", "  b # c", "cd x && make d", ""]) == ["make a    b", "cd x", "make d"])
  }
}
