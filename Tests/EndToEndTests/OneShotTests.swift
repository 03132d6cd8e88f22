import Foundation
import Testing

/// One-shot methods as a user runs them: killed, taken up again, and asked for what cannot be.
struct OneShotTests {
  private static let table = "docs/examples/mini-hurricane-invented.yaml"
  private static let methods: [(method: String, arguments: [String])] = [
    ("spos", ["spaces/mini-spos.yaml", "--recipe", "docs/examples/one-shot.yaml", "--target", "200k"]),
    ("bn-nas", ["spaces/mini-bn-nas.yaml", "--recipe", "docs/examples/one-shot.yaml"]),
    (
      "hurricane",
      ["spaces/mini-hurricane.yaml", "--recipe", "docs/examples/pool.yaml", "--device", "invented=\(table)"]
    ),
  ]

  /// SIGKILL in the middle of the search; what `resume` comes to has the bytes of a search that was left alone.
  @Test(arguments: methods.map(\.method))
  func `a one-shot search that is killed comes to the same bytes`(method: String) throws {
    let found = try #require(Self.methods.first { $0.method == method })
    try withTemporaryFolder { folder in
      let arguments =
        ["search"] + found.arguments + [
          "--method", method, "--data", "digits", "--limit", "128", "--epochs", "2", "--train-epochs", "0",
        ]
      let whole = try Executable.run(arguments + ["--out", "\(folder)/whole"])
      #expect(whole.status == 0, "\(whole.errors)")
      let killed = try Executable.shell(
        """
        $ESPALIER \((arguments + ["--out", "\(folder)/killed", "--checkpoint-steps", "5"]).joined(separator: " ")) \
        >/dev/null 2>&1 &
        pid=$!
        for i in $(seq 400); do ls '\(folder)'/killed/checkpoints/search-* >/dev/null 2>&1 && break; sleep 0.02; done
        kill -9 $pid 2>/dev/null
        wait $pid 2>/dev/null
        exec $ESPALIER resume '\(folder)/killed'
        """)
      #expect(killed.status == 0 || killed.output.contains("is finished"), "\(killed.errors)")
      for name in ["architecture.yaml", "result.json", "run.json", "run.sqlite", "recipe.yaml"] {
        let (a, b) = ("\(folder)/whole/\(name)", "\(folder)/killed/\(name)")
        #expect(FileManager.default.contentsEqual(atPath: a, andPath: b), "\(name)")
      }
      let status = try Executable.run("status", "\(folder)/killed")
      #expect(status.output.contains("best score") && !status.output.contains("entropy"), "\(status.output)")
      let report = try Executable.run("report", "\(folder)/killed")
      #expect(report.status == 0, "\(report.errors)")
      let page = try String(contentsOfFile: "\(folder)/killed/report.html", encoding: .utf8)
      #expect(page.contains("The candidates") && !page.contains("Draws of a step, K"))
    }
  }

