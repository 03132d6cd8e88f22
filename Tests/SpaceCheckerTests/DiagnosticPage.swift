import Foundation
import TestSupport

/// A page under `docs/diagnostics`, and the YAML examples in it.
struct DiagnosticPage: CustomStringConvertible {
  let code: String
  let text: String

  var description: String { code }

  init(code: String) throws {
    self.code = code
    text = try String(contentsOf: URL(filePath: "\(Self.folder)/\(code).md"), encoding: .utf8)
  }

  static var folder: String { "\(Repository.root)/docs/diagnostics" }

  /// The codes of the checker and the compiler, as their sources list them.
  static func codesInSources() throws -> Set<String> {
    let files = [
      "SpaceChecker/CheckDiagnostic.swift", "SpaceChecker/LintDiagnostic.swift",
      "SpaceCompiler/CompileDiagnostic.swift",
    ]
    return try files.reduce(into: []) { codes, file in
      let source = try String(contentsOf: URL(filePath: "\(Repository.root)/Sources/\(file)"), encoding: .utf8)
      codes.formUnion(source.matches(of: /"(ES[0-9]{4})"/).map { String($0.output.1) })
    }
  }

  /// Codes with a page whose finding nothing reports yet: the requirement of a block (ES2303), and what the analysis of
  /// requirements finds.
  static let awaited: Set<String> = []

  /// The codes from ES1000 on that have a page; those below are the parser's, and ES5 and ES61 are about other files.
  static func codesWithPages() throws -> Set<String> {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".md") }
    return Set(
      names.map { String($0.dropLast(3)) }.filter { $0 >= "ES1" && !$0.hasPrefix("ES5") && !$0.hasPrefix("ES61") })
  }

  /// The example under a heading.
  func example(under heading: String) -> String? {
    let section = text.components(separatedBy: "\n## \(heading)\n").dropFirst().first
    return section?.components(separatedBy: "```yaml\n").dropFirst().first?.components(separatedBy: "```").first
  }
}
