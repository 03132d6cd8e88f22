import Foundation
import Testing

/// What the commands make of a space with requirements.
struct RequirementTests {
  private static func space(_ requirements: [String], expect: String = "") -> String {
    """
    espalier: 1
    space: tied
    input: [{channels: 3, height: 8, width: 8}, {channels: 1, height: 8, width: 8}]
    output: {classes: 10}
    network:
      - {name: a, op: conv, channels: {choose: [8, 16, 24]}, kernel: 3}
      - {name: b, op: conv, channels: {choose: [8, 16, 24]}, kernel: 3}
      - {name: c, op: conv, channels: 8, kernel: {choose: [3, 5]}}
      - {name: pool, op: global_pool}
      - {name: scores, op: linear, features: 10}
    require:

    """ + requirements.map { "  - \($0)\n" }.joined() + expect
  }

  @Test func `count, validate and sample keep conditions`() throws {
    try withTemporaryFolder { folder in
      let file = try write(
        Self.space(["a.channels <= b.channels"], expect: "expect: {encodings: 12, source: 6 x 2}\n"), to: "tied.yaml",
        in: folder)
      #expect(try Executable.run("validate", file).output.contains("valid, 12 networks, 3 decisions"))
      let answer = try object(try Executable.run("count", file, "--json", "--costs", "--members").output)
      #expect(answer["encodings"] as? String == "12")
      let macs = try #require((answer["costs"] as? [String: Any])?["macs"] as? [String: Any])
      let least = try #require(macs["least_member"] as? [String: Any])
      #expect(least["a.channels"] as? Int == 8 && least["b.channels"] as? Int == 8 && least["c.kernel"] as? Int == 3)
      for measure in ["networks", "decisions"] {
        let drawn = try Executable.run("sample", file, "-n", "100", "--json", "--measure", measure)
        var seen: Set<[Int]> = []
        for line in drawn.output.split(separator: "\n") {
          let choices = try #require(try object(String(line))["decisions"] as? [String: Int])
          let (a, b) = (choices["a.channels"] ?? 0, choices["b.channels"] ?? 0)
          #expect(a <= b && a > 0)
          seen.insert([a, b, choices["c.kernel"] ?? 0])
        }
        #expect(seen.count == 12)
      }
    }
  }