  /// What is asked for, how it ends, and what is said.
  @Test(arguments: [
    (["spaces/mini-hurricane.yaml", "--method", "hurricane"], "give its latency table with '--device NAME=FILE'"),
    (
      ["spaces/mini-hurricane.yaml", "--method", "hurricane", "--device", "invented=\(table)"],
      "'pool.latency' says how long a network may take on 'invented'"
    ),
    (
      [
        "spaces/mini-hurricane.yaml", "--method", "hurricane", "--device", "other=\(table)", "--recipe",
        "docs/examples/pool.yaml",
      ],
      "there is no latency table of 'invented'; there are tables of 'other'"
    ),
    (
      ["spaces/mini-darts.yaml", "--method", "bn-nas"],
      "'bn-indicator' is a table with a row for each layer"
    ),
    (["spaces/digits.yaml", "--method", "parsec", "--recipe", "docs/examples/one-shot.yaml"], "'parsec' is none"),
    (["spaces/mini-spos.yaml", "--method", "spos", "--target", "1k"], "is within the target of 1,000 multiply-adds"),
    (["spaces/mini-spos.yaml", "--method", "spos", "--keep", "spaces/digits.yaml"], "is a space and no architecture"),
    (
      ["spaces/mini-spos.yaml", "--method", "spos", "--keep", "docs/examples/bn-nas-472m.yaml"],
      "has decided nothing that 'spaces/mini-spos.yaml' has a decision of the same name for"
    ),
  ])
  func `what cannot be is told, and leaves no run`(arguments: [String], message: String) throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run(
        ["search"] + arguments + ["--data", "digits", "--limit", "128", "--out", "\(folder)/run"])
      #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome.output)")
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
  }

  @Test func `a limit that nothing meets is told with the least`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write("recipe: 1\npool: {latency: 10 us}\n", to: "recipe.yaml", in: folder)
      let outcome = try Executable.run(
        "search", "spaces/mini-hurricane.yaml", "--method", "hurricane", "--recipe", recipe, "--device",
        "invented=\(Self.table)", "--data", "digits", "--out", "\(folder)/run")
      #expect(outcome.status == 1)
      #expect(
        outcome.errors.contains("no network of the pool is within 10,000 ns on 'invented': the fastest takes 68,608 ns")
      )
    }
  }

  /// No recipe has to say 'pool.latency' where the options say a latency and how much of it.
  @Test func `a target that is a latency is hurricane's limit`() throws {
    try withTemporaryFolder { folder in
      let parts = "oneshot: {population: 4, generations: 1, recalibration: 64, validation: 64}\n"
      let recipe = try write("recipe: 1\n" + parts, to: "recipe.yaml", in: folder)
      func search(_ target: String) throws -> Executable.Outcome {
        try Executable.run(
          "search", "spaces/mini-hurricane.yaml", "--method", "hurricane", "--recipe", recipe, "--device",
          "invented=\(Self.table)", "--measure", "latency(invented)", "--target", target, "--data", "digits", "--limit",
          "64", "--epochs", "1", "--train-epochs", "0", "--out", "\(folder)/\(target.prefix(3))")
      }
      let found = try search("180 us")
      #expect(found.status == 0, "\(found.errors)")
      // Some network of the space is so fast, none of the pool.
      let tight = try search("63 us")
      #expect(
        tight.status == 1 && tight.errors.contains("no network of the pool is within 63,000 ns"), "\(tight.errors)")
    }
  }

  /// A budget is about candidates: paths that differ everywhere seldom cost the same.
  @Test func `crossed paths go with a budget, and not with a requirement that ties decisions`() throws {
    try withTemporaryFolder { folder in
      let base = [
        "search", "spaces/mini-pi-nas.yaml", "--recipe", "docs/examples/pi-nas-recipe.yaml", "--out", "\(folder)/run",
        "--where",
      ]
      let tied = try Executable.run(base + ["implies(s1a.kind == s1_1, s1b.kind == s1_1)"])
      #expect(tied.status == 1 && !tied.errors.contains("recipe"), "\(tied.errors)")
      #expect(tied.errors.contains("help: take another method, such as 'spos'"), "\(tied.errors)")
      let limited = try Executable.run(base + ["macs <= 700k"])
      #expect(limited.status == 0, "\(limited.errors)")
      #expect((limited.output + limited.errors).contains("candidates keep 'macs <= 700k'"), "\(limited.output)")
      #expect(try Executable.run("validate", "\(folder)/run/architecture.yaml").status == 0)
    }
  }

  /// Blocks first, then channels on them.
  @Test func `what a run has decided can be kept`() throws {
    try withTemporaryFolder { folder in
      func search(_ space: String, _ out: String, _ more: [String]) throws {
        let outcome = try Executable.run(
          [
            "search", space, "--method", "spos", "--data", "digits", "--limit", "64", "--epochs", "1", "--train-epochs",
            "0",
            "--recipe", "docs/examples/one-shot.yaml", "--out", "\(folder)/\(out)",
          ] + more)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      try search("spaces/mini-spos.yaml", "blocks", [])
      try search("spaces/mini-spos-channels.yaml", "channels", ["--keep", "\(folder)/blocks"])
      func candidates(_ run: String) throws -> [String] {
        try String(contentsOfFile: "\(folder)/\(run)/architecture.yaml", encoding: .utf8)
          .split(separator: "\n").filter { $0.contains(".candidate: ") }.map(String.init)
      }
      #expect(try candidates("blocks").count == 8 && candidates("blocks") == candidates("channels"))
    }
  }

  @Test func `a pool is ranked for several devices`() throws {
    let outcome = try Executable.run(
      "device", "pool", "spaces/mini-hurricane.yaml", "--device", "a=\(Self.table)", "--device", "b=\(Self.table)",
      "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let found = try object(outcome.output)
    let devices = try #require(found["devices"] as? [[String: Any]])
    #expect(devices.count == 2 && (devices[0]["operators"] as? [Any])?.count == 18)
    let none = try Executable.run("device", "pool", "spaces/mini-hurricane.yaml")
    #expect(none.status == 1 && none.errors.contains("give a latency table with '--device NAME=FILE'"))
  }
}
