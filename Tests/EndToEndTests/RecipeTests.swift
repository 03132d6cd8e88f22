import Foundation
import Testing

/// `search --recipe` and `--seeds`.
struct RecipeTests {
  private static let text = """
    recipe: 1
    data: {source: digits, limit: 64}
    schedule: {epochs: 1}
    cost: {target: 120k, beta: 0.3}
    training: {epochs: 0}
    """

  @Test func `a recipe is followed, and options go before it`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write(Self.text, to: "recipe.yaml", in: folder)
      let outcome = try Executable.run(
        "search", "spaces/digits.yaml", "--recipe", recipe, "--beta", "0.5", "--seed", "4", "--out", "\(folder)/run")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("target    120,000 MACs"))
      #expect(outcome.output.contains("beta 0.5, 1.0 epochs"))
      #expect(outcome.output.contains("seed 4"))
      // The recipe that the run keeps gives the same run.
      let again = try Executable.run(
        "search", "spaces/digits.yaml", "--recipe", "\(folder)/run/recipe.yaml", "--out", "\(folder)/again")
      #expect(again.status == 0, "\(again.errors)")
      #expect(try SearchRun.files(of: "\(folder)/again") == SearchRun.files(of: "\(folder)/run"))
    }
  }

  @Test func `a wrong recipe is shown with its places, and nothing is searched`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write(Self.text.replacing("epochs: 1}", with: "epohcs: 1}"), to: "recipe.yaml", in: folder)
      let outcome = try Executable.run(
        "search", "spaces/digits.yaml", "--recipe", recipe, "--out", "\(folder)/run")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("error[ES5001]: 'schedule' has no key 'epohcs'"))
      #expect(outcome.errors.contains("recipe.yaml:3:12"))
      #expect(outcome.errors.contains("did you mean 'epochs'?"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
      #expect(try Executable.run("search", "spaces/digits.yaml", "--recipe", "\(folder)/none").status == 2)
      #expect(try Executable.run("explain", "ES5001").output.contains("# ES5001"))
    }
  }

  @Test func `numbers that run away end the search with what was before and what to change`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write(Self.text + "\nweights: {rate: 1e18, clip: 0}\n", to: "recipe.yaml", in: folder)
      let outcome = try Executable.run(
        "search", "spaces/digits.yaml", "--recipe", recipe, "--epochs", "4", "--out", "\(folder)/run")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("error: the search cannot go on after "), "\(outcome.errors)")
      #expect(outcome.errors.contains("help: what was written before is kept"))
      let steps = try SearchRun.steps(of: "\(folder)/run")
      #expect(outcome.errors.contains("after \(steps) step"), "\(steps): \(outcome.errors)")
    }
  }

  @Test func `several seeds are several runs with their mean, and go on where they were stopped`() throws {
    try withTemporaryFolder { folder in
      let recipe = try write(Self.text, to: "recipe.yaml", in: folder)
      let arguments = [
        "search", "spaces/digits.yaml", "--recipe", recipe, "--train-epochs", "1", "--random", "1", "--seeds", "3,5",
        "--out", "\(folder)/runs",
      ]
      let outcome = try Executable.run(arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.count == 4, "\(outcome.output)")
      #expect(lines[3].hasPrefix("mean ") && lines[3].contains(" ± "))
      let files = try SearchRun.files(of: "\(folder)/runs/seed-5")
      try FileManager.default.removeItem(atPath: "\(folder)/runs/seed-5/result.json")
      let again = try Executable.run(arguments)
      #expect(again.output == outcome.output)
      #expect(again.errors.contains("seed 3: finished before"))
      #expect(try SearchRun.files(of: "\(folder)/runs/seed-5") == files)
      let answer = try object(try Executable.run(arguments + ["--json"]).output)
      #expect((answer["runs"] as? [Any])?.count == 2)
      #expect((answer["test_accuracy"] as? [String: Double])?["standard_error"] != nil)
    }
  }

  @Test(arguments: [["--seeds", "5..1"], ["--seeds", "1,1"], ["--seeds", "1..2", "--seed", "3"], ["--seeds", "a"]])
  func `seeds that cannot be are refused`(arguments: [String]) throws {
    let outcome = try Executable.run(["search", "spaces/digits.yaml"] + arguments)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("--seed"), "\(outcome.errors)")
  }
}
