import Foundation
import TestSupport
import Testing

struct NewTests {
  @Test func `a file that is there stays`() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/tiny.yaml"
      #expect(try Executable.run("new", file).status == 0)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains("\nspace: tiny\n"))
      let again = try Executable.run("new", file, "--timm", "ds_r1_k3_s1_c16")
      #expect(again.status == 2)
      #expect(again.errors == "error: '\(file)' is there already; choose another name or remove it\n")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["tiny.yaml"])
    }
  }

  @Test func `nothing is written where something is wrong`() throws {
    try withTemporaryFolder { folder in
      let wrong = try Executable.run("new", "\(folder)/a.yaml", "--timm", "ir_r1")
      #expect(wrong.status == 2 && wrong.errors.hasPrefix("error: 'ir_r1' has no 'e'"))
      #expect(try Executable.run("new", "\(folder)/none/a.yaml").status == 2)
      #expect(try Executable.run("new", "\(folder)/a.yaml", "--from", "chain", "--timm", "ir_r1").status == 2)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }

  @Test(arguments: [["--from", "chain"], ["--timm", "ds_r1_k3_s1_c16,ir_r3_k5_s2_e6_c24_se0.25_nhs cn_r1_k1_s1_c64"]])
  func `what is written compiles and is in the layout`(arguments: [String]) throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/a.yaml"
      try #require(try Executable.run(["new", file] + arguments).status == 0)
      #expect(try Executable.run("format", "--check", file).status == 0)
      #expect(try Executable.run("validate", file).output.contains(": valid, "))
    }
  }
}
