import Foundation
import TestSupport
import Testing

/// A run's folder as other commands and other processes meet it.
struct RunFolderTests {
  @Test func `a run that works is left alone by a second search, and says how far it is`() throws {
    try withTemporaryFolder { folder in
      _ = try SearchRun.killed(in: folder, after: 3) {
        let second = try SearchRun.start(in: folder)
        #expect(second.status == 2)
        #expect(second.errors.hasPrefix("error: another process is writing the run '\(folder)/run'\nhelp: "))
        #expect(second.output.isEmpty)
        let facts = try object(try Executable.run("status", "\(folder)/run", "--json").output)
        #expect(facts["state"] as? String == "searching")
        #expect(try #require(facts["steps"] as? Int) >= 3)
        #expect(facts["networks"] is NSNull)
        #expect(try Executable.run("derive", "\(folder)/run").status == 1)
      }
      let stopped = try Executable.run("status", "\(folder)/run").output
      #expect(stopped.contains("stopped while searching"))
      #expect(!stopped.contains(" left"), "a run that stopped has no time left")
    }
  }

  @Test func `the database holds whole steps where the disk is full`() throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.shell(
        "ulimit -f 400; exec $ESPALIER search spaces/digits.yaml --data digits --epochs 1000 --train-epochs 0 --limit 200 "
          + "--out '\(folder)/run'")
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("/run/run.sqlite' cannot be written: "), "\(outcome.errors)")
      #expect(outcome.errors.contains("go on with 'espalier resume'"))
      let steps = try SearchRun.steps(of: "\(folder)/run")
      #expect(steps > 10)
      #expect(try Executable.run("status", "\(folder)/run").output.contains("stopped while searching"))
    }
  }

  @Test(.enabled(if: canMount(), "only a superuser who may mount can make a small disk"))
  func `a small disk is filled up and no further`() throws {
    try withTemporaryFolder { folder in
      try #require(try Executable.shell("mount -t tmpfs -o size=256k tmpfs '\(folder)'").status == 0)
      defer { _ = try? Executable.shell("umount '\(folder)'") }
      let outcome = try Executable.run(
        "search", "spaces/digits.yaml", "--data", "digits", "--epochs", "200", "--train-epochs", "0", "--limit", "200",
        "--out", "\(folder)/run")
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("' cannot be written: no space left on device\nhelp: "))
      for (name, contents) in try SearchRun.files(of: "\(folder)/run") where name.hasSuffix(".json") {
        _ = try object(String(decoding: contents, as: UTF8.self))
      }
      #expect(try Executable.run("status", "\(folder)/run").output.contains("stopped while searching"))
    }
  }

  @Test(.enabled(if: canMount(), "only a superuser who may mount can make a small disk"))
  func `a run that has filled the disk goes on when there is room`() throws {
    try withTemporaryFolder { folder in
      try #require(try Executable.shell("mount -t tmpfs -o size=1m tmpfs '\(folder)'").status == 0)
      defer { _ = try? Executable.shell("umount '\(folder)'") }
      let full = try SearchRun.start(in: folder)
      #expect(full.status == 2)
      #expect(full.errors.contains("safetensors' cannot be written: no space left on device"), "\(full.errors)")
      #expect(full.errors.contains("Make room, and go on with 'espalier resume'"))
      try #require(try Executable.shell("mount -o remount,size=64m '\(folder)'").status == 0)
      #expect(try Executable.run("resume", "\(folder)/run").status == 0)
      try withTemporaryFolder { undisturbed in
        _ = try SearchRun.start(in: undisturbed)
        #expect(try SearchRun.files(of: "\(folder)/run") == SearchRun.files(of: "\(undisturbed)/run"))
      }
    }
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write everywhere"))
  func `a folder that nobody may write into is named`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
      defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder) }
      let outcome = try SearchRun.start(in: folder)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("the folder '\(folder)/run' cannot be made: permission denied"))
    }
  }

  @Test func `a run that wrote no progress yet has a status`() throws {
    try withTemporaryFolder { folder in
      _ = try SearchRun.start(in: folder)
      for file in ["progress.json", "run.sqlite", "result.json", "architecture.yaml"] {
        try FileManager.default.removeItem(atPath: "\(folder)/run/\(file)")
      }
      let status = try Executable.run("status", "\(folder)/run")
      #expect(status.status == 0)
      #expect(status.output.contains("stopped while starting"))
      #expect(try object(try Executable.run("status", "\(folder)/run", "--json").output)["entropy"] is NSNull)
      let derived = try Executable.run("derive", "\(folder)/run")
      #expect(derived.status == 1)
      #expect(derived.errors.contains("it did 0 of "))
    }
  }

  @Test func `a damaged file of a run is named`() throws {
    try withTemporaryFolder { folder in
      _ = try SearchRun.start(in: folder)
      _ = try write("{\n", to: "run/progress.json", in: folder)
      let outcome = try Executable.run("status", "\(folder)/run")
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("'\(folder)/run/progress.json' is damaged"))
    }
  }

  /// The paths are typed as seen from the folder: by name, upwards, and through a link to a folder elsewhere.
  @Test(arguments: ["best.yaml", "deep/er/best.yaml", "./deep/../best.yaml", "linked/best.yaml"])
  func `an architecture finds its space from where it was written`(out: String) throws {
    try withTemporaryFolder { folder in
      for made in ["deep/er", "far/away"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(made)", withIntermediateDirectories: true)
      }
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/linked", withDestinationPath: "far/away")
      // Blanks, a colon and a number sign: none of them can stand in YAML without quotes.
      let name = "my runs/a: #1"
      let run = try Executable.run(SearchRun.small + ["--out", "\(folder)/\(name)/."])
      #expect(run.status == 0)
      let derived = try Executable.shell("cd '\(folder)' && $ESPALIER derive '\(name)' -o '\(out)'")
      #expect(derived.status == 0 && derived.output == "wrote \(out)\n" && derived.errors.isEmpty, "\(derived.errors)")
      let elsewhere = try Executable.run("validate", "\(folder)/\(out)")
      #expect(elsewhere.status == 0, "\(elsewhere.output)")
      let printed = try Executable.shell(
        "cd '\(folder)' && $ESPALIER derive '\(name)' >here.yaml && $ESPALIER validate here.yaml")
      #expect(printed.status == 0, "\(printed.output)")
    }
  }
}

