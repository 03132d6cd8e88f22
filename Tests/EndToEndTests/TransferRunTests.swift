import Foundation
import Testing

/// `search --from`: a search that starts from what another one has learnt (parsec.md, section 6).
struct TransferRunTests {
  private static func search(_ space: String) -> [String] {
    [
      "search", "spaces/\(space).yaml", "--method", "parsec", "--data", "digits", "--limit", "64", "--target", "2M",
      "--train-epochs", "0", "--recipe",
    ]
  }
  /// Large steps, so that few of them move the distribution.
  private static let recipe = """
    recipe: 1
    schedule: {epochs: 3, warm-up: 1, batch: 32}
    draws: {fixed: 2}
    distribution: {joint-rate: 0.5, factorised-rate: 0.5}
    """

  private func start(_ run: String) throws -> String? {
    let definition = try object(try String(contentsOfFile: "\(run)/run.json", encoding: .utf8))
    return (definition["start"] as? [String: Any])?["checksum"] as? String
  }

  @Test func `a distribution is carried over to a deeper network, and the first run may go`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write(Self.recipe, to: "recipe.yaml", in: folder)
      let (cold, deep) = ("\(folder)/cold", "\(folder)/deep")
      let first = try Executable.run(Self.search("mini-darts") + [recipe, "--out", cold])
      try #require(first.status == 0, "\(first.errors)")
      #expect(try start(cold) == nil && !FileManager.default.fileExists(atPath: "\(cold)/start.json"))
      let learnt = try object(try String(contentsOfFile: "\(cold)/result.json", encoding: .utf8))
      let entropy = try #require(learnt["entropy"] as? Double)
      #expect(entropy < 49.5, "the search has learnt something")
      let second = try Executable.run(Self.search("mini-darts-deep") + [recipe, "--from", cold, "--out", deep])
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
      let recipe = try write(Self.recipe, to: "recipe.yaml", in: folder)
      let run = "\(folder)/run"
      try #require(try Executable.run(Self.search("digits") + [recipe, "--out", run]).status == 0)
      func expect(_ arguments: [String], _ words: String...) throws {
        let outcome = try Executable.run(
          ["search"] + arguments + ["--data", "digits", "--target", "2M", "--out", "\(folder)/other"])
        #expect(outcome.status != 0 && outcome.output.isEmpty)
        for word in words { #expect(outcome.errors.contains(word), "\(word) in \(outcome.errors)") }
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/other"), "nothing was begun")
      }
      try expect(
        ["spaces/mini-darts.yaml", "--from", run], "the distribution of '\(run)' does not fit 'mini-darts': ",
        "the stored distribution has no decision 'normal.n1.slot1.from'")
      let learnt = "\(run)/distribution.json"
      let text = try String(contentsOfFile: learnt, encoding: .utf8)
      func changed(_ old: String, _ new: String) throws -> String {
        try write(text.replacingOccurrences(of: old, with: new), to: "changed.json", in: folder)
      }
      let digits = ["spaces/digits.yaml", "--from"]
      try expect(
        digits + [try changed("s1.channels", "s1.chanels")], "has no decision 's1.channels'",
        "help: it has 's1.chanels', which the space has not")
      try expect(
        digits + [try changed("swish", "gelu")], "decision 's1.activation' has the options {relu, swish} in the space",
        "{relu, gelu}")
      try expect(digits + [try changed("groups", "grops")], "holds no distribution")
      try expect(digits + ["\(folder)/none"], "is not a run")
      try expect(digits + [run, "--method", "random"], "'random' learns no distribution")
      let factorised = try write("recipe: 1\ndistribution: {form: factorised}\n", to: "factorised.yaml", in: folder)
      try expect(digits + [run, "--recipe", factorised], "is grouped as {s1.channels}", "a joint distribution starts")
      let softened = try write("recipe: 1\ndistribution: {softening: 0.5}\n", to: "softened.yaml", in: folder)
      try expect(["spaces/digits.yaml", "--recipe", softened], "softens 'distribution.from', and there is none")
      try FileManager.default.removeItem(atPath: learnt)
      try expect(digits + [run], "has no distribution yet", "espalier resume \(run)")
    }
  }

  @Test func `a start is softened, and seen from its recipe`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write(Self.recipe, to: "recipe.yaml", in: folder)
      try #require(try Executable.run(Self.search("digits") + [recipe, "--out", "\(folder)/cold"]).status == 0)
      let softened = try write(
        Self.recipe.replacing("rate: 0.5}", with: "rate: 0.5, from: cold, softening: 0.5}"), to: "softened.yaml",
        in: folder)
      let outcome = try Executable.run(Self.search("digits") + [softened, "--out", "\(folder)/warm"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let learnt = try object(try String(contentsOfFile: "\(folder)/cold/result.json", encoding: .utf8))
      let start = try #require(outcome.output.firstMatch(of: /seed 1: ([0-9.]+) nats/))
      let (entropy, before) = (try #require(Double(start.1)), try #require(learnt["entropy"] as? Double))
      #expect(entropy > before && entropy < 20.35)
    }
  }
}
