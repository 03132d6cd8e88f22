import Foundation
import TestSupport
import Testing

/// The folder of several seeds, as the commands that take a run meet it.
struct SeedFolderTests {
  private static let search = [
    "search", "spaces/digits.yaml", "--data", "digits", "--epochs", "1", "--train-epochs", "1", "--random", "1",
    "--limit", "64", "--seeds", "3,1,2", "--out",
  ]

  @Test func `status tells each seed, resume goes on with what is not finished`() throws {
    try withTemporaryFolder { folder in
      let runs = "\(folder)/runs"
      let search = try Executable.run(Self.search + [runs])
      try #require(search.status == 0, "\(search.errors)")
      let before = try [1, 2, 3].map { try SearchRun.files(of: "\(runs)/seed-\($0)") }
      let finished = try Executable.run("status", runs)
      #expect(finished.output.contains("3 of 3 seeds finished"), "\(finished.output)\(finished.errors)")
      #expect(finished.output.hasSuffix(search.output), "the comparison of the search, of which nothing has changed")
      // One was stopped, one not begun.
      try FileManager.default.removeItem(atPath: "\(runs)/seed-1/result.json")
      try FileManager.default.removeItem(atPath: "\(runs)/seed-2")
      let status = try Executable.run("status", runs)
      #expect(status.output.contains("1 of 3 seeds finished"), "\(status.output)")
      #expect(status.output.contains(/3  finished/) && status.output.contains(/1  stopped while retraining/))
      #expect(status.output.contains(/2  not begun/) && status.output.contains("with: espalier resume \(runs)"))
      let facts = try object(try Executable.run("status", runs, "--json").output)
      #expect((facts["seeds"] as? [[String: Any]])?.compactMap { $0["seed"] as? String } == ["3", "1", "2"])
      let resumed = try Executable.run("resume", runs)
      #expect(resumed.status == 0 && resumed.output == search.output, "\(resumed.errors)")
      for line in ["seed 3: finished before", "seed 1: goes on in \(runs)/seed-1", "seed 2: searching in"] {
        #expect(resumed.errors.contains(line), "\(resumed.errors)")
      }
      #expect(try [1, 2, 3].map { try SearchRun.files(of: "\(runs)/seed-\($0)") } == before)
    }
  }

  @Test func `commands that take one run say which there are, and a report is made of all`() throws {
    try withTemporaryFolder { folder in
      let runs = "\(folder)/runs"
      try #require(try Executable.run(Self.search + [runs]).status == 0)
      for command in [
        ["derive", runs], ["sample", "spaces/digits.yaml", "--weights", runs], ["resume", runs, "--from-start"],
      ] {
        let outcome = try Executable.run(command)
        #expect(outcome.status == 2 && outcome.output.isEmpty, "\(command)")
        #expect(outcome.errors.hasPrefix("error: '\(runs)' holds 3 runs, one for each seed\n"), "\(outcome.errors)")
        #expect(outcome.errors.contains("\(runs)/seed-3, \(runs)/seed-1, \(runs)/seed-2"))
      }
      let again = try Executable.run(Array(Self.search.dropLast(3)) + ["--out", runs])
      #expect(again.status == 2 && again.errors.contains("'\(runs)' exists already"), "\(again.errors)")
      try FileManager.default.removeItem(atPath: "\(runs)/seed-2")
      let report = try Executable.run("report", runs)
      #expect(report.status == 0 && report.output.split(separator: "\n").count == 3, "\(report.errors)")
      let page = try MarkupDocument(try String(contentsOfFile: "\(runs)/report.html", encoding: .utf8))
      #expect(page.complaints.count == 2, "the links to other pages, and nothing else: \(page.complaints)")
      #expect(page.all(class: "kicker").first?.text.hasSuffix("2 of 3 runs finished") == true)
      let links = page.all("a").compactMap { $0.attributes["href"] }.filter { !$0.hasPrefix("#") }
      #expect(links == ["seed-3/report.html", "seed-1/report.html"])
      let rows = page.all("tr").map(\.text)
      #expect(rows.contains { $0.hasPrefix("seed 3finished") } && rows.contains { $0.hasPrefix("seed 2not begun") })
      #expect(rows.contains { $0.hasPrefix("seed 1: searched") } && rows.contains { $0.hasPrefix("mean of found") })
      #expect(page.all(class: "answer").first?.text.hasPrefix("Over 2 seeds the networks that were found") == true)
    }
  }

  @Test func `several seeds do not go into a run`() throws {
    try withTemporaryFolder { folder in
      try #require(try SearchRun.start(in: folder).status == 0)
      let outcome = try Executable.run(Self.search + ["\(folder)/run"])
      #expect(outcome.status == 2 && outcome.errors.contains("'\(folder)/run' exists already"), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run/seeds.json"))
    }
  }
}
