import Foundation
import TestSupport
import Testing

/// Networks near another one, crossings and weighted draws, as a user asks for them.
struct MoveTests {
  private static let space = "spaces/nasbench201.yaml"
  private static let condition = "cell.n1.in != none"

  /// By name, what each network that a command prints decides.
  private static func networks(_ arguments: [String]) throws -> [[String: String]] {
    let outcome = try Executable.run(["sample", space, "--json"] + arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try outcome.output.split(separator: "\n").map { line in
      try #require(try object(String(line))["decisions"] as? [String: String])
    }
  }

  private static func distance(_ a: [String: String], _ b: [String: String]) -> Int {
    a.count { b[$0.key] != nil && b[$0.key] != $0.value }
  }

  /// Files of the networks with these numbers.
  private static func withNetworks(_ numbers: [Int], _ body: ([String]) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let files = numbers.map { "\(folder)/\($0).yaml" }
      for (number, file) in zip(numbers, files) {
        try #require(try Executable.run("unrank", space, String(number), "-o", file).status == 0)
      }
      try body(files)
    }
  }

  @Test func `neighbours are counted, drawn and listed`() throws {
    try Self.withNetworks([7123]) { files in
      let near = ["--near", files[0], "--where", Self.condition]
      let count = try object(try Executable.run(["count", Self.space, "--json", "--distance", "1..2"] + near).output)
      let table = try #require(count["near"] as? [String: Any])
      #expect(table["is_member"] as? Bool == true)
      let rows = try #require(table["distances"] as? [[String: Any]])
      // Five edges have four other operations, the first three: the sums of products of these.
      #expect(rows.map { $0["networks"] as? String } == ["23", "220"])
      let parent = try Self.networks(["--from", "7123", "-n", "1"])[0]
      let all = try Self.networks(near + ["--distance", "..2", "--from", "0"])
      #expect(all.count == 243 && Set(all).count == 243)
      #expect(all.allSatisfy { (1...2).contains(Self.distance($0, parent)) && $0["cell.n1.in"] != "none" })
      let drawn = try Self.networks(near + ["--distance", "2", "-n", "20", "--distinct"])
      #expect(Set(drawn).count == 20 && drawn.allSatisfy { Self.distance($0, parent) == 2 })
      let none = try Executable.run(["sample", Self.space, "--distance", "7"] + near)
      #expect(none.status == 1 && none.errors.contains("'espalier count --near' says how many"), "\(none.errors)")
    }
  }

  @Test func `mutations and crossings stay inside, and are no parents`() throws {
    try Self.withNetworks([1, 15_624]) { files in
      let parents = try [1, 15_624].map { try Self.networks(["--from", String($0), "-n", "1"])[0] }
      let mutations = try Self.networks(
        ["--near", files[1], "--rate", "0.1", "-n", "40", "--where", Self.condition])
      #expect(mutations.allSatisfy { $0["cell.n1.in"] != "none" && $0 != parents[1] })
      let crossings = try Self.networks(["--cross", files[0], "--cross", files[1], "--from", "0"])
      #expect(Set(crossings).count == 62)
      for child in crossings {
        #expect(!parents.contains(child))
        #expect(child.allSatisfy { $0.value == parents[0][$0.key] || $0.value == parents[1][$0.key] })
      }
    }
  }