  @Test func `budgets are counted and drawn from`() throws {
    try withTemporaryFolder { folder in
      let file = try write(
        Self.space(["a.channels <= b.channels", "macs <= 250k", "parameters <= 4000"]), to: "tied.yaml", in: folder)
      #expect(try Executable.run("validate", file).output.contains("12 networks before budgets"))
      let answer = try object(try Executable.run("count", file, "--json").output)
      let inside = try #require(answer["in_budget"] as? [String: String])
      #expect(inside["least"] == inside["greatest"])
      let drawn = try Executable.run("sample", file, "-n", "200", "--json").output.split(separator: "\n")
      let networks = try drawn.map { try object(String($0)) }
      #expect(
        networks.allSatisfy { ($0["macs"] as? Int ?? .max) <= 250_000 && ($0["parameters"] as? Int ?? .max) <= 4000 })
      let distinct = Set(networks.compactMap { $0["decisions"] as? [String: Int] })
      #expect(String(distinct.count) == inside["least"])
      let decided = try Executable.run("sample", file, "--measure", "decisions", "-n", "200", "--json").output
      let others = try decided.split(separator: "\n").map { try object(String($0))["decisions"] as? [String: Int] }
      #expect(Set(others.compactMap { $0 }) == distinct)
    }
  }

  @Test func `a space without a network says which requirements leave none`() throws {
    try withTemporaryFolder { folder in
      let requirements = ["a.channels < b.channels", "c.kernel == 3", "b.channels < a.channels"]
      let file = try write(Self.space(requirements), to: "empty.yaml", in: folder)
      let drawn = try Executable.run("sample", file)
      #expect(drawn.status == 1)
      #expect(drawn.errors.contains("the requirements 'a.channels < b.channels' and 'b.channels < a.channels' at once"))
    }
  }

  @Test func `a search draws networks that meet the requirements, and answers with one`() throws {
    try withTemporaryFolder { folder in
      let file = try write(
        Self.space(["a.channels <= b.channels", "macs <= 200k"]), to: "tied.yaml", in: folder)
      let run = "\(folder)/run"
      let searched = try Executable.run([
        "search", file, "--data", "digits", "--epochs", "2", "--train-epochs", "1", "--random", "2", "--band", "0.8..1",
        "--where", "c.kernel == 5", "--out", run,
      ])
      #expect(searched.status == 0, "\(searched.errors)")
      #expect(searched.output.contains("every draw within 80 to 100 % of it"))
      #expect(searched.output.contains("where     c.kernel == 5"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(run)/space") == ["tied.yaml"])
      let recipe = try String(contentsOfFile: "\(run)/recipe.yaml", encoding: .utf8)
      #expect(recipe.contains("  band: 0.8..1\n") && recipe.contains("where:\n  - \"c.kernel == 5\"\n"))
      let answer = try object(try Executable.run("count", "\(run)/architecture.yaml", "--json").output)
      #expect(answer["decisions"] as? Int == 0)
      #expect(try String(contentsOfFile: "\(run)/architecture.yaml", encoding: .utf8).contains("kernel: 5"))
      let checked = try Executable.run("validate", "\(run)/architecture.yaml")
      #expect(checked.status == 0, "\(checked.errors)")
      let planned = try Executable.run("plan", file)
      #expect(planned.status == 0)
      #expect(planned.output.contains("entropy and draws are those among the networks that meet the requirements"))
    }
  }

  @Test func `a target that no network meets is refused`() throws {
    let searched = try Executable.run("search", "spaces/digits.yaml", "--data", "digits", "--target", "23679")
    #expect(searched.status == 1)
    #expect(searched.errors.contains("within the target of 23,679 multiply-adds: the least is 23,680"))
    #expect(searched.errors.contains("help: take a target of that or more"))
  }

  @Test func `diff refuses numbers that requirements would change`() throws {
    try withTemporaryFolder { folder in
      let file = try write(Self.space(["a.channels <= b.channels"]), to: "tied.yaml", in: folder)
      let outcome = try Executable.run("diff", file, file)
      #expect(outcome.status == 1 && outcome.errors.contains("has requirements, which 'diff' does not honour yet"))
    }
  }

  @Test func `an architecture over a budget on activations is refused`() throws {
    try withTemporaryFolder { folder in
      // Maps of 24, 24 and 8 channels at 8x8, a pooled one of 8, ten scores.
      let bytes = ((24 + 24 + 8) * 64 + 8 + 10) * 4
      for (bound, status) in [(bytes, Int32(0)), (bytes - 1, 1)] {
        let space = try write(Self.space(["activation_bytes <= \(bound)"]), to: "space.yaml", in: folder)
        let choices = "{a.channels: 24, b.channels: 24, c.kernel: 3}"
        let text = "espalier: 1\narchitecture: wide\nof: \(space)\nchoices: \(choices)\n"
        let file = try write(text, to: "wide.yaml", in: folder)
        #expect(try Executable.run("validate", file).status == status)
      }
    }
  }

  @Test func `validate checks the range that the file expects`() throws {
    try withTemporaryFolder { folder in
      let text = Self.space(["a.channels <= b.channels"], expect: "expect: {greatest_macs: 1, source: a mistake}\n")
      let outcome = try Executable.run("validate", try write(text, to: "tied.yaml", in: folder))
      #expect(outcome.status == 1 && outcome.output.contains("error[ES3001]: the file expects 1 greatest_macs"))
    }
  }

  @Test func `count checks the range that the file expects`() throws {
    try withTemporaryFolder { folder in
      let wrong = "expect: {least_macs: 1, source: a mistake}\n"
      let file = try write(Self.space(["a.channels <= b.channels"], expect: wrong), to: "tied.yaml", in: folder)
      #expect(try Executable.run("count", file).status == 0)
      let outcome = try Executable.run("count", file, "--costs")
      #expect(outcome.status == 1 && outcome.errors.contains("error[ES3001]: the file expects 1 least_macs"))
    }
  }
}
