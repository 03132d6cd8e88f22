import Foundation
import TestSupport
import Testing

/// Searches that are held to another cost than multiply-adds.
struct MeasuredSearchTests {
  private static let space = "spaces/digits.yaml"
  private static let short = ["--data", "digits", "--limit", "64", "--epochs", "2", "--train-epochs", "0"]

  /// A table of the digits whose times are made up.
  private static func table(in folder: String, rows: (String) -> Bool = { _ in true }) throws -> String {
    let open = try Executable.run("device", "rows", space, "--name", "phone").output
    let lines = open.split(separator: "\n").enumerated().filter { $0.offset < 3 || rows(String($0.element)) }
    let filled = lines.map { number, line in
      line.replacing("unmeasured", with: "\(line.utf8.count % 50 + number % 7 + 1) us")
    }
    return try write(filled.joined(separator: "\n") + "\n", to: "phone.yaml", in: folder)
  }

  @Test func `every draw is within a band of latency, and the run keeps the table`() throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      let device = ["--device", "phone=\(try Self.table(in: folder))"]
      let searched = try Executable.run(
        ["search", Self.space] + Self.short + device
          + ["--measure", "latency(phone)", "--target", "0.4 ms", "--band", "0.8..1", "--out", run])
      #expect(searched.status == 0, "\(searched.errors)")
      #expect(searched.output.contains("target    400,000 ns on 'phone', every draw within 80 to 100 % of it\n"))
      let chosen = try #require(searched.output.firstMatch(of: /parameters, ([0-9,]+) ns on 'phone' \(/)?.output.1)
      #expect((320_000...400_000).contains(try #require(Int(chosen.filter(\.isNumber)))))
      let recipe = try String(contentsOfFile: "\(run)/recipe.yaml", encoding: .utf8)
      #expect(recipe.contains("  measure: latency(phone)\n  target: 400000 ns\n  band: 0.8..1\n"))
      #expect(
        recipe.hasPrefix(
          "# The recipe of this run, whole: espalier search space/digits.yaml --recipe recipe.yaml --device phone=tables/phone.yaml\n"
        ))
      let rows = try Executable.shell(
        "python3 -c \"import sqlite3; print(sqlite3.connect('\(run)/run.sqlite').execute('SELECT MIN(measured), MAX(measured) FROM draw').fetchall())\""
      )
      let ends = rows.output.matches(of: /[0-9]+/).compactMap { Int($0.output) }
      #expect(ends.count == 2 && ends.allSatisfy { (320_000...400_000).contains($0) }, "\(rows.output)\(rows.errors)")
      // The table may be gone; what the run keeps may not have changed.
      try FileManager.default.removeItem(atPath: "\(folder)/phone.yaml")
      #expect(try Executable.run("report", run).status == 0)
      let text = try String(contentsOfFile: "\(run)/tables/phone.yaml", encoding: .utf8)
      _ = try write(text.replacing("1 us", with: "2 us"), to: "run/tables/phone.yaml", in: folder)
      let changed = try Executable.run("report", run)
      #expect(changed.status == 2 && changed.errors.contains("is not the latency table that the run was begun with"))
    }
  }

  @Test(arguments: [
    (
      ["--measure", "latency(phone)", "--target", "1 us"], 1,
      "is within the target of 1,000 ns on 'phone': the least is"
    ),
    (["--measure", "latency(watch)"], 1, "no latency table of 'watch' is known: there are tables of phone"),
    (
      ["--measure", "latency(phone)", "--target", "5M"], 1,
      "the target of a latency is a time with its unit, such as 5 ms"
    ),
    (["--target", "5 ms"], 1, "a time is the target of a latency"),
    (["--measure", "latency(phone)", "--target", "0 ms"], 2, "'--target' is at least 1 nanosecond, not 0"),
    (["--measure", "latency"], 2, "'latency' is not one of macs, parameters, latency(DEVICE)"),
    (["--device", "gpu"], 2, "'gpu' is not a device: cpu, cuda, cuda:NUMBER, or a latency table NAME=FILE"),
    (["--device", "cpu", "--device", "cuda"], 2, "'--device' says twice where to train"),
    (["--device", "phone=again.yaml"], 2, "'--device' names two tables of 'phone'"),
  ])
  func `what cannot be searched is said before anything is`(words: [String], status: Int32, text: String) throws {
    try withTemporaryFolder { folder in
      let device = ["--device", "phone=\(try Self.table(in: folder))"]
      let outcome = try Executable.run(
        ["search", Self.space] + Self.short + device + words + ["--out", "\(folder)/run"])
      #expect(outcome.status == status && outcome.errors.contains(text), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run/run.json"))
    }
  }

  @Test func `a table that lacks kernels is named with how many`() throws {
    try withTemporaryFolder { folder in
      let table = try Self.table(in: folder) { !$0.contains("swish") }
      let outcome = try Executable.run(
        ["search", Self.space] + Self.short
          + ["--device", "phone=\(table)", "--measure", "latency(phone)", "--out", "\(folder)/run"])
      #expect(outcome.status == 1 && outcome.errors.contains("has no row for a kernel that 'stem'"))
      #expect(outcome.errors.contains(" more kernels of the space have none"), "\(outcome.errors)")
    }
  }
}
