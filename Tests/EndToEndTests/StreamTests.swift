import Foundation
import TestSupport
import Testing

struct StreamTests {
  @Test func `answers are on standard output and errors of a space on standard error`() throws {
    try withTemporaryFolder { folder in
      let wrong = try write("espalier: 1\n", to: "wrong.yaml", in: folder)
      for command in ["count", "sample", "compile", "plan"] {
        let outcome = try Executable.run(command, wrong)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("error[ES"))
      }
    }
  }

  @Test func `a reader that goes away ends the command in silence`() throws {
    let outcome = try Executable.shell("\"$ESPALIER\" sample spaces/digits.yaml -n 100000 | head -n 1")
    #expect(outcome.output.split(separator: "\n").count == 1)
    #expect(outcome.errors.isEmpty)
  }

  @Test func `also where the parent ignores closed pipes`() throws {
    let outcome = try Executable.shell("trap '' PIPE; \"$ESPALIER\" sample spaces/digits.yaml -n 100000 | head -n 1")
    #expect(outcome.errors.isEmpty)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs Linux's /dev/full"))
  func `a full disk is an error`() throws {
    let outcome = try Executable.shell("\"$ESPALIER\" count spaces/digits.yaml >/dev/full")
    #expect(outcome.status == 2)
    #expect(outcome.errors == "error: cannot write to standard output: no space left on device\n")
  }

  @Test func `a pipe gets no colours`() throws {
    try withTemporaryFolder { folder in
      let wrong = try write("espalier: 1\n", to: "wrong.yaml", in: folder)
      #expect(try !Executable.run("validate", wrong).output.contains("\u{1B}"))
    }
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "needs script (util-linux)"),
    arguments: [("TERM=xterm NO_COLOR=", true), ("TERM=xterm NO_COLOR=1", false), ("TERM=dumb NO_COLOR=", false)])
  func `a terminal gets colours unless it says otherwise`(environment: String, coloured: Bool) throws {
    try withTemporaryFolder { folder in
      let wrong = try write("espalier: 1\n", to: "wrong.yaml", in: folder)
      let outcome = try Executable.shell("\(environment) script -qec \"'$ESPALIER' validate '\(wrong)'\" /dev/null")
      #expect(outcome.output.contains("error[ES") && outcome.output.contains("wrong.yaml"))
      #expect(outcome.output.contains("\u{1B}[") == coloured)
      let count = try Executable.shell("\(environment) script -qec \"'$ESPALIER' count '\(wrong)'\" /dev/null")
      #expect(count.output.contains("\u{1B}[") == coloured)
    }
  }

  @Test func `compile writes the same to a file`() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/digits.ir"
      let printed = try Executable.run("compile", "spaces/digits.yaml")
      for _ in 0..<2 {
        let written = try Executable.run("compile", "spaces/digits.yaml", "--output", file)
        #expect(written.status == 0)
        #expect(written.output.isEmpty && written.errors.isEmpty)
      }
      #expect(try String(contentsOfFile: file, encoding: .utf8) == printed.output)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["digits.ir"])
    }
  }

  @Test func `a certain fix is applied and the rest reported`() throws {
    try withTemporaryFolder { folder in
      let text = try String(contentsOfFile: "\(Repository.root)/spaces/digits.yaml", encoding: .utf8)
      try FileManager.default.createDirectory(atPath: "\(folder)/blocks", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: "\(Repository.root)/spaces/blocks/mobile.yaml", toPath: "\(folder)/blocks/mobile.yaml")
      let broken = text.replacing("classes: 10", with: "classes: 1_0")
      let file = try write(broken, to: "digits.yaml", in: folder)
      let before = try Executable.run("validate", file)
      #expect(before.status == 1)
      #expect(before.output.contains("\nfix: "))
      let after = try Executable.run("validate", "--fix", file)
      #expect(after.status == 0)
      #expect(after.errors == "\(file): fixed 1 place\n")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    }
  }
}
