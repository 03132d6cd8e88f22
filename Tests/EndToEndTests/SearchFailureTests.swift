import Foundation
import Testing

/// What a search says when the world is not as it should be: always the file, what was expected, exit code 2 or 1.
struct SearchFailureTests {
  @Test func `a run is never overwritten`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/run", withIntermediateDirectories: false)
      _ = try write("mine", to: "run/notes", in: folder)
      let outcome = try SearchRun.start(in: folder)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors == """
          error: '\(folder)/run' exists already, and a run is never overwritten
          help: choose another folder with --out, or look at that run with 'espalier status \(folder)/run'

          """)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/run") == ["notes"])
    }
  }

  /// A limit on the size of files stands for a full disk: the write fails in the same place.
  @Test func `a disk that is full is told by file, and what was there stays whole`() throws {
    try withTemporaryFolder { folder in
      let arguments = SearchRun.small.joined(separator: " ")
      let outcome = try Executable.shell("ulimit -f 16; exec $ESPALIER \(arguments) --out '\(folder)/run'")
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("/run/run.sqlite' cannot be written: "), "\(outcome.errors)")
      #expect(outcome.errors.contains("help: the run stops here; what was written before is kept"))
      _ = try object(String(contentsOfFile: "\(folder)/run/run.json", encoding: .utf8))
      #expect(try !FileManager.default.contentsOfDirectory(atPath: "\(folder)/run").contains { $0.hasSuffix(".part") })
    }
  }

  @Test func `a folder that cannot be made is named`() throws {
    let outcome = try Executable.run(SearchRun.small + ["--out", "/proc/espalier/run"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("the folder '/proc/espalier' cannot be made: no such file or directory"))
  }

  @Test func `data that is missing or damaged is named with what was expected`() throws {
    try withTemporaryFolder { folder in
      let missing = try Executable.run("search", "spaces/mini-f.yaml", "--data", "fashion-mnist:\(folder)")
      #expect(missing.status == 2)
      #expect(missing.errors.contains("train-images-idx3-ubyte"))
      let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]
      for part in ["train", "t10k"] {
        try Data([0, 0, 8, 1, 0, 0, 0, 2, 3, 4]).write(to: URL(filePath: "\(folder)/\(part)-labels-idx1-ubyte"))
        try Data(header + [UInt8](repeating: 0, count: 1568)).write(
          to: URL(filePath: "\(folder)/\(part)-images-idx3-ubyte"))
      }
      try Data(header + [UInt8](repeating: 0, count: 100)).write(
        to: URL(filePath: "\(folder)/train-images-idx3-ubyte"))
      let truncated = try Executable.run("search", "spaces/mini-f.yaml", "--data", "fashion-mnist:\(folder)")
      #expect(truncated.status == 2)
      #expect(truncated.errors.contains("train-images-idx3-ubyte"))
      #expect(truncated.errors.contains("1,584") || truncated.errors.contains("1584"), "\(truncated.errors)")
      try Data([UInt8](repeating: 7, count: 100)).write(to: URL(filePath: "\(folder)/train-images-idx3-ubyte"))
      let foreign = try Executable.run("search", "spaces/mini-f.yaml", "--data", "fashion-mnist:\(folder)")
      #expect(foreign.status == 2)
      #expect(foreign.errors.contains("2051"))
    }
  }

  @Test func `data that does not fit the space is an error of the question`() throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run("search", "spaces/mini-f.yaml", "--data", "digits", "--out", "\(folder)/run")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("the space takes images of 1 x 28 x 28, the data has 1 x 8 x 8"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
  }

  @Test(arguments: [
    (["--beta", "2"], "'--beta' is from 0 to below 1"), (["--epochs", "0"], "'--epochs' is above 0"),
    (["--train-epochs", "-1"], "--train-epochs"), (["--data", "fashion"], "fashion-mini"),
    (["--target", "many"], "not a number"), (["--target", "0"], "'--target' is at least 1 multiply-add"),
    (["--out", ""], "'--out' is the path of a folder"), (["--threads", "0"], "--threads"),
    (["--method", "magic"], "fp-nas"),
  ])
  func `a wrong option says what is right`(arguments: [String], message: String) throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run(
        ["search", "spaces/digits.yaml", "--data", "digits", "--out", "\(folder)/run"] + arguments)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
  }

  @Test func `too few images for a batch is said before anything is written`() throws {
    try withTemporaryFolder { folder in
      let outcome = try SearchRun.start(in: folder, "--limit", "10")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("fewer than a batch of 64\nhelp: raise or leave out --limit"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
  }

  @Test func `a missing engine says how to make one`() throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run(
        SearchRun.small + ["--out", "\(folder)/run"], environment: ["ESPALIER_ENGINE": "\(folder)/none.so"])
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("\(folder)/none.so"))
      #expect(outcome.errors.contains("make engine"))
    }
  }

  @Test(arguments: ["status", "derive"])
  func `a folder that is no run is named`(command: String) throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run(command, folder)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("is not a run: it has no 'run.json'"))
    }
  }
}
