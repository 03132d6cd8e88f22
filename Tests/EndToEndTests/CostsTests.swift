import Foundation
import TestSupport
import Testing

struct CostsTests {
  @Test func `costs in JSON are exact and add up`() throws {
    let outcome = try Executable.run("costs", "spaces/spos.yaml", "--json", "--members", "--quantiles", "0,50,100")
    let answer = try object(outcome.output)
    #expect(answer["is_exact"] as? Bool == true)
    let networks = try #require(answer["networks"] as? [String: String])
    #expect(networks == ["least": "1099511627776", "greatest": "1099511627776"])
    let bars = try #require(answer["histogram"] as? [[String: Any]])
    let counts = bars.compactMap { ($0["networks"] as? [String: String])?["least"].flatMap(Int.init) }
    #expect(counts.reduce(0, +) == 1_099_511_627_776)
    let quantiles = try #require(answer["quantiles"] as? [[String: Any]])
    let costs = quantiles.compactMap { ($0["cost"] as? [String: Int])?["least"] }
    #expect(costs == [270_359_360, 327_327_936, 398_609_216])
    #expect((answer["least_member"] as? [String: Any])?.count == 20)
    #expect((answer["greatest_member"] as? [String: Any])?.count == 20)
  }

  @Test func `a condition moves the range, and the networks at its ends meet it`() throws {
    let outcome = try Executable.run(
      "costs", "spaces/mini-f.yaml", "--measure", "params", "--where", "macs <= 300k", "--members")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("networks   27,205,632 (2.72e7), within the budgets\n"))
    #expect(outcome.output.contains("\n# 5,162 parameters\ns1.channels: 8\n"))
    #expect(outcome.output.contains("\n# 7,434 parameters\ns1.channels: 8\n"))
  }

  @Test(arguments: [[], ["--pareto", "macs,most:params"]])
  func `a picture is one SVG with what the answer has`(arguments: [String]) throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/costs.svg"
      let outcome = try Executable.run(["costs", "spaces/spos.yaml", "--json", "--svg", file] + arguments)
      let picture = try String(contentsOfFile: file, encoding: .utf8)
      #expect(picture.hasPrefix("<svg xmlns=") && picture.hasSuffix("</svg>\n"))
      #expect(picture.contains("prefers-color-scheme: dark"))
      let answer = try object(outcome.output)
      let bars = try #require(answer["histogram"] as? [Any]).count
      let points = ((answer["front"] as? [String: Any])?["points"] as? [Any])?.count ?? 0
      let marks = picture.components(separatedBy: arguments.isEmpty ? "class=\"bar\"" : "class=\"dot\"").count - 1
      #expect(marks == (arguments.isEmpty ? bars : points))
    }
  }

  @Test(arguments: [
    (["--measure", "energy"], "'energy' is not one of macs, params"),
    (["--pareto", "macs"], "is not two different measures"), (["--pareto", "macs,most:macs"], "not two different"),
    (["--quantiles", "50,101"], "'101' is not a percentage"), (["--memory", "2GB"], "'2GB' is not a size"),
  ])
  func `a wrong option is told with what is right`(arguments: [String], words: String) throws {
    let outcome = try Executable.run(["costs", "spaces/spos.yaml"] + arguments)
    #expect(outcome.status == 2 && outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test func `a space that no limit leaves anything says how far to raise it`() throws {
    let outcome = try Executable.run(
      "costs", "spaces/mini-f.yaml", "--where", "macs <= 300k", "--where", "parameters <= 5k")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("raise the limit to 5,162 parameters (162 more), everything else as it is"))
  }

  @Test func `counts that would take too much memory are an error with the way out`() throws {
    let outcome = try Executable.run(
      "count", "spaces/mini-f.yaml", "--where", "macs <= 1M", "--where", "parameters <= 30k", "--memory", "1KiB")
    #expect(outcome.status == 1 && outcome.errors.contains("--memory"), "\(outcome.errors)")
  }

  @Test func `what a count is made of is shown`() throws {
    let outcome = try Executable.run("count", "spaces/nasbench101-legal.yaml", "--explain", "--json")
    let structure = try #require(try object(outcome.output)["structure"] as? [String: Any])
    let groups = try #require(structure["groups"] as? [[String: Any]])
    #expect(groups.count == 1 && (groups[0]["decisions"] as? [String])?.count == 21)
    #expect(groups[0]["requirements"] as? [String] == ["at most nine edges", "the input reaches the output"])
    #expect((structure["free"] as? [Any])?.count == 5)
  }
}
