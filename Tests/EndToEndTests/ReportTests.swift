import Foundation
import TestSupport
import Testing

struct ReportTests {
  private func document(_ path: String) throws -> MarkupDocument {
    try MarkupDocument(try String(contentsOfFile: path, encoding: .utf8))
  }

  @Test func `a finished run becomes one page with its answer, network, comparison and recipe`() throws {
    try withTemporaryFolder { folder in
      _ = try SearchRun.start(in: folder)
      let before = try SearchRun.files(of: "\(folder)/run")
      let outcome = try Executable.run("report", "\(folder)/run")
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      #expect(outcome.output.hasPrefix("wrote \(folder)/run/report.html ("))
      let page = try document("\(folder)/run/report.html")
      #expect(page.complaints == [])
      #expect(page.all(class: "kicker").first?.text.hasSuffix("finished") == true)
      let result = try object(try String(contentsOfFile: "\(folder)/run/result.json", encoding: .utf8))
      let rows = page.all("tr").map(\.text)
      for case let network as [String: Any] in try #require(result["networks"] as? [Any]) {
        let label = try #require(network["label"] as? String)
        let accuracy = try #require((network["result"] as? [String: Any])?["accuracy"] as? Double)
        #expect(rows.contains { $0.hasPrefix(label) && $0.contains(String(format: "%.2f", accuracy * 100)) })
      }
      // Every decision has a map, every chosen option a mark, and the recipe every setting.
      #expect(page.all(class: "decision").count == 20 && page.all(class: "chosen-row").count == 20)
      #expect(rows.contains("samples.adaptive.lambda0.25") && rows.contains("seed1"))
      #expect(page.all("summary").map(\.text).contains("space/digits.yaml"))
      let operations = page.all(class: "operation").map(\.text)
      for part in ["images1 × 8 × 8", "global pool", "linear10 × 1 × 1", "output10 × 1 × 1"] {
        #expect(operations.contains { $0.hasSuffix(part) || $0.contains(part) }, "\(part) in \(operations)")
      }
      let again = try Executable.run("report", "\(folder)/run", "--out", "\(folder)/other.html")
      #expect(again.status == 0)
      var after = try SearchRun.files(of: "\(folder)/run")
      #expect(after.removeValue(forKey: "report.html") == (try Data(contentsOf: URL(filePath: "\(folder)/other.html"))))
      #expect(after == before, "a report changes nothing in the run")
    }
  }

  @Test func `a run has a page while it works and after it was killed`() throws {
    try withTemporaryFolder { folder in
      _ = try SearchRun.killed(in: folder, after: 3) {
        let outcome = try Executable.run("report", "\(folder)/run", "--out", "\(folder)/working.html")
        #expect(outcome.status == 0)
      }
      let working = try document("\(folder)/working.html")
      #expect(working.complaints == [] && working.all(class: "kicker").first?.text.hasSuffix("searching") == true)
      #expect(try Executable.run("report", "\(folder)/run").status == 0)
      let stopped = try document("\(folder)/run/report.html")
      #expect(stopped.all(class: "kicker").first?.text.hasSuffix("stopped while searching") == true)
      #expect(stopped.all(class: "answer").first?.text.hasPrefix("This run has no answer yet") == true)
      #expect(stopped.all("section").compactMap { $0.attributes["id"] } == ["progress", "recipe"])
    }
  }

  @Test func `what was recorded by an older version or is not there yet is left out`() throws {
    try withTemporaryFolder { folder in
      _ = try SearchRun.start(in: folder)
      try FileManager.default.removeItem(atPath: "\(folder)/run/run.sqlite")
      #expect(try Executable.run("report", "\(folder)/run").status == 0)
      let last = try document("\(folder)/run/report.html")
      #expect(last.all(class: "decision").count == 20)
      for file in ["distribution.json", "progress.json", "result.json", "architecture.yaml"] {
        try FileManager.default.removeItem(atPath: "\(folder)/run/\(file)")
      }
      #expect(try Executable.run("report", "\(folder)/run").status == 0)
      let page = try document("\(folder)/run/report.html")
      #expect(page.complaints == [] && page.all("section").compactMap { $0.attributes["id"] } == ["recipe"])
    }
  }

  @Test func `what is no run, or one that was changed, is told`() throws {
    try withTemporaryFolder { folder in
      #expect(try Executable.run("report", "\(folder)/none").errors.contains("is not a run: it has no 'run.json'"))
      _ = try SearchRun.start(in: folder)
      let log = URL(filePath: "\(folder)/run/run.sqlite")
      let steps = try Data(contentsOf: log)
      try steps.prefix(steps.count / 2).write(to: log)
      let damaged = try Executable.run("report", "\(folder)/run")
      #expect(damaged.status == 2 && damaged.errors.contains("run.sqlite' is damaged"), "\(damaged.errors)")
      try steps.write(to: log)
      let space = try String(contentsOfFile: "\(folder)/run/space/digits.yaml", encoding: .utf8)
      _ = try write(
        space.replacingOccurrences(of: "classes: 10", with: "classes: 11"), to: "run/space/digits.yaml", in: folder)
      let changed = try Executable.run("report", "\(folder)/run")
      #expect(changed.status == 2 && changed.errors.contains("it has another hash"), "\(changed.errors)")
    }
  }
}
