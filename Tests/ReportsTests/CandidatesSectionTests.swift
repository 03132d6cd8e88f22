import TestSupport
import Testing

@testable import Reports

struct CandidatesSectionTests {
  /// Three uniform draws, then six candidates of the origin.
  private static func story(_ origin: RunStory.Candidate.Origin) -> RunStory {
    var story = SampleStory.full()
    story.validation = .candidates(.accuracy)
    for (number, place) in story.steps.indices.suffix(9).enumerated() {
      let isFirst = number < 3
      story.steps[place].candidate = RunStory.Candidate(
        stage: 0, generation: isFirst ? 0 : 1, origin: isFirst ? .random : origin, score: isFirst ? 0.25 : 0.5)
    }
    return story
  }

  @Test(arguments: RunStory.Candidate.Origin.allCases)
  func `candidates of every origin are points of both charts and a column of the table`(
    origin: RunStory.Candidate.Origin
  ) throws {
    let section = try #require(candidatesSection(of: Self.story(origin)))
    let page = try MarkupDocument("<div>\(section.body)</div>")
    let points = page.all(class: "cloud").map { ($0.attributes["d"] ?? "").count { $0 == "M" } }
    #expect(points.reduce(0, +) == 2 * 9, "\(points)")
    let spots = page.all(class: "spot").compactMap { $0.attributes["class"] }
    #expect(Set(spots).count == (origin == .random ? 1 : 2), "two origins are told apart: \(spots)")
    // Of those that are there, and no others.
    let columns = page.all("th").count { $0.attributes["scope"] == "col" }
    #expect(columns == (origin == .random ? 6 : 7))
    let rows = Array(page.all("tr").map(\.text).suffix(2))
    let scores = [0.25, 0.5].map { String(repeating: $0.fixed(4), count: 3) }
    let counts = origin == .random ? ["033", "166"] : ["0330", "1606"]
    #expect(rows == [counts[0] + scores[0], counts[1] + scores[1]])
  }
}
