import Foundation
import TestSupport
import Testing

/// What `status` and `report` say of runs that were stopped, or of which a part is missing or damaged.
struct RunStateTests {
  private static let search = [
    "search", "spaces/digits.yaml", "--data", "digits", "--epochs", "1", "--limit", "64", "--checkpoint-steps", "1",
  ]

  /// A run whose process was ended by a signal when `status` told the state.
  private func withStoppedRun(_ arguments: [String], in state: String, _ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = URL(filePath: try Executable.path())
      process.arguments = Self.search + arguments + ["--out", "\(folder)/run"]
      process.currentDirectoryURL = URL(filePath: Repository.root)
      (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
      try process.run()
      for _ in 0..<600 {
        let facts = try? object(try Executable.run("status", "\(folder)/run", "--json").output)
        if facts?["state"] as? String == state || !process.isRunning { break }
        Thread.sleep(forTimeInterval: 0.1)
      }
      process.terminate()
      process.waitUntilExit()
      try body("\(folder)/run")
    }
  }

  @Test func `a run that was stopped in its training says so, with its epochs`() throws {
    try withStoppedRun(["--train-epochs", "5000", "--random", "1"], in: "retraining") { run in
      let status = try Executable.run("status", run)
      #expect(status.status == 0)
      #expect(status.output.contains(/state +stopped while retraining/), "\(status.output)")
      let row = try #require(status.output.firstMatch(of: /trained +(\d+) of 10,000 epochs, 0 of 2 networks done/))
      #expect(status.output.contains("in the training from scratch, with: espalier resume \(run)"))
      let facts = try object(try Executable.run("status", run, "--json").output)
      #expect(facts["trained_epochs"] as? Int == Int(row.1) && facts["trained_networks"] as? Int == 0)
      #expect(try Executable.run("report", run).status == 0)
      let page = try MarkupDocument(try String(contentsOfFile: "\(run)/report.html", encoding: .utf8))
      let answer = page.all(class: "answer").map(\.text)
      #expect(answer.contains { $0.contains("is not over: \(row.1) of 10,000 epochs") }, "\(answer)")
    }
  }

  @Test func `what is missing or damaged is told beside what is there`() throws {
    try withStoppedRun(["--epochs", "2000", "--train-epochs", "0"], in: "searching") { run in
      func expectStatus(_ status: Int32, _ rows: String...) throws {
        let outcome = try Executable.run("status", run)
        #expect(outcome.status == status, "\(outcome.errors)")
        for row in ["space  ", "stopped while searching"] + rows {
          #expect(outcome.output.contains(row), "\(row) in \(outcome.output)")
        }
        #expect(outcome.errors.split(separator: "\n").count == (status == 0 ? 0 : 1), "\(outcome.errors)")
      }
      let folder = "\(run)/checkpoints"
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted {
        $0.localizedStandardCompare($1) == .orderedAscending
      }
      try #require(names.count == 2, "\(names)")
      let whole = try names.map { try Data(contentsOf: URL(filePath: "\(folder)/\($0)")) }
      try whole[1].prefix(whole[1].count / 2).write(to: URL(filePath: "\(folder)/\(names[1])"))
      let older = try #require(Int(names[0].filter(\.isNumber)))
      try expectStatus(0, "after step \(older.formatted()), with", "'\(folder)/\(names[1])' is damaged")
      try Data().write(to: URL(filePath: "\(folder)/\(names[0])"))
      try expectStatus(2, "not from where it was; searches again with: espalier resume \(run) --from-start")
      for (name, contents) in zip(names, whole) { try contents.write(to: URL(filePath: "\(folder)/\(name)")) }
      let log = try Data(contentsOf: URL(filePath: "\(run)/run.sqlite"))
      for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(run)/run.sqlite\(ending)") }
      try log.prefix(6000).write(to: URL(filePath: "\(run)/run.sqlite"))
      try expectStatus(2, "'\(run)/run.sqlite' is damaged", "--from-start")
      for file in ["run.sqlite", "recipe.yaml"] { try FileManager.default.removeItem(atPath: "\(run)/\(file)") }
      try expectStatus(0, " recipe.yaml\n", " run.sqlite\n", "--from-start")
      try FileManager.default.removeItem(atPath: "\(run)/run.json")
      let none = try Executable.run("status", run)
      #expect(none.status == 2 && none.errors.contains("it has no 'run.json'"), "\(none.errors)")
    }
  }

  @Test func `baselines have no entropy of a distribution`() throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      let outcome = try Executable.run(
        Self.search + ["--method", "random", "--epochs", "4", "--train-epochs", "0", "--out", run])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let status = try Executable.run("status", run)
      #expect(!status.output.contains("entropy") && status.output.contains("samples"), "\(status.output)")
      #expect(try Executable.run("report", run).status == 0)
      let html = try String(contentsOfFile: "\(run)/report.html", encoding: .utf8)
      #expect(html.contains("Cost against score") && !html.contains("og likelihood") && !html.contains("Entropy"))
      #expect(html.contains("The answer is the network with the best score"))
    }
  }
}