/// Whether this process may mount a file system: a container's superuser often may not.
func canMount() -> Bool {
  guard geteuid() == 0 else { return false }
  let outcome = try? withTemporaryFolder { folder in
    try Executable.shell("mount -t tmpfs -o size=64k tmpfs '\(folder)' && umount '\(folder)'")
  }
  return outcome?.status == 0
}

extension RunFolderTests {
  /// A run that lost its definition, or a folder of something else that holds a `lock`, is nobody's to write into.
  @Test func `a folder with more than a search writes first is never taken over`() throws {
    try withTemporaryFolder { folder in
      _ = try SearchRun.start(in: folder)
      try FileManager.default.removeItem(atPath: "\(folder)/run/run.json")
      try FileManager.default.createDirectory(atPath: "\(folder)/thesis", withIntermediateDirectories: false)
      _ = try write("", to: "thesis/lock", in: folder)
      _ = try write("chapter 1", to: "thesis/thesis.txt", in: folder)
      for name in ["run", "thesis"] {
        let before = try SearchRun.files(of: "\(folder)/\(name)")
        let outcome = try Executable.run(
          "search", "spaces/digits.yaml", "--data", "digits", "--limit", "128", "--epochs", "1", "--out",
          "\(folder)/\(name)")
        #expect(outcome.status == 2 && outcome.errors.contains("exists already"), "\(outcome.errors)")
        #expect(try SearchRun.files(of: "\(folder)/\(name)") == before)
        #expect(try Executable.run("status", "\(folder)/\(name)").errors.contains("it has no 'run.json'"))
      }
    }
  }
}
