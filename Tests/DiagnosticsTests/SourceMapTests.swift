import Diagnostics
import Testing

struct SourceMapTests {
  @Test(arguments: [
    ("ab\ncd", 3, 2, 1), ("ab\r\ncd", 4, 2, 1), ("ab\rcd", 3, 2, 1), ("ab\n", 3, 2, 1), ("", 0, 1, 1),
    ("é:x", 3, 1, 3), ("é:x", 1, 1, 1), ("\tx", 1, 1, 2), ("ab", 99, 1, 3), ("🙂x", 4, 1, 2), ("a\n\nb", 3, 3, 1),
  ])
  func `offsets have a line and a column in characters`(text: String, offset: Int, line: Int, column: Int) {
    var sources = SourceMap()
    let id = sources.add(path: "a.yaml", bytes: Array(text.utf8))
    let file = sources[id]
    #expect(file.position(of: offset).line == line)
    #expect(file.position(of: offset).column == column)
  }

  @Test func `a line has no line break in it`() {
    var sources = SourceMap()
    let id = sources.add(path: "a.yaml", bytes: Array("ab\r\ncd\n".utf8))
    let file = sources[id]
    #expect(file.byteRange(ofLine: 1) == 0..<2)
    #expect(file.byteRange(ofLine: 2) == 4..<6)
    #expect(file.byteRange(ofLine: 3) == 7..<7)
    #expect(file.byteRange(ofLine: 4) == 7..<7)
    #expect(file.lineCount == 3)
  }

  @Test func `a range past the end has the text that there is`() {
    var sources = SourceMap()
    let id = sources.add(path: "a.yaml", bytes: Array("abc".utf8))
    #expect(sources[id].text(in: SourceRange(source: id, start: 1, end: 9)) == "bc")
    #expect(sources[id].text(in: SourceRange(source: id, start: 7, end: 9)) == "")
    #expect(sources.file(SourceID(index: 5)) == nil)
  }
}
