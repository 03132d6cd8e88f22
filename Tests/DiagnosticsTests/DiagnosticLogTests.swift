import Diagnostics
import Testing

struct DiagnosticLogTests {
  private let first = SourceID(index: 0)
  private let second = SourceID(index: 1)

  @Test func `output is sorted by file, offset and code`() {
    var log = DiagnosticLog()
    log.error(Complaint(code: "ES9002"), at: SourceRange(source: second, start: 0, end: 1))
    log.error(Complaint(code: "ES9003"), at: SourceRange(source: first, start: 4, end: 5))
    log.warning(Complaint(code: "ES9001"), at: SourceRange(source: first, start: 4, end: 9))
    log.error(Complaint(code: "ES9004"), at: SourceRange(source: first, start: 1, end: 2))
    #expect(log.diagnostics.map(\.code) == ["ES9004", "ES9001", "ES9003", "ES9002"])
  }

  @Test func `what was said is not said again`() {
    var log = DiagnosticLog()
    let range = SourceRange(source: first, start: 0, end: 1)
    let one = log.error(Complaint(code: "ES9001"), at: range)
    let two = log.error(Complaint(code: "ES9001"), at: range, notes: [Note("again")])
    #expect(one == two)
    #expect(log.diagnostics.count == 1)
    #expect(log.diagnostics[0].notes.isEmpty)
  }

  @Test func `a warning is no error`() {
    var log = DiagnosticLog()
    log.warning(Complaint(code: "ES9001"), at: SourceRange(source: first, start: 0, end: 0))
    #expect(!log.hasErrors)
    log.error(Complaint(code: "ES9002"), at: SourceRange(source: first, start: 0, end: 0))
    #expect(log.hasErrors)
  }

  @Test func `beyond a thousand of each severity diagnostics are counted`() {
    var log = DiagnosticLog()
    for offset in 0..<DiagnosticLog.most + 7 {
      log.warning(Complaint(code: "ES9001"), at: SourceRange(source: first, start: offset, end: offset))
    }
    #expect(log.diagnostics.count == DiagnosticLog.most && log.omitted == 7)
    #expect(!log.isFull && !log.hasErrors)
    for offset in 0..<DiagnosticLog.most + 5 {
      // What is said twice is counted once.
      for _ in 0..<2 { log.error(Complaint(), at: SourceRange(source: second, start: offset, end: offset)) }
    }
    #expect(log.diagnostics.count == 2 * DiagnosticLog.most && log.omitted == 12)
    #expect(log.isFull && log.hasErrors)
  }

  @Test func `a message is cut where a name in it is long`() throws {
    var log = DiagnosticLog()
    let long = "begin " + String(repeating: "é", count: 1_000_000) + " end"
    log.error(
      Complaint(message: long), at: SourceRange(source: first, start: 0, end: 1), notes: [Note(long), Note("short")])
    let found = try #require(log.diagnostics.first)
    for message in [found.message, found.notes[0].message] {
      #expect(message.hasPrefix("begin ééé") && message.contains("é […] é") && message.hasSuffix("é end"))
      #expect(message.count == 1_505)
    }
    #expect(found.notes[1].message == "short")
  }

  @Test func `a union covers both and stays in its file`() {
    let left = SourceRange(source: first, start: 2, end: 4)
    #expect(left.union(SourceRange(source: first, start: 7, end: 9)) == SourceRange(source: first, start: 2, end: 9))
    #expect(left.union(SourceRange(source: second, start: 7, end: 9)) == left)
  }
}

/// A diagnostic with nothing but its code to tell it apart.
struct Complaint: DiagnosticKind {
  var code = "ES9001"
  var message = "something is wrong"
}