  @Test func `the distribution of a run is drawn from, its groups kept together`() throws {
    try withTemporaryFolder { folder in
      // As a run stores it: all but one combination of the last owner are nearly impossible.
      let space = try object(try Executable.run("compile", Self.space, "--emit", "json").output)
      let decisions = try #require(space["decisions"] as? [[String: Any]])
      let groups = ["cell.n1", "cell.n2", "cell.n3"].map { owner -> [String: Any] in
        let own = decisions.filter { $0["owner"] as? String == owner }
        var logits: [Any] = (0..<own.reduce(1) { $0 * (($1["options"] as? [String])?.count ?? 1) }).map { _ in -60.0 }
        if owner == "cell.n3" { (logits[7], logits[0]) = (0.0, NSNull()) }
        return [
          "name": owner, "logits": logits,
          "decisions": own.map { ["name": $0["name"] ?? "", "options": $0["options"] ?? []] },
        ]
      }
      let data = try JSONSerialization.data(withJSONObject: ["groups": groups])
      try data.write(to: URL(filePath: "\(folder)/distribution.json"))
      for path in [folder, "\(folder)/distribution.json"] {
        let drawn = try Self.networks(["--weights", path, "-n", "30"])
        // Combination 7 of 5 x 5 x 5.
        let last = drawn.map {
          ["cell.n3.in", "cell.n3.n1", "cell.n3.n2"].map { [network = $0] name in network[name] }
        }
        #expect(last.allSatisfy { $0 == ["none", "skip_connect", "nor_conv_1x1"] })
        #expect(Set(drawn).count > 20)
      }
      // What the distribution hardly ever draws can be asked for all the same.
      let rare = try Self.networks(["--weights", folder, "-n", "5", "--where", "cell.n3.in == avg_pool_3x3"])
      #expect(rare.allSatisfy { $0["cell.n3.in"] == "avg_pool_3x3" })
      let costs = try object(
        try Executable.run(
          "costs", Self.space, "--weights", folder, "--json", "--where", "cell.n3.in == avg_pool_3x3"
        ).output)
      let expected = try #require(costs["expected"] as? [String: Any])
      let mass = try #require((expected["probability"] as? [String: Double])?["least"])
      // 25 of 125 combinations at e^-60 each.
      #expect(abs(mass / (25 * exp(-60)) - 1) < 1e-12)
    }
  }

  @Test(arguments: [
    (["--weights", "a.json"], 2, "'a.json' cannot be read"),
    (["--near", "docs/examples/spos-323m.yaml"], 1, "is a network of another space than 'spaces/nasbench201.yaml'"),
    (["--near", "spaces/spos.yaml"], 1, "'spaces/spos.yaml' is a space"),
    (["--distance", "2"], 2, "add '--near'"), (["--cross", "a.yaml"], 2, "give it twice"),
    (["--near", "a.yaml", "--rate", "2"], 2, "'2' is not a probability from 0 to 1"),
    (["--near", "a.yaml", "--rate", "0.5", "--distance", "1"], 2, "use one"),
    (["--near", "a.yaml", "--measure", "decisions"], 2, "use one"),
    (["--weights", "a.json", "--distinct"], 2, "leave out '--measure', '--weights' and '--rate'"),
    (["--weights", "docs/examples/spos-323m.yaml"], 1, "is no distribution of a run, and no JSON object"),
  ])
  func `a wrong option is told with what is right`(arguments: [String], status: Int32, words: String) throws {
    let outcome = try Executable.run(["sample", Self.space] + arguments)
    #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test(arguments: [
    ("{\"cell.n9\": {\"none\": 1}}", "'cell.n9', which is no decision of 'nasbench201'"),
    ("{\"cell.n1.in\": {\"conv\": 1}}", "'conv', which is no option of 'cell.n1.in': none, skip_connect"),
    ("{\"cell.n1.in\": {\"none\": -1}}", "a weight below 0"), ("{\"cell.n1.in\": {\"none\": 0}}", "the weight 0"),
    ("{\"cell.n1.in\": {\"none\": 1}}", "has a weight above 0"),
  ])
  func `weights that do not fit are told apart`(text: String, words: String) throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/weights.json"
      try Data(text.utf8).write(to: URL(filePath: file))
      let outcome = try Executable.run("sample", Self.space, "--weights", file, "--where", Self.condition)
      #expect(outcome.status == 1 && outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test func `decisions are drawn evenly within budgets`() throws {
    let drawn = try Executable.run(
      "sample", Self.space, "--measure", "decisions", "--where", "macs <= 20M", "-n", "30", "--json")
    #expect(drawn.status == 0)
    for line in drawn.output.split(separator: "\n") {
      #expect(try #require(try object(String(line))["macs"] as? Int) <= 20_000_000)
    }
  }

  @Test func `a budget that is too tight names the network that is nearest to it`() throws {
    let outcome = try Executable.run("sample", "spaces/spos.yaml", "--where", "macs <= 200M")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("raise the limit to 270,359,360 MACs (70,359,360 more)\n"))
    #expect(outcome.errors.contains("note: a network with 270,359,360 MACs:\n  s1[1].candidate: "))
  }
}
