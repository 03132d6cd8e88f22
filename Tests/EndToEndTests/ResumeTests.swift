import Foundation
import Testing

/// What `resume` says when something is not as it was: what it is, what is kept, what to do.
struct ResumeTests {
  /// A run whose result was not written yet.
  private func withUnfinishedRun(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run([
        "search", "spaces/digits.yaml", "--data", "digits", "--epochs", "1", "--train-epochs", "0", "--limit", "64",
        "--out", "\(folder)/run",
      ])
      try #require(outcome.status == 0, "\(outcome.errors)")
      try FileManager.default.removeItem(atPath: "\(folder)/run/result.json")
      try body("\(folder)/run")
    }
  }

  private func edit(_ file: String, _ old: String, _ new: String) throws {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try #require(text.contains(old))
    try text.replacingOccurrences(of: old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
  }

  @Test func `a run without a result is resumed to the same files`() throws {
    try withUnfinishedRun { run in
      let before = try SearchRun.files(of: run)
      let status = try Executable.run("status", run).output
      #expect(status.contains("resume    from the first step, with: espalier resume \(run)"), "\(status)")
      let outcome = try Executable.run("resume", run)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("no checkpoint yet: begins again, 1 step for the second time"))
      var after = try SearchRun.files(of: run)
      #expect(after.removeValue(forKey: "result.json") != nil)
      #expect(after == before)
      let again = try Executable.run("resume", run, "--json")
      #expect(try object(again.output)["chosen"] != nil)
    }
  }

  @Test func `what has changed is named, with what to do`() throws {
    try withUnfinishedRun { run in
      let definition = try String(contentsOfFile: "\(run)/run.json", encoding: .utf8)
      func expectRefusal(_ message: String, _ help: String, status: Int32 = 1) throws {
        let outcome = try Executable.run("resume", run)
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.errors.contains(help), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        try definition.write(toFile: "\(run)/run.json", atomically: true, encoding: .utf8)
      }
      try edit("\(run)/run.json", "\"engine\" : \"torch ", "\"engine\" : \"torch 1.")
      try expectRefusal("the run was begun by the engine 'torch 1.", "go on with --other-engine")
      try edit("\(run)/run.json", "\"engine\" : \"torch ", "\"engine\" : \"torch 1.")
      #expect(try Executable.run("resume", run, "--other-engine").status == 0)
      #expect(try Executable.run("status", run).output.contains(" from step 0 on"))
      try FileManager.default.removeItem(atPath: "\(run)/result.json")
      try definition.write(toFile: "\(run)/run.json", atomically: true, encoding: .utf8)
      let field = try #require(definition.firstRange(of: /"dataChecksum" : "[0-9a-f]/))
      try edit("\(run)/run.json", String(definition[field]), "\"dataChecksum\" : \"x")
      try expectRefusal("the images of 'digits' are not those that the run began with", "name their place with --data")
      try edit("\(run)/run.json", "\"version\" : 3", "\"version\" : 2")
      try expectRefusal("has format 2, and this version of espalier reads format 3", "search again", status: 2)
      try edit("\(run)/run.json", "{", "")
      try expectRefusal("run.json' is damaged", "it does not hold what this version writes", status: 2)
      try edit("\(run)/space/digits.yaml", "10", "9")
      #expect(try Executable.run("resume", run).status == 1)
    }
  }

  @Test func `the space of the run must be the one that it began with`() throws {
    try withUnfinishedRun { run in
      try edit("\(run)/space/digits.yaml", "distribution: joint", "distribution: factorised")
      let outcome = try Executable.run("resume", run)
      #expect(outcome.status == 1)
      #expect(
        outcome.errors.contains("the space in '\(run)/space' has changed since the run began"), "\(outcome.errors)")
      #expect(outcome.errors.contains("help: nothing was changed; put the run's own copy of the space back"))
    }
  }

  @Test func `a run that another process works on is left alone`() throws {
    try withTemporaryFolder { folder in
      _ = try SearchRun.killed(in: folder, after: 1) {
        let outcome = try Executable.run("resume", "\(folder)/run")
        #expect(outcome.status == 2)
        #expect(outcome.errors.hasPrefix("error: another process is writing the run '\(folder)/run'"))
        #expect(!outcome.errors.contains("--out") && outcome.errors.contains("help: wait until it has ended"))
      }
    }
  }

  @Test(arguments: ["INT", "TERM", "HUP"])
  func `a run that is asked to stop writes a checkpoint and says how to go on`(signal: String) throws {
    try withTemporaryFolder { folder in
      // A shell's background process ignores SIGINT, so the signal comes from another one.
      let outcome = try Executable.shell(
        """
        (while [ ! -s '\(folder)/run/tensorboard/search.tfevents' ]; do sleep 0.05; done; sleep 0.3
         kill -\(signal) "$(cat '\(folder)/process')"; kill -\(signal) "$(cat '\(folder)/process')") &
        exec sh -c 'echo $$ >'\(folder)/process'; exec "$0" "$@"' "$ESPALIER" search spaces/digits.yaml --data digits \
          --epochs 2000 --train-epochs 0 --limit 200 --out '\(folder)/run'
        """)
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.errors.hasPrefix("error: stopped as asked, after "), "\(outcome.errors)")
      #expect(outcome.errors.contains("help: go on with 'espalier resume \(folder)/run'"))
      let steps = try SearchRun.steps(of: "\(folder)/run")
      let status = try Executable.run("status", "\(folder)/run").output
      #expect(status.contains("stopped while searching") && status.contains("after step \(steps)"), "\(status)")
    }
  }

  @Test func `a search that was stopped before its first file is started again`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/run", withIntermediateDirectories: false)
      _ = try write("", to: "run/lock", in: folder)
      let outcome = try Executable.run("resume", "\(folder)/run")
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("help: start it again with the same --out"))
      #expect(try SearchRun.start(in: folder).status == 0)
    }
  }

  @Test(.enabled(if: (try? Executable.shell("python3 -c 'import pty'"))?.status == 0, "python3 makes the terminal"))
  func `a terminal gets a live line`() throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.shell(
        """
        python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$ESPALIER" search spaces/digits.yaml --data digits \
          --epochs 6 --train-epochs 1 --random 1 --limit 200 --json --out '\(folder)/run'
        """)
      let lines = outcome.output.components(separatedBy: "\r\u{1B}[K")
      let searching = lines.filter { $0.hasPrefix("searching  ") }
      #expect(!searching.isEmpty, "\(outcome.output)")
      #expect(searching.allSatisfy { $0.count < 80 && $0.contains(" steps  ") && $0.contains(" left") })
      #expect(searching.contains { $0.contains("  H ") && $0.contains("  K ") && $0.contains(" MACs") }, "\(lines)")
    }
  }

  @Test func `a folder that is no run is named`() throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run("resume", folder)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("is not a run: it has no 'run.json'"))
    }
  }

  @Test(.enabled(if: canMount(), "only a superuser who may mount can make a read-only file system"))
  func `a stopped run on a read-only file system is left as it is, and can be looked at`() throws {
    try withTemporaryFolder { folder in
      try #require(try Executable.shell("mount -t tmpfs -o size=64m tmpfs '\(folder)'").status == 0)
      defer { _ = try? Executable.shell("umount '\(folder)'") }
      let steps = try SearchRun.killed(in: folder, after: 2)
      try #require(try Executable.shell("mount -o remount,ro '\(folder)'").status == 0)
      let outcome = try Executable.run("resume", "\(folder)/run")
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.contains("the run '\(folder)/run' cannot be continued where it is: read-only file system"),
        "\(outcome.errors)")
      #expect(outcome.errors.contains("help: nothing was changed; make the folder writable"))
      let status = try Executable.run("status", "\(folder)/run")
      #expect(status.status == 0 && status.output.contains("\(steps) of "), "\(status.output)\(status.errors)")
    }
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write everywhere"))
  func `a run in a folder that nobody may write into is left as it is`() throws {
    try withUnfinishedRun { run in
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: run)
      defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: run) }
      let outcome = try Executable.run("resume", run)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("the run '\(run)' cannot be continued where it is: permission denied"))
    }
  }
}
