import TestSupport
import Testing

/// The reader that the other tests trust.
struct MarkupDocumentTests {
  @Test func `a right page is read with its attributes and texts`() throws {
    let page = try MarkupDocument("<!DOCTYPE html>\n<a x=\"1 &lt; 2\"><b/>one <c class=\"k l\">&amp; two</c></a>\n")
    #expect(page.elements.map(\.name) == ["a", "b", "c"])
    #expect(page.elements[0].attributes == ["x": "1 < 2"])
    #expect(page.elements[0].text == "one & two" && page.all(class: "l").map(\.text) == ["& two"])
    #expect(page.elements[2].path == ["a"])
  }

  @Test(arguments: [
    "", "<a>", "<a></b>", "<a><b></a></b>", "<a x=1></a>", "<a x=\"1\" x=\"2\"/>", "<a x=\"1\"y=\"2\"/>",
    "<a>&nbsp;</a>",
    "<a>a & b</a>", "<a x=\"<\"/>", "<a/><b/>", "<a/>text", "<a>\u{1}</a>", "<a>b < c</a>", "</a>", "<a", "< a/>",
  ])
  func `what is not well formed is refused`(text: String) {
    #expect(throws: MarkupDocument.Failure.self) { try MarkupDocument(text) }
  }

  @Test(arguments: [
    "<script/>", "<a href=\"#b\"/>", "<a href=\"https://x.org\"/>", "<img src=\"a.png\"/>",
    "<b id=\"x\"/><b id=\"x\"/>",
    "<p onclick=\"x()\"/>", "<svg role=\"img\"><g/></svg>", "<p aria-labelledby=\"q\"/>", "<path fill=\"url(#no)\"/>",
    "<style>@import 'x.css'</style>",
  ])
  func `what a page must not have is told`(text: String) throws {
    #expect(try !MarkupDocument("<html>\(text)</html>").complaints.isEmpty)
  }
}
