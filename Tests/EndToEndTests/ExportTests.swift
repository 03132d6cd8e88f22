import Foundation
import TestSupport
import Testing

/// What `export` and `import` say to what they cannot do, and what public runtimes make of what they write.
struct ExportTests {
  private static let network = "\(Repository.root)/docs/examples/bn-nas-472m.yaml"

  @Test(
    arguments: [
      (
        ["\(Repository.root)/spaces/digits.yaml", "--to", "onnx"], 1,
        "is a space of 6.89e8 networks, and one is exported"
      ),
      (["nowhere.yaml", "--to", "onnx"], 2, "no such file"), ([Repository.root, "--to", "svg"], 2, "is not a run"),
      ([network, "--to", "onnx", "--int8"], 2, "needs images that show the ranges"),
      (
        [network, "--to", "torch", "--calibration", "digits"], 2,
        "'--calibration' is for '--to onnx' with '--int8'"
      ),
      ([network, "--to", "onnx", "--images", "64"], 2, "'--images' is for '--to onnx' with '--int8'"),
      ([network, "--to", "onnx", "--full-range"], 2, "'--full-range' is for '--to onnx' with '--int8'"),
      ([network, "--to", "torch", "--int8"], 2, "'--int8' is for '--to onnx', not for '--to torch'"),
      (
        [network, "--to", "torch", "--keep-batch-norm"], 2,
        "'--keep-batch-norm' is for '--to onnx', not for '--to torch'"
      ),
      (
        [network, "--to", "onnx", "--int8", "--calibration", "digits", "--keep-batch-norm"], 2,
        "'--int8' folds batch norm"
      ),
      ([network, "--to", "svg", "--seed", "1"], 2, "'--seed' is for '--to onnx' and '--to torch'"),
      ([network, "--to", "timm", "--weights", "a"], 2, "no weights go into '--to timm'"),
      ([network, "--to", "onnx", "--weights", "a", "--seed", "1"], 2, "give '--weights' or '--seed', not both"),
      ([network, "--to", "onnx", "--weights", "nowhere"], 2, "there is no file 'nowhere'"),
      ([network, "--to", "onnx", "--weights", network], 2, "cannot be read as safetensors"),
      ([network, "--to", "onnx", "--out", "-"], 2, "standard output is for timm, dot and svg"),
      ([network, "--to", "svg", "--out", network], 2, "is the network itself"),
    ] as [([String], Int32, String)])
  func `what cannot be exported is said in one line`(arguments: [String], status: Int32, message: String) throws {
    let outcome = try Executable.run(["export"] + arguments)
    #expect(outcome.status == status)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  @Test(
    arguments: [
      (["spos", "21", "--stem", "16"], "'--stem' is for 'timm', not for 'spos'"),
      (["spos", "21", "--classes", "10"], "'--classes' is for 'timm' and 'fbnetv2', not for 'spos'"),
      (["nasbench201", "x", "--head", "16"], "'--head' is for 'timm', not for 'nasbench201'"),
      (["nasbench201", "x", "--scales", "1"], "'--scales' is for 'spos', not for 'nasbench201'"),
      (["timm", "x", "--space", "a.yaml"], "'--space' is for 'nasbench201' and 'spos', not for 'timm'"),
      (["timm", "x", "--model", "F1"], "'--model' is for 'fbnetv2', not for 'timm'"),
      (["fbnetv2", "x", "--input", "1x28x28"], "square images of 3 channels, not 1x28x28"),
    ])
  func `an option of another format is refused, and the format that has it is named`(words: [String], message: String)
    throws
  {
    let outcome = try Executable.run(["import"] + words)
    #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  /// Skipped where 'make exports' has made no Python: there is no network, or nobody asked for it.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "'make exports' makes what this needs"))
  func `onnxruntime and PyTorch compute what the engine computes, and count what we count`() throws {
    let outcome = try Executable.run(
      ["benchmark", "export", "-n", "1", "--space", "mini-f", "--space", "mini-darts", "--python", Self.python])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = outcome.output.split(separator: "\n").filter { $0.hasPrefix("mini") }
    #expect(rows.count == 2)
    for row in rows {
      #expect(row.hasSuffix(" 1"), "the counts are equal: \(row)")
      // Float32 over some tens of layers: a few hundred units in the last place.
      for difference in row.matches(of: #/\(([0-9.e+-]+)\)/#).compactMap({ Double($0.1) }) {
        #expect(difference < 3e-5, "\(row)")
      }
    }
  }

  private static let python = "\(Repository.root)/.build/exports/bin/python"
}
