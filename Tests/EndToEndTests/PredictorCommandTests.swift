import Foundation
import TestSupport
import Testing

/// `fit` and `optimise` as a user runs them.
struct PredictorCommandTests {
  private static let rows = ["--rows", "docs/examples/mini-fox-rows.csv"]
  private static let predictors = [
    "--accuracy", "docs/examples/fox-nas-accuracy.json", "--latency", "docs/examples/fox-nas-latency.json",
  ]

  @Test func `what is fitted can be optimised`() throws {
    try withTemporaryFolder { folder in
      for (column, terms) in [("mmacs", "latency"), ("kparams", "main")] {
        let outcome = try Executable.run(
          [
            "fit", "spaces/mini-fox.yaml", "--target", column, "--terms", terms, "-o", "\(folder)/\(column).json",
            "--json",
          ]
            + Self.rows)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect((try object(outcome.output)["r2"] as? Double ?? 0) > 0.98)
      }
      let outcome = try Executable.run(
        "optimise", "spaces/mini-fox.yaml", "--accuracy", "\(folder)/kparams.json", "--latency", "\(folder)/mmacs.json",
        "--limit", "20", "-o", "\(folder)/best.yaml")
      #expect(outcome.status == 0 && outcome.output.contains("leverage"), "\(outcome.errors)")
      #expect(try Executable.run("validate", "\(folder)/best.yaml").status == 0)
    }
  }

  /// 22 coefficients: 1.2 rows for each are needed, and 2.4 are enough.
  @Test(arguments: [(26, 1, "has 26 rows, and 22 coefficients need 27"), (27, 0, "better with up to 54"), (54, 0, "")])
  func `few rows are refused, or noted`(count: Int, status: Int32, words: String) throws {
    try withTemporaryFolder { folder in
      let all = try String(contentsOfFile: "\(Repository.root)/docs/examples/mini-fox-rows.csv", encoding: .utf8)
      let some = all.split(separator: "\n").prefix(count + 1).joined(separator: "\n")
      let file = try write(some + "\n", to: "rows.csv", in: folder)
      let outcome = try Executable.run(
        "fit", "spaces/mini-fox.yaml", "--rows", file, "--target", "latency", "--column", "mmacs")
      #expect(outcome.status == status, "\(outcome.errors)")
      #expect(words.isEmpty ? outcome.errors.isEmpty : outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  /// An editor counts lines, the header and empty ones among them.
  @Test(arguments: [("x", "has 'x' as mmacs, which is no number"), ("1,2", "has 30 cells")])
  func `a row is told by its line`(cell: String, words: String) throws {
    try withTemporaryFolder { folder in
      let all = try String(contentsOfFile: "\(Repository.root)/docs/examples/mini-fox-rows.csv", encoding: .utf8)
      var lines = all.split(separator: "\n").map(String.init)
      let place = try #require(lines[2].firstIndex(of: ","))
      lines[2] = cell + lines[2][place...]
      lines.insert("", at: 1)
      let file = try write(lines.joined(separator: "\n") + "\n", to: "rows.csv", in: folder)
      let outcome = try Executable.run(
        "fit", "spaces/mini-fox.yaml", "--rows", file, "--column", "mmacs", "--terms", "main")
      #expect(outcome.status == 1 && outcome.errors.contains("line 4 of '\(file)' \(words)"), "\(outcome.errors)")
    }
  }

  /// A file says what it predicts, and of which space.
  @Test func `predictors of another space, or in each other's place, are refused`() throws {
    let swapped = try Executable.run(
      "optimise", "spaces/fox-nas.yaml", "--accuracy", "docs/examples/fox-nas-latency.json", "--latency",
      "docs/examples/fox-nas-accuracy.json", "--limit", "55")
    #expect(swapped.status == 1 && swapped.errors.contains("help: exchange the files"), "\(swapped.errors)")
    let twice = try Executable.run(
      "optimise", "spaces/fox-nas.yaml", "--accuracy", "docs/examples/fox-nas-accuracy.json", "--latency",
      "docs/examples/fox-nas-accuracy.json", "--limit", "55")
    #expect(twice.status == 1 && twice.errors.contains("help: give a predictor of each"), "\(twice.errors)")
    try withTemporaryFolder { folder in
      let root = Repository.root
      let text = try String(contentsOfFile: "\(root)/docs/examples/fox-nas-latency.json", encoding: .utf8)
      let other = try write(
        text.replacing("\"space\": \"fox-nas\"", with: "\"space\": \"other\""), to: "latency.json", in: folder)
      let refused = try Executable.run(
        "optimise", "spaces/fox-nas.yaml", "--accuracy", "docs/examples/fox-nas-accuracy.json", "--latency", other,
        "--limit", "55")
      #expect(refused.status == 1 && refused.errors.contains("was fitted to networks of 'other'"), "\(refused.errors)")
    }
  }

  @Test(arguments: [
    (["fit", "spaces/mini-fox.yaml"] + rows, Int32(1), "has no column 'accuracy'"),
    (["fit", "spaces/mini-fox.yaml", "--rows", "docs"], 2, "it is a folder"),
    (["fit", "spaces/mini-fox.yaml", "--column", "mmacs", "--terms", "tot +"] + rows, 2, "is no part of a formula"),
    (
      ["fit", "spaces/mini-fox.yaml", "--column", "mmacs", "--terms", "tot + first(kernle)"] + rows, 1,
      "\nhelp: did you mean 'kernel'?"
    ),
    (["fit", "spaces/mini-fox.yaml", "--column", "mmacs", "--terms", "tot + avg(foo)"] + rows, 1, "'avg(foo)' is of"),
    (
      ["fit", "spaces/mini-fox.yaml", "--column", "mmacs", "--terms", "tot + avg(*) + sum(*) + tot*avg(*)"] + rows, 1,
      "tot(w24)*avg(w24.kernel) = avg(w24.kernel) + sum(w24.kernel) in every row"
    ),
    (["fit", "spaces/fox-nas.yaml", "--column", "mmacs"] + rows, 1, "is no table of networks of 'fox-nas'"),
    (["optimise", "spaces/fox-nas.yaml", "--limit", "20"] + predictors, 1, "the least is 27.9858 ms"),
    (["optimise", "spaces/fox-nas.yaml", "--limit", "55 s"] + predictors, 2, "predicts ms"),
    (
      ["optimise", "spaces/mini-fox.yaml", "--limit", "55"] + predictors, 1,
      "is of a stage that 'mini-fox' does not have"
    ),
    (
      ["optimise", "spaces/fox-nas.yaml", "--limit", "55", "--where", "macs <= 200M"] + predictors, 1,
      "search with '--by annealing'"
    ),
  ])
  func `what cannot be is told`(arguments: [String], status: Int32, words: String) throws {
    let outcome = try Executable.run(arguments)
    #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
  }
}
