import Foundation
import TestSupport
import Testing

struct AnswerTests {
  @Test(arguments: [["validate"], ["count", "--costs"], ["plan"], ["sample", "-n", "2", "--macs", "1.2M..1.4M"]])
  func `answers about mini-f match the golden file`(command: [String]) throws {
    let outcome = try Executable.run(command + ["spaces/mini-f.yaml"])
    #expect(outcome.status == 0)
    let golden = GoldenCase(root: "\(Repository.root)/Tests/EndToEndTests/Golden", path: "mini-f/\(command[0]).txt")
    try golden.expect(outcome.output, extension: "txt")
  }

  @Test func `count in JSON has exact counts as text`() throws {
    let outcome = try Executable.run("count", "spaces/mini-f.yaml", "--json", "--costs", "--input", "3x32x32")
    let answer = try object(outcome.output)
    #expect(answer["encodings"] as? String == "104485552128")
    #expect(answer["input"] as? String == "3x32x32")
    let joint = try #require((answer["distributions"] as? [String: Any])?["joint"] as? [String: Any])
    #expect(joint["logits"] as? Int == 912)
    let macs = try #require((answer["costs"] as? [String: Any])?["macs"] as? [String: Any])
    #expect(try #require(macs["least"] as? Int) < #require(macs["greatest"] as? Int))
  }

  @Test func `plan and compile in JSON parse and agree on the decisions`() throws {
    let plan = try object(try Executable.run("plan", "spaces/mini-f.yaml", "--json").output)
    let compiled = try object(try Executable.run("compile", "spaces/mini-f.yaml", "--emit", "json").output)
    let decisions = try #require(compiled["decisions"] as? [[String: Any]])
    #expect(decisions.count == 24)
    let names = Set(decisions.compactMap { $0["name"] as? String })
    let layers = try #require(plan["layers"] as? [[String: Any]])
    let shared = layers.flatMap { ($0["sharing"] as? [[String: Any]] ?? []).compactMap { $0["decision"] as? String } }
    #expect(Set(shared) == names)
    let parameters = layers.reduce(0) { $0 + ($1["parameters"] as? Int ?? 0) }
    #expect(parameters == plan["parameters"] as? Int)
  }

  @Test(arguments: ["json", "sarif"])
  func `findings of several files are one document`(format: String) throws {
    try withTemporaryFolder { folder in
      let wrong = try (1...2).map { try write("espalier: 1\nspace: [\n", to: "wrong\($0).yaml", in: folder) }
      let outcome = try Executable.run(["validate", "--format", format, "spaces/mini-f.yaml"] + wrong)
      #expect(outcome.status == 1)
      let document = try object(outcome.output)
      let key = format == "json" ? "diagnostics" : "results"
      let found = (document["runs"] as? [[String: Any]])?.first ?? document
      #expect(try #require(found[key] as? [Any]).count >= 2)
      #expect(wrong.allSatisfy { outcome.output.contains($0) })
    }
  }

  @Test func `the same seed gives the same bytes, and more draws begin with fewer`() throws {
    let arguments = ["sample", "spaces/mini-f.yaml", "--seed", "7", "--json", "-n"]
    let first = try Executable.run(arguments + ["20"]).output
    #expect(try Executable.run(arguments + ["20"]).output == first)
    #expect(first.hasPrefix(try Executable.run(arguments + ["3"]).output))
    let other = try Executable.run("sample", "spaces/mini-f.yaml", "--seed", "8", "--json", "-n", "20").output
    #expect(other != first)
  }

  @Test func `every draw from a band is inside`() throws {
    let outcome = try Executable.run(
      "sample", "spaces/mini-f.yaml", "-n", "200", "--macs", "1.2M..1.4M", "--json")
    let costs = try outcome.output.split(separator: "\n").map { try object(String($0))["macs"] as? Int }
    #expect(costs.count == 200)
    #expect(costs.allSatisfy { (1_200_000...1_400_000).contains($0 ?? 0) })
  }

