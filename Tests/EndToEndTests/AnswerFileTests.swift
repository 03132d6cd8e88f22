import Foundation
import TestSupport
import Testing

/// Files that commands write: one that is there is replaced, unless it was read or is a run's.
struct AnswerFileTests {
  private static let fox = "docs/examples"

  /// FOLDER has `space.yaml`, which uses `blocks.yaml`, `rows.csv` and two predictors.
  private func withFiles(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let blocks = """
        espalier: 1
        blocks:
          layer:
            parameters: {channels: int}
            body: [{op: conv, channels: channels, kernel: 3}]

        """
      let space = """
        espalier: 1
        space: small
        use: [blocks.yaml]
        input: {channels: 1, height: 8, width: 8}
        output: {classes: 10}
        network:
          - {name: first, op: layer, channels: {choose: [2, 3, 4]}}
          - {name: pool, op: global_pool}
          - {name: head, op: linear, features: 10}

        """
      _ = try write(blocks, to: "blocks.yaml", in: folder)
      _ = try write(space, to: "space.yaml", in: folder)
      _ = try write("ds_r1_k3_s1_c16\n", to: "blocks.txt", in: folder)
      for (name, file) in [
        ("rows.csv", "mini-fox-rows.csv"), ("accuracy.json", "fox-nas-accuracy.json"),
        ("latency.json", "fox-nas-latency.json"),
      ] {
        try FileManager.default.copyItem(
          atPath: "\(Repository.root)/\(Self.fox)/\(file)", toPath: "\(folder)/\(name)")
      }
      try body(folder)
    }
  }

  @Test(arguments: [
    (["unrank", "FOLDER/space.yaml", "0", "-o"], "space.yaml"),
    (["unrank", "FOLDER/space.yaml", "0", "-o"], "blocks.yaml"),
    (["unrank", "FOLDER/space.yaml", "0", "-o"], "link.yaml"),
    (["compile", "FOLDER/space.yaml", "-o"], "blocks.yaml"),
    (["costs", "FOLDER/space.yaml", "--svg"], "blocks.yaml"),
    (["import", "timm", "--file", "FOLDER/blocks.txt", "-o"], "blocks.txt"),
    (
      ["fit", "spaces/mini-fox.yaml", "--rows", "FOLDER/rows.csv", "--column", "mmacs", "--terms", "main", "-o"],
      "rows.csv"
    ),
    (
      [
        "optimise", "spaces/fox-nas.yaml", "--accuracy", "FOLDER/accuracy.json", "--latency", "FOLDER/latency.json",
        "--limit", "55", "-o",
      ], "latency.json"
    ),
  ])
  func `what a command has read it does not replace`(arguments: [String], name: String) throws {
    try withFiles { folder in
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/link.yaml", withDestinationPath: "blocks.yaml")
      let before = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
      let outcome = try Executable.run(arguments.map { $0.replacing("FOLDER", with: folder) } + ["\(folder)/\(name)"])
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("is a file that this command has read"), "\(outcome.errors)")
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")) == before)
    }
  }

  @Test func `any other file is replaced, and help says so`() throws {
    try withFiles { folder in
      let other = try write("mine\n", to: "other.yaml", in: folder)
      #expect(try Executable.run("unrank", "\(folder)/space.yaml", "0", "-o", other).status == 0)
      #expect(try String(contentsOfFile: other, encoding: .utf8).contains("architecture"))
    }
    for command in ["unrank", "derive", "import", "export", "fit", "optimise", "compile", "schema", "report", "costs"] {
      let help = try Executable.run([command, "--help"], environment: ["COLUMNS": "400"]).output
      #expect(help.contains("that is there is replaced"), "\(command)")
    }
  }

  /// On standard error where standard output has what programs read.
  @Test func `what was written is said`() throws {
    try withFiles { folder in
      let file = "\(folder)/out"
      let unranked = try Executable.run("unrank", "\(folder)/space.yaml", "0", "-o", file)
      #expect(unranked.output == "wrote \(file)\n" && unranked.errors.isEmpty)
      let fitted = try Executable.run(
        "fit", "spaces/mini-fox.yaml", "--rows", "\(folder)/rows.csv", "--column", "mmacs", "--terms", "main", "--json",
        "-o", file)
      #expect(fitted.errors.contains("wrote \(file)\n") && fitted.output.hasPrefix("{"), "\(fitted.errors)")
      let best = try Executable.run(
        "optimise", "spaces/fox-nas.yaml", "--accuracy", "\(folder)/accuracy.json", "--latency",
        "\(folder)/latency.json", "--limit", "55", "--json", "-o", file)
      #expect(best.errors == "wrote \(file)\n" && best.output.hasPrefix("{"), "\(best.errors)")
      let costs = try Executable.run("costs", "\(folder)/space.yaml", "--json", "--svg", file)
      #expect(costs.errors == "wrote \(file)\n" && costs.output.hasPrefix("{"), "\(costs.errors)")
    }
  }

  /// Both are silent: what they write is what they would print.
  @Test func `compile and schema take --out as every other command does`() throws {
    try withFiles { folder in
      for arguments in [["compile", "\(folder)/space.yaml"], ["schema"]] {
        let (a, b) = ("\(folder)/a", "\(folder)/b")
        let (out, output) = (
          try Executable.run(arguments + ["--out", a]), try Executable.run(arguments + ["--output", b])
        )
        #expect(out.status == 0 && output.status == 0)
        #expect(FileManager.default.contentsEqual(atPath: a, andPath: b))
      }
    }
  }

  @Test func `a file of a run is not replaced, and one that only lies there is`() throws {
    try withFiles { folder in
      let run = "\(folder)/run"
      try FileManager.default.createDirectory(atPath: "\(run)/space", withIntermediateDirectories: true)
      for name in ["lock", "run.json", "architecture.yaml", "space/space.yaml", "mine.yaml"] {
        _ = try write("", to: name, in: run)
      }
      for (name, status) in [("architecture.yaml", 2), ("run.json", 2), ("space/space.yaml", 2), ("mine.yaml", 0)] {
        let outcome = try Executable.run("unrank", "\(folder)/space.yaml", "0", "-o", "\(run)/\(name)")
        #expect(outcome.status == Int32(status), "\(name): \(outcome.errors)")
        #expect(status == 0 || outcome.errors.contains("belongs to the run in"), "\(outcome.errors)")
      }
    }
  }
}
