import Foundation
import TestSupport
import Testing

/// What is named in the place of a space, an architecture or a run.
struct OtherFileTests {
  /// An ONNX model and weights as `export` writes them.
  @Test func `a model and weights are told for what they are`() throws {
    try withTemporaryFolder { folder in
      let network = "\(folder)/network.yaml"
      #expect(try Executable.run("unrank", "spaces/digits.yaml", "1", "-o", network).status == 0)
      let onnx = try Executable.run("export", network, "--to", "onnx", "-o", "\(folder)/model.bin")
      #expect(onnx.status == 0, "\(onnx.errors)")
      let torch = try Executable.run("export", network, "--to", "torch", "-o", "\(folder)/model.py")
      #expect(torch.status == 0, "\(torch.errors)")
      for (file, words) in [("model.bin", "is an ONNX model"), ("model.safetensors", "holds weights (safetensors)")] {
        for command in ["evaluate", "validate", "train"] {
          let outcome = try Executable.run(command, "\(folder)/\(file)")
          #expect(outcome.status == 2 && outcome.output.isEmpty, "\(command): \(outcome.errors)")
          #expect(outcome.errors.contains("\(file)' \(words), and what is wanted is a space or an architecture"))
          #expect(outcome.errors.contains("\nhelp: ") && !outcome.errors.contains("ES0"))
        }
      }
    }
  }

  @Test func `a folder that is no run is one message, with the runs in it`() throws {
    try withTemporaryFolder { folder in
      let root = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
      for arguments in [["evaluate", root], ["export", root, "--to", "svg"]] {
        let outcome = try Executable.run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.errors == "error: '\(root)' is not a run: it has no 'run.json'\n")
      }
      for name in ["first", "second"] {
        try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
        _ = try write("", to: "lock", in: "\(root)/\(name)")
      }
      let outcome = try Executable.run("evaluate", root)
      #expect(outcome.errors.contains("help: name one of the runs in it: \(root)/first, \(root)/second\n"))
    }
  }

  @Test func `a teacher that is not there is named`() throws {
    try withTemporaryFolder { folder in
      let network = "\(folder)/network.yaml"
      #expect(try Executable.run("unrank", "spaces/digits.yaml", "1", "-o", network).status == 0)
      let outcome = try Executable.run(
        "train", network, "--data", "digits", "--teacher", "runs/nope", "--out", "\(folder)/run")
      #expect(
        outcome.status == 1 && outcome.errors.contains("the teacher 'runs/nope' is not there"), "\(outcome.errors)")
    }
  }
}
