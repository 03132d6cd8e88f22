import Testing

@testable import Diagnostics

struct SuggestionTests {
  @Test(arguments: [
    ("kernl", "kernel"), ("chanels", "channels"), ("exapnsion", "expansion"), ("KERNEL", "kernel"),
    ("in-put", "in_put"),
  ])
  func `a small slip finds the name`(typed: String, meant: String) {
    #expect(closest(to: typed, among: ["kernel", "channels", "expansion", "in_put"]) == meant)
  }

  @Test(arguments: ["", "x", "stride", "ker", String(repeating: "k", count: 70)])
  func `another word finds nothing`(typed: String) {
    #expect(closest(to: typed, among: ["kernel", "channels", "ab"]) == nil)
  }

  @Test func `a log looks for names until it has compared too many`() {
    var log = DiagnosticLog()
    let names = ["kernel"] + (0..<999).map { "name\($0)" }
    var found = 0
    var asked = 0
    for _ in 0..<1_000
    where log.closest(
      to: "kernl",
      among: {
        asked += 1
        return names
      }) != nil
    { found += 1 }
    #expect(found == 100 && asked == 100)
    #expect(log.closest(to: "kernl", among: names) == nil)
  }

  @Test func `a full log looks for no names`() {
    var log = DiagnosticLog()
    #expect(log.closest(to: "kernl", among: ["kernel"]) == "kernel")
    for offset in 0..<DiagnosticLog.most {
      log.error(Complaint(), at: SourceRange(source: SourceID(index: 0), start: offset, end: offset))
    }
    #expect(log.closest(to: "kernl", among: ["kernel"]) == nil)
  }

  @Test func `the first of equally close names wins`() {
    #expect(closest(to: "stagex", among: ["stage2", "stage1"]) == "stage2")
  }

  @Test(arguments: [("", "", 0), ("abc", "", 3), ("ab", "ba", 1), ("kitten", "sitting", 3), ("ca", "abc", 3)])
  func `distances agree with the literature`(left: String, right: String, distance: Int) {
    // "ca" to "abc" is 3 in the restricted form and 2 in the full one.
    #expect(alignmentDistance(Array(left.unicodeScalars), Array(right.unicodeScalars)) == distance)
  }
}
