import Foundation
import TestSupport
import Testing

/// Latency tables as a user has them.
struct DeviceTests {
  /// A table of a small space with every kernel, each as long as its text; and one with half of the rows.
  private static func withTables<Result>(_ body: (_ whole: String, _ half: String) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      let rows = try Executable.run("device", "rows", Self.space, "--name", "phone").output
      var filled: [String] = []
      for (number, line) in rows.split(separator: "\n").map(String.init).enumerated() {
        filled.append(line.replacing("unmeasured", with: "\(line.utf8.count % 50 + number % 7).5 us"))
      }
      let half = filled.indices.filter { $0 < 5 || $0 % 2 == 0 }.map { filled[$0] }
      let whole = try write(filled.joined(separator: "\n") + "\n", to: "phone.yaml", in: folder)
      return try body(whole, try write(half.joined(separator: "\n") + "\n", to: "half.yaml", in: folder))
    }
  }

  private static let space = "spaces/digits.yaml"

  @Test func `a table as it was written is read, whatever its name, and lacks every row`() throws {
    try withTemporaryFolder { folder in
      let rows = try Executable.run("device", "rows", Self.space, "--name", "a: 'b'").output
      let table = try write(rows, to: "open.yaml", in: folder)
      let asked = try Executable.run(
        "costs", Self.space, "--device", "phone=\(table)", "--measure", "latency(phone)")
      #expect(asked.status == 1 && asked.errors.contains("has no row for a kernel"), "\(asked.errors)")
      let again = try Executable.run("device", "rows", Self.space, "--device", "phone=\(table)")
      #expect(again.output.split(separator: "\n").count == rows.split(separator: "\n").count)
    }
  }

  @Test func `a filled table answers with count, costs, draws and numbers`() throws {
    try Self.withTables { table, _ in
      let device = ["--device", "phone=\(table)"]
      let costs = try object(
        try Executable.run(["costs", Self.space, "--measure", "latency(phone)", "--json", "--members"] + device).output)
      #expect(costs["measure"] as? String == "latency(phone)")
      let least = try #require((costs["least"] as? [String: Int])?["least"])
      let greatest = try #require((costs["greatest"] as? [String: Int])?["least"])
      let limit = least + (greatest - least) / 4
      let budget = device + ["--where", "latency(phone) <= \(limit) ns", "--where", "parameters <= 8k"]
      let counted = try Executable.run(["count", Self.space] + budget)
      #expect(counted.status == 0 && counted.output.contains("in budget"))
      let drawn = try Executable.run(["sample", Self.space, "-n", "50", "--json"] + budget).output
      let latencies = try drawn.split(separator: "\n").map { line -> Int in
        let network = try object(String(line))
        #expect(network["parameters"] as? Int ?? .max <= 8_000)
        return (network["latency_ns"] as? [String: Int])?["phone"] ?? .max
      }
      #expect(latencies.count == 50 && latencies.allSatisfy { (least...limit).contains($0) })
      let text = try Executable.run(["sample", Self.space] + budget).output
      #expect(text.hasPrefix("# 0: ") && text.contains(" ns on 'phone'\n"))
    }
  }

  @Test func `a number and its network belong together under a latency, and to an architecture file`() throws {
    try Self.withTables { table, _ in
      try withTemporaryFolder { folder in
        let query = ["--device", "phone=\(table)", "--where", "latency(phone) <= 0.5 ms"]
        let file = "\(folder)/one.yaml"
        #expect(try Executable.run(["unrank", Self.space, "1234", "-o", file] + query).status == 0)
        #expect(try Executable.run(["rank", Self.space, file] + query).output == "1,234\n")
        // The network alone has the latency that it has in its space.
        let listed = try object(try Executable.run(["unrank", Self.space, "1234", "--json"] + query).output)
        let latency = try #require((listed["latency_ns"] as? [String: Int])?["phone"])
        let alone = try object(
          try Executable.run(
            "costs", file, "--measure", "latency(phone)", "--json", "--device", "phone=\(table)"
          ).output)
        #expect((alone["least"] as? [String: Int])?["least"] == latency)
      }
    }
  }

  @Test func `a missing row is named with its layer, and the rows that are missing can be had`() throws {
    try Self.withTables { table, half in
      let query = ["--device", "phone=\(half)"]
      let failed = try Executable.run(["costs", Self.space, "--measure", "latency(phone)"] + query)
      #expect(failed.status == 1 && failed.output.isEmpty)
      let row = try #require(failed.errors.firstMatch(of: /- \{(op: .*), latency: \.\.\.\}/)?.output.1)
      #expect(failed.errors.contains("has no row for a kernel that '"))
      let missing = try Executable.run(["device", "rows", Self.space] + query).output
      #expect(missing.contains("latency_table: phone\n") && missing.contains(row))
      let rows = { (text: String) in text.split(separator: "\n").count { $0.contains("{op: ") } }
      let wholeText = try String(contentsOfFile: table, encoding: .utf8)
      let halfText = try String(contentsOfFile: half, encoding: .utf8)
      #expect(rows(missing) == rows(wholeText) - rows(halfText))
      let none = try Executable.run(["device", "rows", Self.space, "--device", "phone=\(table)"]).output
      #expect(none.hasSuffix("rows: []\n"))
    }
  }

  @Test(arguments: [
    (["count", "--where", "latency(phone) <= 5 ms"], 1, "no latency table for device 'phone' is known"),
    (["costs", "--measure", "latency(phone)"], 1, "name it by '--device phone=FILE'"),
    (["costs", "--measure", "latency"], 2, "latency(DEVICE)"),
    (["count", "--device", "phone"], 2, "is not a name and a file such as phone=tables/phone.yaml"),
    (["count", "--device", "phone=a.yaml", "--device", "phone=b.yaml"], 2, "names two tables of 'phone'"),
    (["count", "--device", "phone=none.yaml"], 1, "'none.yaml' cannot be read"),
    (["count", "--device", "phone=spaces/digits.yaml"], 1, "is a space, and a latency table is wanted here"),
    (["device", "rows", "--device", "a=a.yaml", "--device", "b=b.yaml"], 2, "give '--device' once"),
  ])
  func `what is wrong with a device is said`(arguments: [String], status: Int32, words: String) throws {
    let command = arguments[0] == "device" ? Array(arguments[..<2]) : [arguments[0]]
    let outcome = try Executable.run(command + [Self.space] + arguments[command.count...])
    #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
  }
}
