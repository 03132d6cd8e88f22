import Foundation
import Testing

@testable import Engine

@Suite struct EngineLibraryTests {
  private func error(_ body: () throws -> Void) -> EngineLibraryError? {
    #expect(throws: EngineLibraryError.self, performing: body)
  }

  @Test func `the library says what it is`() throws {
    let description = try TestEngine.library().description
    #expect(description.torchVersion.first?.isNumber == true)
    #expect(!description.capability.isEmpty)
  }

  @Test func `a named file that is missing is an error`() {
    let found = error { _ = try EngineLibrary.load(path: "/nowhere/engine.so") }
    #expect(found == .missing(path: "/nowhere/engine.so"))
    #expect(found?.description.contains("make engine") == true)
  }

  @Test func `a file that is no library is an error`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString).so").path
    try Data("no library".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let found = error { _ = try EngineLibrary.load(path: path) }
    guard case .notLoadable(path, let reason) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(!reason.isEmpty)
    #expect(found?.description.contains("make engine") == true)
  }

  /// The system would map it, and the process would end with a bus error.
  @Test func `a library that was cut off is an error`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString).so").path
    let whole = try Data(contentsOf: URL(fileURLWithPath: TestEngine.library().path))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let found = error { _ = try EngineLibrary.load(path: path) }
    #expect(found == .notLoadable(path: path, reason: "the file ends before its last section"))
  }

  @Test func `every error names a remedy`() {
    let errors: [EngineLibraryError] = [
      .missing(path: "/a"), .notFound(searched: ["/a", "/b"]), .notLoadable(path: "/a", reason: "r"),
      .notAnEngine(path: "/a"), .otherVersion(path: "/a", wanted: 1),
    ]
    for error in errors {
      #expect(error.description.contains("'/a'"))
      #expect(error.description.contains("`make engine`"))
    }
  }

  @Test func `an explicit path goes before all else`() throws {
    let library = try TestEngine.library()
    #expect(try EngineLibrary.locate(path: library.path, folders: ["/nowhere"]) == library.path)
  }
}
