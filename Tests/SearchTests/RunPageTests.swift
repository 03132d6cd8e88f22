import Foundation
import Search
import Supernet
import TestSupport
import Testing

/// docs/runs.md says what is in a run of this version.
struct RunPageTests {
  private static func page(_ name: String) throws -> String {
    try String(contentsOfFile: "\(Repository.root)/docs/\(name).md", encoding: .utf8)
  }

  /// The names of what is stored of a value, which are its keys in JSON.
  private static func fields(_ value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }

  @Test func `the page names the version, every method, every origin and every field of a definition`() throws {
    let page = try Self.page("runs")
    #expect(page.contains("| `version` | Of this format: \(RunDefinition.currentVersion) |"))
    let mixture = SearchMethod.fbnetV2.recipe(epochs: 9, target: nil, initialEntropy: 1)
    let pool = SearchMethod.hurricane.recipe(epochs: 9, target: nil, initialEntropy: 1)
    let parts = try #require(pool.oneShot)
    let values: [Any] = [
      try StoppedRuns.definition(), mixture, try #require(mixture.mixture), parts, parts.prediction, parts.contrast,
      parts.contrast.views, try #require(parts.groups), TrainingRecipe(epochs: 1),
    ]
    let names = values.flatMap(Self.fields)
    #expect(names.count > 90)
    let words = names + SearchMethod.allCases.map(\.rawValue) + Proposal.Origin.allCases.map(\.rawValue)
    for word in words { #expect(page.contains("`\(word)`"), "docs/runs.md does not say what '\(word)' is") }
  }

  @Test func `every file of a run is on a page`() throws {
    let pages = try Self.page("runs") + Self.page("train")
    for file in RunDirectory.File.allCases {
      #expect(pages.contains("`\(file.rawValue)`"), "no page says what '\(file.rawValue)' is")
    }
  }
}
