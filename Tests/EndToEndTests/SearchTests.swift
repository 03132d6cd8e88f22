import Foundation
import TestSupport
import Testing

let repositoryRoot = Repository.root

struct SearchTests {
  @Test func `a search prints the space, its progress, its choice and the comparison`() throws {
    try withTemporaryFolder { folder in
      let outcome = try SearchRun.start(in: folder)
      #expect(outcome.status == 0)
      // A pipe gets no live line.
      #expect(outcome.errors.isEmpty)
      for fact in [
        "networks  688,747,536 (6.89e8), 20 decisions", "logits    56 factorised, 648 joint", "entropy", "samples",
        "warm-up", "search ", "chosen: ", " the target), ", " parameters", "searched", "random 1", "test accuracy",
        "architecture.yaml",
      ] {
        #expect(outcome.output.contains(fact), "\(fact) in \(outcome.output)")
      }
    }
  }

  @Test func `a space that asks for factorised decisions is searched so`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.copyItem(atPath: "\(repositoryRoot)/spaces/blocks", toPath: "\(folder)/blocks")
      let text = try String(contentsOfFile: "\(repositoryRoot)/spaces/digits.yaml", encoding: .utf8)
      let hinted = text.replacingOccurrences(of: "distribution: joint", with: "distribution: factorised")
      let file = try write(hinted, to: "hinted.yaml", in: folder)
      let outcome = try Executable.run([
        "search", file, "--data", "digits", "--epochs", "1", "--train-epochs", "0", "--limit", "64", "--out",
        "\(folder)/run",
      ])
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("K = 0.25 x entropy, factorised, beta 0.6"))
    }
  }

  @Test func `the answer can be one JSON object`() throws {
    try withTemporaryFolder { folder in
      let outcome = try SearchRun.start(in: folder, "--json")
      let answer = try object(outcome.output)
      #expect(outcome.status == 0)
      #expect((answer["chosen"] as? [[String: String]])?.count == 20)
      #expect((answer["networks"] as? [Any])?.count == 2)
    }
  }

  @Test func `one seed gives equal bytes, on one thread and on two; another seed others`() throws {
    try withTemporaryFolder { first in
      try withTemporaryFolder { second in
        try withTemporaryFolder { third in
          _ = try SearchRun.start(in: first, "--threads", "1")
          _ = try SearchRun.start(in: second, "--threads", "2")
          _ = try SearchRun.start(in: third, "--seed", "2")
          let files = try SearchRun.files(of: "\(first)/run")
          #expect(
            files.keys.sorted() == [
              "architecture.yaml", "distribution.json", "recipe.yaml", "result.json", "run.json", "run.sqlite",
              "space/blocks/mobile.yaml", "space/digits.yaml", "tensorboard/search.tfevents", "weights.safetensors",
            ])
          #expect(try SearchRun.files(of: "\(second)/run") == files)
          #expect(try SearchRun.files(of: "\(third)/run")["run.sqlite"] != files["run.sqlite"])
        }
      }
    }
  }

  @Test(arguments: ["random", "evolution"])
  func `the baselines run as the methods do, within the target`(method: String) throws {
    try withTemporaryFolder { folder in
      let outcome = try SearchRun.start(in: folder, "--method", method, "--target", "120k")
      #expect(
        outcome.status == 0 && outcome.output.contains("\nthe network with the best score\n"), "\(outcome.errors)")
      let result = try object(try String(contentsOfFile: "\(folder)/run/result.json", encoding: .utf8))
      #expect(try #require(result["macs"] as? Int) <= 120_000)
      // Nothing is learnt about the networks as a whole.
      let files = try SearchRun.files(of: "\(folder)/run").keys
      #expect(!files.contains("distribution.json"))
      for command in ["status", "derive", "report"] {
        #expect(try Executable.run(command, "\(folder)/run").status == 0, "\(command)")
      }
      let page = try MarkupDocument(try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8))
      #expect(
        page.all(class: "answer").first?.text.hasPrefix("The answer is the network with the best score.") == true)
      let none = try Executable.run(
        SearchRun.small + ["--method", method, "--target", "1k", "--out", "\(folder)/none"])
      #expect(none.status == 1)
      #expect(
        none.errors.contains("no network of 'digits' is within the target of 1,000 multiply-adds"), "\(none.errors)")
    }
  }

  @Test func `a search of all networks at once is told as one`() throws {
    try withTemporaryFolder { folder in
      let outcome = try SearchRun.start(in: folder, "--method", "fbnetv2", "--target", "120k")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n").map(String.init)
      let head = try #require(lines.first { $0.hasPrefix("step") })
      #expect(head.split(separator: " ").prefix(4) == ["step", "phase", "entropy", "T"], "\(head)")
      #expect(outcome.output.contains("\nsearched 12 steps in ") && !outcome.output.contains("samples"))
      let result = try object(try String(contentsOfFile: "\(folder)/run/result.json", encoding: .utf8))
      #expect(try #require(result["macs"] as? Int) <= 120_000)
      let status = try Executable.run("status", "\(folder)/run")
      #expect(status.status == 0 && status.output.contains("entropy") && !status.output.contains("samples"))
      #expect(try Executable.run("report", "\(folder)/run").status == 0)
      let page = try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8)
      #expect(page.contains("Temperature of the options") && page.contains("Loss of all networks at once"))
      #expect(!page.contains("Draws of a step") && !page.contains("drawn so far") && !page.contains("The draws"))
      // A distribution was learnt, so networks can be drawn by it.
      let drawn = try Executable.run("sample", "spaces/digits.yaml", "-n", "2", "--weights", "\(folder)/run")
      #expect(drawn.status == 0, "\(drawn.errors)")
    }
  }

  @Test func `a finished run has a status and an architecture`() throws {
    try withTemporaryFolder { folder in
      _ = try SearchRun.start(in: folder)
      let status = try Executable.run("status", "\(folder)/run")
      #expect(status.status == 0)
      #expect(status.output.contains("finished"))
      #expect(status.output.contains("searched"))
      let facts = try object(try Executable.run("status", "\(folder)/run", "--json").output)
      #expect(facts["state"] as? String == "finished")
      #expect(facts["steps"] as? Int == facts["total_steps"] as? Int)
      let architecture = try Executable.run("derive", "\(folder)/run")
      #expect(architecture.status == 0)
      #expect(architecture.output.contains("choices:\n  s1.channels: "))
      let written = try Executable.run("derive", "\(folder)/run", "-o", "\(folder)/best.yaml")
      #expect(written.output == "wrote \(folder)/best.yaml\n")
      #expect(written.status == 0)
      #expect(try Executable.run("validate", "\(folder)/best.yaml").status == 0)
    }
  }

  @Test func `networks are drawn by the distribution of a finished run`() throws {
    try withTemporaryFolder { folder in
      try #require(try SearchRun.start(in: folder).status == 0)
      let weights = ["--weights", "\(folder)/run"]
      let drawn = try Executable.run(["sample", "spaces/digits.yaml", "-n", "20", "--json"] + weights)
      #expect(drawn.status == 0 && drawn.output.split(separator: "\n").count == 20, "\(drawn.errors)")
      // The same by its file, under a condition, and by name.
      let named = ["--weights", "\(folder)/run/distribution.json"]
      #expect(
        try Executable.run(["sample", "spaces/digits.yaml", "-n", "20", "--json"] + named).output == drawn.output)
      let bounded = ["sample", "spaces/digits.yaml", "-n", "20", "--json", "--where", "macs <= 100k"] + weights
      let macs = try Executable.run(bounded).output.split(separator: "\n").map { line in
        try object(String(line))["macs"] as? Int ?? .max
      }
      #expect(macs.count == 20 && macs.allSatisfy { $0 <= 100_000 })
      let costs = try object(try Executable.run(["costs", "spaces/digits.yaml", "--json"] + weights).output)
      let expected = try #require(costs["expected"] as? [String: Any])
      let mass = try #require((expected["probability"] as? [String: Double])?["least"])
      // Every draw of a distribution over the space is a network of it.
      #expect(abs(mass - 1) < 1e-9)
    }
  }

  @Test func `a run that was killed says so, and has no architecture`() throws {
    try withTemporaryFolder { folder in
      let steps = try SearchRun.killed(in: folder, after: 5)
      #expect(steps >= 5)
      let status = try Executable.run("status", "\(folder)/run")
      #expect(status.output.contains("stopped while searching"))
      #expect(status.output.contains("\(steps) of "))
      let derived = try Executable.run("derive", "\(folder)/run")
      #expect(derived.status == 1)
      #expect(derived.errors.contains("has no result: it did \(steps) of "))
    }
  }

  /// The setting of fp-nas.md, F11: target 100 k, beta 0.6, 60 epochs. The mode alone would be 5.09 % above.
  @Test func `the network found is at most 5 % above the target`() throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run([
        "search", "spaces/digits.yaml", "--data", "digits", "--epochs", "60", "--train-epochs", "0", "--target",
        "100k", "--json", "--out", "\(folder)/run",
      ])
      let macs = try #require(try object(outcome.output)["macs"] as? Int)
      #expect(macs <= 105_000)
    }
  }
}
