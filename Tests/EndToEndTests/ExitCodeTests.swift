import Foundation
import Testing

struct ExitCodeTests {
  @Test func `a valid file is one line and 0`() throws {
    let outcome = try Executable.run("validate", "spaces/mini-f.yaml")
    #expect(outcome.status == 0)
    #expect(outcome.output == "spaces/mini-f.yaml: valid, 104,485,552,128 networks (1.04e11), 24 decisions\n")
    #expect(outcome.errors.isEmpty)
  }

  @Test func `every file is checked, and the worst decides the code`() throws {
    try withTemporaryFolder { folder in
      let wrong = try write("espalier: 1\n", to: "wrong.yaml", in: folder)
      let invalid = try Executable.run("validate", wrong, "spaces/mini-f.yaml")
      #expect(invalid.status == 1)
      #expect(invalid.output.contains("spaces/mini-f.yaml: valid"))
      #expect(invalid.output.contains("error[ES"))
      let missing = try Executable.run("validate", "\(folder)/missing.yaml", wrong, "spaces/mini-f.yaml")
      #expect(missing.status == 2)
      #expect(missing.output == invalid.output)
      #expect(missing.errors.contains("missing.yaml' cannot be read: no such file or directory"))
    }
  }

  @Test func `a warning is counted and changes no exit code`() throws {
    let file = "Tests/SpaceCheckerTests/GoldenWarnings/lints/vacuous.yaml"
    let outcome = try Executable.run("validate", file)
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("\(file): valid, 2 networks, 1 decision, 4 warnings\n"))
    #expect(outcome.output.contains("warning[ES3013]: "))
    for format in ["json", "sarif"] {
      let document = try Executable.run("validate", file, "--format", format)
      #expect(document.status == 0)
      #expect(document.output.contains("\"\(format == "json" ? "severity" : "level")\": \"warning\""))
    }
    let count = try Executable.run("count", file)
    #expect(count.status == 0)
    #expect(count.errors.contains("warning[ES3013]: "))
  }

  @Test func `a drawing keeps its columns in text and in JSON`() throws {
    let file = "Tests/SpaceCheckerTests/Golden/broken/comparison.yaml"
    let text = try Executable.run("validate", file)
    #expect(text.status == 1)
    #expect(text.output.contains("\n    16             |  24\n                   false\n"))
    let document = try Executable.run("validate", file, "--format", "json")
    #expect(document.output.contains("\"16             |  24\""))
  }

  @Test(arguments: [
    ["nonsense"], ["validate"], ["validate", "--format", "xml", "spaces/mini-f.yaml"], ["count"],
    ["sample", "spaces/mini-f.yaml", "-n", "0"], ["sample", "spaces/mini-f.yaml", "-n", "-1"],
    ["sample", "spaces/mini-f.yaml", "--seed", "-1"], ["sample", "spaces/mini-f.yaml", "--macs", "2M..1M"],
    ["sample", "spaces/mini-f.yaml", "--distinct", "--measure", "decisions"],
    ["plan", "spaces/mini-f.yaml", "--batch", "0"], ["count", "spaces/mini-f.yaml", "--input", "3x32"],
    ["count", "spaces/mini-f.yaml", "--input", "3x0x32"], ["explain", "ES9999"], ["explain", "../../README"],
    ["count", "spaces"], ["compile", "/dev/null"],
    ["compile", "spaces/mini-f.yaml", "-o", "/nowhere/out.ir"],
    ["compile", "spaces/mini-f.yaml", "-o", "spaces/../spaces/mini-f.yaml"],
  ])
  func `a command that cannot run says why and ends with 2`(arguments: [String]) throws {
    let outcome = try Executable.run(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.lowercased().hasPrefix("error: "))
  }

  /// What the parser of arguments would take for an argument too many, for one that is missing, or for nothing at all.
  @Test(arguments: [
    (["valdate", "spaces/mini-f.yaml"], "no command is named 'valdate'\nhelp: did you mean 'espalier validate'?"),
    (["help", "nope"], "no command is named 'nope'\nhelp: the commands are validate, "),
    (
      ["help", "device", "mesure"], "no command is named 'device mesure'\nhelp: did you mean 'espalier device measure'?"
    ),
    (["device", "mesure", "a", "b"], "did you mean 'espalier device measure'?"),
    (["unrank", "spaces/digits.yaml", "-1"], "'-1' is no option, and no argument of 'espalier unrank' is below 0"),
    (["search", "spaces/digits.yaml", "--epochs", "-1"], "'--epochs' is above 0, not -1"),
    (["train", "spaces/digits.yaml", "--epochs", "-1"], "'-1' is not a whole number of at least 1"),
    (["import", "spos"], "give the text, in quotes, or '--file'"),
    (["import", "spos", "21", "--file", "README.md"], "not both"),
  ])
  func `a word that is wrong is told, with the one that was meant`(arguments: [String], words: String) throws {
    let outcome = try Executable.run(arguments)
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test(arguments: [["sample", "--macs", "1..2"], ["plan", "--batch", "9223372036854775807"]])
  func `an answer that does not exist is 1`(arguments: [String]) throws {
    let outcome = try Executable.run(arguments + ["spaces/digits.yaml"])
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error: "))
  }

  @Test func `help and the version are answers`() throws {
    for arguments in [["--help"], ["help", "plan"], ["--version"], []] {
      let outcome = try Executable.run(arguments)
      #expect(outcome.status == 0)
      #expect(!outcome.output.isEmpty && outcome.errors.isEmpty)
    }
  }

  @Test func `no file makes a command crash`() throws {
    var state: UInt64 = 1
    let noise = (0..<4000).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    try withTemporaryFolder { folder in
      let extreme = "espalier: 1\nspace: a\ninput: {channels: 9999999999, height: 1, width: -9223372036854775808}\n"
      let empty = try write("", to: "empty.yaml", in: folder)
      let large = try write(extreme, to: "large.yaml", in: folder)
      let binary = "\(folder)/binary.yaml"
      try Data(noise).write(to: URL(filePath: binary))
      let commands = [["validate"], ["count", "--costs"], ["sample", "--macs", "0..9"], ["compile"], ["plan"]]
      for (command, file) in commands.flatMap({ command in [empty, large, binary].map { (command, $0) } }) {
        #expect(try Executable.run(command + [file]).status == 1, "\(command) \(file)")
      }
    }
  }
}
