import Foundation
import TestSupport
import Testing

/// docs/papers.md names the place of each paper, and each paper that the code cites.
struct DocumentationPapersTests {
  @Test func `every place on the page of papers exists`() throws {
    let page = try DocumentationPage(path: "docs/papers.md")
    let places = page.prose.flatMap { PaperPlace.all(in: $0) }
    // As many as there are rows, about: the page has not become empty.
    #expect(places.count > 60)
    for place in places { #expect(try place.complaint() == nil, "\(place)") }
  }

  @Test func `every paper that a source or a space cites is on the page of papers`() throws {
    let known = try identifiers(in: "docs/papers.md")
    var cited: [String: String] = [:]
    for folder in ["Sources", "spaces"] {
      for case let file as String in FileManager.default.enumerator(atPath: "\(Repository.root)/\(folder)") ?? .init() {
        let path = "\(folder)/\(file)"
        guard file.wholeMatch(of: /.*\.(swift|h|cpp|inc|c|py|yaml)/) != nil else { continue }
        for identifier in try identifiers(in: path) { cited[identifier] = path }
      }
    }
    #expect(cited.count > 30)
    for (identifier, path) in cited { #expect(known.contains(identifier), "\(path): arXiv \(identifier)") }
  }

  private func identifiers(in path: String) throws -> Set<String> {
    let text = try String(contentsOfFile: "\(Repository.root)/\(path)", encoding: .utf8)
    return Set(text.matches(of: /(?:arXiv |abs\/)([0-9]{4}\.[0-9]{4,5})/).map { String($0.output.1) })
  }

  @Test func `a place that is not there is found`() throws {
    let line = "| A | `squeeze_excite`, `Adam.x` | `Distributions/Adam.swift`, `none` in `Distributions/None.swift` |"
    #expect(PaperPlace.all(in: line).map(\.path) == ["Distributions/Adam.swift", "Distributions/None.swift"])
    #expect(PaperPlace.all(in: line).map(\.name) == [nil, "none"])
    #expect(PaperPlace.all(in: "`A` of [x](y.md), `Adam.swift`").map(\.path) == ["Adam.swift"])
    func complaint(_ line: String) throws -> String? { try PaperPlace.all(in: line).first?.complaint() }
    #expect(try complaint("`Adam` in `Distributions/Adam.swift`") == nil)
    #expect(try complaint("`Datasets/Files`") == nil)
    #expect(try complaint("`Adam.swift`") == "there is no Adam.swift")
    #expect(try complaint("`Eve` in `Distributions/Adam.swift`") == "Distributions/Adam.swift has no Eve")
  }
}

/// A file or folder that a page names in code, below Sources or in the repository: `Search/Methods`; with what it is
/// said to hold, in "`hingeCost` in `Distributions/ImportanceWeights.swift`".
struct PaperPlace: CustomStringConvertible {
  let path: String
  let name: String?

  var description: String { path }

  static func all(in line: String) -> [PaperPlace] {
    line.matches(of: /(?:`([A-Za-z]+)` in )?`([^`\s]+)`/).compactMap { match in
      let path = String(match.output.2)
      let isPath = path.contains("/") || path.hasSuffix(".swift") || path.hasSuffix(".md") || path.hasSuffix(".yaml")
      return isPath ? PaperPlace(path: path, name: match.output.1.map { String($0) }) : nil
    }
  }

  /// What is wrong; nil: nothing.
  func complaint() throws -> String? {
    let found = ["\(Repository.root)/Sources/\(path)", "\(Repository.root)/\(path)"]
      .first { FileManager.default.fileExists(atPath: $0) }
    guard let found else { return "there is no \(path)" }
    guard let name else { return nil }
    let words = try String(contentsOfFile: found, encoding: .utf8).matches(of: /[A-Za-z]+/)
    return words.contains { $0.output == name } ? nil : "\(path) has no \(name)"
  }
}
