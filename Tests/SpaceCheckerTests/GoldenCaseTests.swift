import Foundation
import TestSupport
import Testing

/// The helpers that the golden tests trust.
struct GoldenCaseTests {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == nil))
  func `a golden that is missing or differs fails`() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    let golden = GoldenCase(root: root.path(), path: "case.yaml")
    #expect(throws: GoldenMismatch.self) { try golden.expect("a", extension: "diag") }
    try Data("a".utf8).write(to: root.appending(path: "case.diag"))
    try golden.expect("a", extension: "diag")
    #expect(throws: GoldenMismatch.self) { try golden.expect("b", extension: "diag") }
  }

  @Test func `markers are read by line`() {
    let text = "a: 1\nb: 2 # error ES1001\n# a comment\nc: 3 # error ES2001 ES2002\n"
    #expect(
      Marker.all(in: text, path: "p") == [
        Marker(path: "p", line: 2, code: "ES1001"), Marker(path: "p", line: 4, code: "ES2001"),
        Marker(path: "p", line: 4, code: "ES2002"),
      ])
  }
}
