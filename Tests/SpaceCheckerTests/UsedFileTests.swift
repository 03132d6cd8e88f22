import Diagnostics
import Foundation
import SpaceCompiler
import Testing

/// What a space may use on a disk: regular files in its own folder, a bounded number of them.
struct UsedFileTests {
  private static let library = "espalier: 1\nblocks: {unit: {body: [batch_norm]}}\n"

  @Test func `a link within the folder is followed`() throws {
    try expectCodes([], using: ["linked.yaml", "folder/unit.yaml"]) { project in
      try project.write("blocks/unit.yaml", Self.library)
      try project.write("blocks/other.yaml", "espalier: 1\nblocks: {other: {body: [batch_norm]}}\n")
      try project.link("linked.yaml", to: "blocks/other.yaml")
      try project.link("folder", to: "blocks")
    }
  }

  @Test(arguments: ["unit.yaml", "folder/unit.yaml", "folder/../unit.yaml"])
  func `a link that leaves the folder is refused`(name: String) throws {
    try expectCodes(["ES1006"], using: [name]) { project in
      try project.write("../outside/unit.yaml", Self.library)
      try project.link("unit.yaml", to: "../outside/unit.yaml")
      try project.link("folder", to: "../outside")
    }
  }

  @Test func `a folder whose name begins like the project's is outside`() throws {
    try expectCodes(["ES1006"], using: ["unit.yaml"]) { project in
      try project.write("../project-2/unit.yaml", Self.library)
      try project.link("unit.yaml", to: "../project-2/unit.yaml")
    }
  }

  @Test(arguments: ["/dev/zero", "/dev/random", "/dev/null", "/"])
  func `a link to a device is refused`(target: String) throws {
    try expectCodes(["ES1006"], using: ["unit.yaml"]) { try $0.link("unit.yaml", to: target) }
  }

  @Test func `a pipe, a folder, a link to itself and a name with a NUL cannot be read`() throws {
    try expectCodes(
      ["ES1005", "ES1005", "ES1005", "ES1005"], using: ["pipe", "folder", "loop", "\"a\\0b\""]
    ) { project in
      #expect(mkfifo(project.path("pipe"), 0o600) == 0)
      try project.write("folder/unit.yaml", Self.library)
      try project.write("a", Self.library)
      try project.link("loop", to: "loop")
    }
  }

  @Test func `files are counted`() throws {
    let names = (0..<300).map { "u\($0).yaml" }
    try expectCodes(["ES1005"], using: names) { project in
      for name in names { try project.write(name, "espalier: 1\nblocks: {}\n") }
    }
    try expectCodes([], using: Array(names.prefix(256))) { project in
      for name in names { try project.write(name, "espalier: 1\nblocks: {}\n") }
    }
  }

  @Test func `a chain of files ends at the same number`() throws {
    try expectCodes(["ES1005"], using: ["u0.yaml"]) { project in
      for number in 0..<2_000 {
        try project.write("u\(number).yaml", "espalier: 1\nuse: [u\(number + 1).yaml]\nblocks: {}\n")
      }
    }
  }

  @Test func `bytes are counted, of one file and of all`() throws {
    let filling = "espalier: 1\nblocks: {}\n" + String(repeating: "#\n", count: 2_000_000)
    try expectCodes(["ES1005"], using: (0..<9).map { "u\($0).yaml" }) { project in
      for number in 0..<9 { try project.write("u\(number).yaml", filling) }
    }
    try expectCodes(["ES1005"], using: ["large.yaml"]) { project in
      try project.write("large.yaml", filling + filling)
    }
  }

  /// A folder with a space in a folder for it alone.
  private struct Project {
    let root: String

    func path(_ name: String) -> String { "\(root)/project/\(name)" }

    func write(_ name: String, _ text: String) throws {
      let file = URL(filePath: path(name))
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }

    func link(_ name: String, to target: String) throws {
      try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: target)
    }
  }

  private func expectCodes(_ codes: [String], using names: [String], in make: (Project) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    let project = Project(root: root.path())
    try project.write(
      "space.yaml",
      """
      espalier: 1
      space: using
      use: [\(names.joined(separator: ", "))]
      input: {channels: 3, height: 8, width: 8}
      output: {classes: 10}
      network:
        - {name: pool, op: global_pool}
        - {name: scores, op: linear, features: 10}

      """)
    try make(project)
    let compilation = compileSpace(at: project.path("space.yaml"))
    #expect(compilation.diagnostics.map(\.code) == codes, "\(compilation.diagnostics.map(\.message))")
    #expect((compilation.result == nil) == !codes.isEmpty)
  }
}
