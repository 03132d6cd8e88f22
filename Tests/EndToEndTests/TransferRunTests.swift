import Foundation
import Testing

/// `search --from`: a search that starts from what another one has learnt (parsec.md, section 6).
struct TransferRunTests {
  private static let cold = [
    "search", "spaces/mini-darts.yaml", "--method", "parsec", "--data", "digits", "--limit", "64", "--train-epochs",
    "0",
    "--recipe",
  ]
  /// Large steps, so that few of them move the distribution.
  private static let recipe = """
    recipe: 1
    schedule: {epochs: 3, warm-up: 1, batch: 32}
    draws: {fixed: 2}
    distribution: {factorised-rate: 0.5}
    """

  private func start(_ run: String) throws -> String? {
    let definition = try object(try String(contentsOfFile: "\(run)/run.json", encoding: .utf8))
    return (definition["start"] as? [String: Any])?["checksum"] as? String
  }

  @Test func `a distribution is carried over to a deeper network, and the first run may go`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write(Self.recipe, to: "recipe.yaml", in: folder)
      let (cold, deep) = ("\(folder)/cold", "\(folder)/deep")
      let first = try Executable.run(Self.cold + [recipe, "--out", cold])
      try #require(first.status == 0, "\(first.errors)")
      #expect(try start(cold) == nil && !FileManager.default.fileExists(atPath: "\(cold)/start.json"))
      let learnt = try object(try String(contentsOfFile: "\(cold)/result.json", encoding: .utf8))
      let entropy = try #require(learnt["entropy"] as? Double)
      #expect(entropy < 49.5, "the search has learnt something")
      let arguments = Self.cold.map { $0 == "spaces/mini-darts.yaml" ? "spaces/mini-darts-deep.yaml" : $0 }
      let second = try Executable.run(arguments + [recipe, "--from", cold, "--out", deep])
      try #require(second.status == 0, "\(second.errors)")
      let row = "start     factorised distribution learnt by mini-darts on digits, parsec, seed 1: "
      #expect(second.output.contains("\(row)\(String(format: "%.2f", entropy)) nats"), "\(second.output)")
      try FileManager.default.removeItem(atPath: cold)
      // Goes on, and is repeated by its recipe, from the copy alone.
      let files = try SearchRun.files(of: deep)
      try FileManager.default.removeItem(atPath: "\(deep)/result.json")
      let resumed = try Executable.run("resume", deep)
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try SearchRun.files(of: deep) == files)
      let again = try Executable.run(
        "search", "spaces/mini-darts-deep.yaml", "--recipe", "\(deep)/recipe.yaml", "--out", "\(folder)/again")
      #expect(again.status == 0, "\(again.errors)")
      #expect(try SearchRun.files(of: "\(folder)/again") == files)
      // A start that is not what the run began with is no start.
      try FileManager.default.removeItem(atPath: "\(deep)/result.json")
      _ = try write("{}\n", to: "deep/start.json", in: folder)
      let damaged = try Executable.run("resume", deep)
      #expect(damaged.status == 2 && damaged.errors.contains("start.json' is damaged: it is not what the run began"))
    }
  }

  @Test func `a start that does not fit says which decision it is`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write(Self.recipe + "\n", to: "recipe.yaml", in: folder)
      let run = "\(folder)/run"
      try #require(try Executable.run(Self.cold + [recipe, "--epochs", "2", "--out", run]).status == 0)
      func expect(_ arguments: [String], _ words: String...) throws {
        let outcome = try Executable.run(["search"] + arguments + ["--data", "digits", "--out", "\(folder)/other"])
        #expect(outcome.status != 0 && outcome.output.isEmpty)
        for word in words { #expect(outcome.errors.contains(word), "\(word) in \(outcome.errors)") }
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/other"), "nothing was begun")
      }
      try expect(
        ["spaces/digits.yaml", "--from", run], "the distribution of '\(run)' does not fit 'digits': ",
        "the stored distribution has no decision 's1.channels'")
      let learnt = "\(run)/distribution.json"
      let text = try String(contentsOfFile: learnt, encoding: .utf8)
      func changed(_ old: String, _ new: String) throws -> String {
        try write(text.replacingOccurrences(of: old, with: new), to: "changed.json", in: folder)
      }
      try expect(
        ["spaces/mini-darts.yaml", "--from", try changed("normal.n1.slot1.op", "normal.n1.slott1.op")],
        "has no decision 'normal.n1.slot1.op'", "help: it has 'normal.n1.slott1.op', which the space has not")
      try expect(
        ["spaces/mini-darts.yaml", "--from", try changed("sep_conv_3x3", "sep_conv_4x4")],
        "decision 'normal.n1.slot1.op' has the options {skip_connect, ", "sep_conv_4x4")
      try expect(["spaces/mini-darts.yaml", "--from", try changed("groups", "grops")], "holds no distribution")
      try expect(["spaces/mini-darts.yaml", "--from", "\(folder)/none"], "is not a run")
      try expect(["spaces/mini-darts.yaml", "--from", run, "--method", "random"], "'random' learns no distribution")
      let softened = try write("recipe: 1\ndistribution: {softening: 0.5}\n", to: "softened.yaml", in: folder)
      try expect(["spaces/mini-darts.yaml", "--recipe", softened], "softens 'distribution.from', and there is none")
      try FileManager.default.removeItem(atPath: learnt)
      try expect(["spaces/mini-darts.yaml", "--from", run], "has no distribution yet", "espalier resume \(run)")
    }
  }

  @Test func `a start is softened, and seen from its recipe`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write(Self.recipe, to: "recipe.yaml", in: folder)
      try #require(try Executable.run(Self.cold + [recipe, "--out", "\(folder)/cold"]).status == 0)
      let softened = try write(
        Self.recipe.replacing("0.5}", with: "0.5, from: cold, softening: 0.5}"), to: "softened.yaml", in: folder)
      let outcome = try Executable.run(Self.cold + [softened, "--out", "\(folder)/warm"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let learnt = try object(try String(contentsOfFile: "\(folder)/cold/result.json", encoding: .utf8))
      let start = try #require(outcome.output.firstMatch(of: /seed 1: ([0-9.]+) nats/))
      let (entropy, before) = (try #require(Double(start.1)), try #require(learnt["entropy"] as? Double))
      #expect(entropy > before && entropy < 50.28)
    }
  }
}