  /// Fractions, whole numbers, words and booleans.
  @Test func `an architecture made of what JSON says is the network`() throws {
    try withTemporaryFolder { folder in
      _ = try write(
        """
        espalier: 1
        space: fractions
        input: {channels: 3, height: 8, width: 8}
        output: {classes: 10}
        decisions:
          scale: {choose: [0.75, 1.5, 2]}
          wide: {choose: [false, true]}
        network:
          - {name: stem, op: conv, channels: "select(wide, floor(12 * scale), floor(9 * scale))", kernel: 3}
          - {name: act, op: activation, function: {choose: [relu, swish]}}
          - {name: pool, op: global_pool}
          - {name: head, op: linear, features: 10}
        """, to: "space.yaml", in: folder)
      let space = "\(folder)/space.yaml"
      let listed = try Executable.run("sample", space, "--from", "0", "--json")
      let lines = listed.output.split(separator: "\n").map(String.init)
      #expect(lines.count == 12 && lines.contains { $0.contains("\"scale\":0.75") })
      for line in lines {
        let choices = try #require(line.firstMatch(of: /"decisions":(\{.*\})\}/)?.output.1)
        let text = "{\"espalier\": 1, \"architecture\": \"one\", \"of\": \"space.yaml\", \"choices\": \(choices)}\n"
        let number = try Executable.run("rank", space, try write(text, to: "one.yaml", in: folder))
        #expect(number.output == "\(try object(line)["index"] as? String ?? "")\n", "\(number.errors)")
      }
    }
  }

  @Test func `one network is one`() throws {
    let outcome = try Executable.run(
      "sample", "spaces/spos.yaml", "--where", "macs <= 270359360")
    #expect(outcome.errors.contains("drawing from 1 network, the only one in the budget\n"), "\(outcome.errors)")
  }

  @Test func `an architecture is read as a space without decisions`() throws {
    try withTemporaryFolder { folder in
      let drawn = try Executable.run("sample", "spaces/digits.yaml", "--seed", "5").output.split(separator: "\n")
      let costs = try #require(drawn.first).dropFirst("# 0: ".count)
      let choices = drawn.dropFirst().map { "  \($0)\n" }.joined()
      let text = "espalier: 1\narchitecture: drawn\nof: \(Repository.root)/spaces/digits.yaml\nchoices:\n\(choices)"
      let file = try write(text, to: "drawn.yaml", in: folder)
      let valid = try Executable.run("validate", file)
      #expect(valid.output.contains("an architecture with \(drawn.count - 1) decisions bound"))
      #expect(try Executable.run("sample", file).output == "# 0: \(costs), no decisions\n")
      #expect(try Executable.run("count", file).output.contains("nothing is left to search"))
      let plan = try Executable.run("plan", file)
      #expect(plan.status == 0 && !plan.output.contains("Distribution"))
      let search = try Executable.run("search", file, "--data", "digits", "--out", "\(folder)/run")
      #expect(search.status == 1 && search.errors.contains("there is nothing to search"))
    }
  }

  @Test func `a count that is an upper bound says what it bounds`() throws {
    try withTemporaryFolder { folder in
      let space = """
        espalier: 1
        space: chain
        input: {channels: 8, height: 8, width: 8}
        output: {classes: 10}
        network:
          - {stage: s, layers: 3, decide: each, layer: {op: conv, channels: 8, kernel: 3, or: bypass}}
          - {name: pool, op: global_pool}
          - {name: scores, op: linear, features: 10}

        """
      let file = try write(space, to: "chain.yaml", in: folder)
      let outcome = try Executable.run("count", file, "--distinct")
      #expect(outcome.output.contains("distinct   at most 8: parts that can be skips or zeros were counted apart"))
    }
  }

  @Test func `a plan names the groups of its distribution`() throws {
    try withTemporaryFolder { folder in
      let text = try String(contentsOfFile: "\(Repository.root)/spaces/mini-darts.yaml", encoding: .utf8)
        .replacing(
          "distribution: factorised", with: "distribution: {joint: [normal.n1, reduction.n1], rest: factorised}"
        )
        .replacing("factorised_logits: 168", with: "joint_logits: 524")
      let spaces = "\(folder)/spaces"
      try FileManager.default.copyItem(atPath: "\(Repository.root)/spaces", toPath: spaces)
      let file = try write(text, to: "spaces/grouped.yaml", in: folder)
      // A node of the first kind has (2 x 7)^2 combinations instead of 2 * (2 + 7) logits.
      let plan = try Executable.run("plan", file)
      #expect(
        plan.output.contains("Distribution: factorised, and together: normal.n1; reduction.n1, by the file's hint"))
      #expect(plan.output.contains(/joint +524  50.28 nats/), "\(plan.output)\(plan.errors)")
      #expect(try Executable.run("format", "--check", file).errors.isEmpty)
    }
  }

  @Test func `the pages of codes are found from any folder`() throws {
    let outcome = try Executable.run(
      ["explain", "es0019"], environment: ["ESPALIER_DOCS": "\(Repository.root)/docs/diagnostics"])
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("# ES0019: "))
  }
}
