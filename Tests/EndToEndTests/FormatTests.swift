import Foundation
import TestSupport
import Testing

struct FormatTests {
  private static let messy = "espalier:   1 # one\nspace:  x\r\n"
  private static let neat = "espalier: 1 # one\nspace: x\n"

  @Test func `a file is replaced once, and its permissions stay`() throws {
    try withTemporaryFolder { folder in
      let file = try write(Self.messy, to: "a.yaml", in: folder)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
      let first = try Executable.run("format", file)
      #expect(first.status == 0 && first.output == "\(file): changed\n" && first.errors.isEmpty)
      #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.neat)
      #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)
      let second = try Executable.run("format", file)
      #expect(second.status == 0 && second.output == "\(file): in the layout\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.yaml"])
    }
  }

  @Test func `check writes nothing and says which files would change`() throws {
    try withTemporaryFolder { folder in
      let files = try [write(Self.messy, to: "a.yaml", in: folder), write(Self.neat, to: "b.yaml", in: folder)]
      let outcome = try Executable.run(["format", "--check"] + files)
      #expect(outcome.status == 1)
      #expect(outcome.output == "\(files[0]): would change\n\(files[1]): in the layout\n")
      #expect(try String(contentsOfFile: files[0], encoding: .utf8) == Self.messy)
    }
  }

  @Test func `standard input goes to standard output`() throws {
    let outcome = try Executable.shell("printf 'b:  1\\nspace: x' | \"$ESPALIER\" format -")
    #expect(outcome.status == 0 && outcome.output == "b: 1\nspace: x\n")
    let checked = try Executable.shell("printf 'b:  1\\n' | \"$ESPALIER\" format --check -")
    #expect(checked.status == 1 && checked.output == "<stdin>: would change\n")
    #expect(try Executable.run("format", "-", "spaces/mini-f.yaml").status == 2)
  }

  @Test func `an error of YAML is told, the file stays, and the others are formatted`() throws {
    try withTemporaryFolder { folder in
      let wrong = try write("a: [1\nb: 2\n", to: "wrong.yaml", in: folder)
      let messy = try write(Self.messy, to: "messy.yaml", in: folder)
      let outcome = try Executable.run("format", wrong, messy)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("error[ES0008]"))
      #expect(outcome.output == "\(messy): changed\n")
      #expect(try String(contentsOfFile: wrong, encoding: .utf8) == "a: [1\nb: 2\n")
      let missing = try Executable.run("format", "\(folder)/none.yaml")
      #expect(missing.status == 2)
      #expect(missing.errors == "error: '\(folder)/none.yaml' cannot be read: no such file or directory\n")
    }
  }
}
