import Foundation
import SpaceChecker
import TestSupport
import Testing

/// The JSON Schema of the language, held against the reader: by the reader's own tables, and by a validator that is not
/// ours on every file of the repository that the compiler has an opinion of.
struct SchemaTests {
  /// The codes of errors in the form of a file, which need no other declaration to be seen.
  static let structural: Set = ["ES1001", "ES1002", "ES1003", "ES1004", "ES1008"]

  /// Errors of these codes that a schema cannot see, and why.
  static let beyondSchemas = [
    "cells/unknown-prepare.yaml": "the keys are names of inputs that the file gives",
    "expectations/wrong-form.yaml": "1e3 and 1000 are one number to a schema",
    "tables/name-is-an-expression.yaml": "a text is not parsed",
  ]

  @Test func `the schema in the repository is the one that is written`() throws {
    try GoldenCase(root: "\(Repository.root)/grammar", path: "space").expect(SpaceSchema.text, extension: "schema.json")
  }

  @Test(.enabled(if: SchemaValidator.isThere, "needs python3 with jsonschema and yaml: make validator"))
  func `the schema takes what the compiler takes`() throws {
    let goldens = try ["GoldenIR", "GoldenWarnings"].flatMap {
      try GoldenCase.all(in: "Tests/SpaceCheckerTests/\($0)").map { "\($0.root)/\($0.path)" }
    }
    let spaces = try Self.files(below: "spaces")
    #expect(!goldens.isEmpty && !spaces.isEmpty)
    for verdict in try SchemaValidator.verdicts(on: goldens + spaces) {
      #expect(verdict.word == .right, "\(verdict)")
    }
  }

  @Test(.enabled(if: SchemaValidator.isThere, "needs python3 with jsonschema and yaml: make validator"))
  func `the schema takes the spaces on pages`() throws {
    try withScratchFolder { folder in
      var files: [String] = []
      for page in try Self.pages() {
        for (index, block) in Self.rightBlocks(of: page.text).enumerated() {
          let file = "\(folder)/\(page.name)-\(index).yaml"
          try Data(block.utf8).write(to: URL(filePath: file))
          files.append(file)
        }
      }
      #expect(files.count > 50)
      for verdict in try SchemaValidator.verdicts(on: files) {
        #expect(verdict.word == .right, "\(verdict)")
      }
    }
  }

  @Test(.enabled(if: SchemaValidator.isThere, "needs python3 with jsonschema and yaml: make validator"))
  func `the schema refuses what is wrong in form`() throws {
    var wrong: [String: Set<String>] = [:]
    for file in try Self.files(below: GoldenDiagnosticTests.folder) {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let codes = Set(Marker.all(in: text, path: file).map(\.code)).intersection(Self.structural)
      if !codes.isEmpty, !Self.beyondSchemas.keys.contains(where: { file.hasSuffix("/\($0)") }) { wrong[file] = codes }
    }
    #expect(Set(wrong.values.joined()) == Self.structural)
    for verdict in try SchemaValidator.verdicts(on: wrong.keys.sorted()) where verdict.word == .right {
      Issue.record("\(verdict.path) passes, and has \(wrong[verdict.path, default: []].sorted())")
    }
  }

  @Test(.enabled(if: SchemaValidator.isThere, "needs python3 with jsonschema and yaml: make validator"))
  func `what is listed as beyond schemas is`() throws {
    let files = Self.beyondSchemas.keys.sorted().map { "\(Repository.root)/\(GoldenDiagnosticTests.folder)/\($0)" }
    for verdict in try SchemaValidator.verdicts(on: files) { #expect(verdict.word == .right, "\(verdict)") }
  }

  /// One mistake is one complaint that names what was written.
  @Test(
    .enabled(if: SchemaValidator.isThere, "needs python3 with jsonschema and yaml: make validator"),
    arguments: [
      ("kernel: 3", "kernal: 3", ["'kernel' is a required property", "('kernal' was unexpected)"]),
      ("kernel: 3", "kernel: [3, 5]", ["[3, 5] is not of type 'string', 'number', 'boolean'"]),
      ("layers: 2", "layer_count: 2", ["'layers' is a required property", "('layer_count' was unexpected)"]),
      ("layers: 2", "layers: two", ["'two' is not of type 'integer'"]),
      ("choose: [8, 16]", "chose: [8, 16]", ["'choose' is a required property", "('chose' was unexpected)"]),
      ("decide: each", "decide: every", ["'every' is not one of ['once', 'each']"]),
      ("output:", "outputs:", ["is not of type 'object'"]),
    ])
  func `one mistake is said once`(right: String, wrong: String, complaints: [String]) throws {
    let text = """
      espalier: 1
      space: typo
      input: {channels: 3, height: 8, width: 8}
      output: {classes: 10}
      network:
        - {name: stem, op: conv, channels: {choose: [8, 16]}, kernel: 3}
        - {stage: s1, layers: 2, decide: each, layer: {op: conv, channels: 8, kernel: 1}}
        - {name: pool, op: global_pool}
        - {name: scores, op: linear, features: 10}

      """
    #expect(text.contains(right))
    try withScratchFolder { folder in
      let file = "\(folder)/typo.yaml"
      try Data(text.replacing(right, with: wrong, maxReplacements: 1).utf8).write(to: URL(filePath: file))
      let verdict = try #require(try SchemaValidator.verdicts(on: [file]).first)
      #expect(verdict.word == .wrong)
      #expect(verdict.complaints.count == complaints.count, "\(verdict)")
      for complaint in complaints { #expect(verdict.description.contains(complaint), "\(verdict)") }
    }
  }

  // MARK: Files

  private static func files(below folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: "\(Repository.root)/\(folder)")
      .filter { $0.hasSuffix(".yaml") }.sorted().map { "\(Repository.root)/\(folder)/\($0)" }
  }

  private static func pages() throws -> [(name: String, text: String)] {
    try FileManager.default.subpathsOfDirectory(atPath: "\(Repository.root)/docs")
      .filter { $0.hasSuffix(".md") }.sorted().map {
        ($0.replacing("/", with: "-"), try String(contentsOfFile: "\(Repository.root)/docs/\($0)", encoding: .utf8))
      }
  }

  /// The blocks that are whole files and not shown as wrong, by the heading `Fails` or by `yaml fails=CODE`.
  private static func rightBlocks(of page: String) -> [String] {
    var blocks: [String] = []
    var open: [Substring]?
    var isFailing = false
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if open == nil, line.hasPrefix("## ") { isFailing = line == "## Fails" || line.hasSuffix("that fails") }
      if let lines = open, line == "```" {
        let isFile = lines.first { !$0.isEmpty && !$0.hasPrefix("#") }?.hasPrefix("espalier:") == true
        // A device's file is none of the language.
        let isDevice = lines.contains { $0.hasPrefix("device: ") }
        if isFile, !isDevice { blocks.append(lines.joined(separator: "\n") + "\n") }
        open = nil
      } else if open != nil {
        open?.append(line)
      } else if line == "```yaml", !isFailing {
        open = []
      }
    }
    return blocks
  }
}

private func withScratchFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path())
}
