import Foundation
import TestSupport

/// Tests/Schema/validate.py: Python's jsonschema, which knows nothing of this compiler.
enum SchemaValidator {
  struct Verdict: CustomStringConvertible {
    enum Word: String {
      case right
      case wrong
      /// No YAML.
      case unreadable
    }
    let path: String
    let word: Word
    let complaints: [String]

    var description: String { "\(path): \(word.rawValue) \(complaints.joined(separator: "; "))" }
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// `make validator` makes the first where the machine's own python3 lacks a module.
  private static let interpreters = ["\(Repository.root)/.build/validator/bin/python", "python3"]

  private static let interpreter = interpreters.first { (try? run($0, ["-c", "import jsonschema, yaml"], "")) != nil }

  static var isThere: Bool { interpreter != nil }

  /// One for each file, in their order.
  static func verdicts(on files: [String]) throws -> [Verdict] {
    guard let interpreter else { throw Failure(description: "no validator") }
    let script = "\(Repository.root)/Tests/Schema/validate.py"
    let schema = "\(Repository.root)/grammar/space.schema.json"
    let answer = try run(interpreter, [script, schema], files.joined(separator: "\n"))
    let verdicts = try answer.split(separator: "\n").map { line in
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3, let word = Verdict.Word(rawValue: parts[1]) else {
        throw Failure(description: "no verdict: \(line)")
      }
      return Verdict(
        path: parts[0], word: word, complaints: parts[2].isEmpty ? [] : parts[2].components(separatedBy: " | "))
    }
    guard verdicts.map(\.path) == files else { throw Failure(description: "a verdict is missing: \(answer)") }
    return verdicts
  }

  /// What a process writes; it reads a text. Files, not pipes: a full pipe would hang both.
  private static func run(_ program: String, _ arguments: [String], _ input: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let names = ["input", "output", "errors"].map { folder.appending(path: $0) }
    for name in names { try Data((name == names[0] ? input : "").utf8).write(to: name) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(filePath: Repository.root)
    process.standardInput = try FileHandle(forReadingFrom: names[0])
    process.standardOutput = try FileHandle(forWritingTo: names[1])
    process.standardError = try FileHandle(forWritingTo: names[2])
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: try String(contentsOf: names[2], encoding: .utf8))
    }
    return try String(contentsOf: names[1], encoding: .utf8)
  }
}
