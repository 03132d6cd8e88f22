package import SpaceCompiler
package import SpaceIR

/// The checkout that the tests were built from.
package enum Repository {
  /// Its folder, from where this file was compiled.
  package static var root: String {
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }

  /// The shipped spaces of FP-NAS, by the name of their file.
  package static let fpNAS = ["digits", "mini-f", "fbnetv2-f", "fbnetv2-f-fine", "fp-nas-f++"]

  /// Those that the planner lowers and that a test can plan in a debug build.
  package static let lowered =
    fpNAS + [
      "fp-nas-l0", "fp-nas-l1", "fp-nas-l2", "autoformer-small", "autoformer-tiny", "bignas", "bn-nas", "darts", "enas",
      "fbnet", "fbnetv2", "fox-nas",
      "hrnet", "hurricane", "mini-bn-nas", "mini-darts", "mini-darts-deep", "mini-fox", "mini-fox-swish",
      "mini-hurricane",
      "mini-spos", "mini-spos-channels", "mini-spos-cifar", "mixed-precision", "nasbench101",
      "nasbench101-legal", "nasbench201", "ofa-mobilenetv3", "pi-nas", "resnest", "spos", "spos-channels", "two-views",
    ]

  /// All shipped spaces. Those of whole grammars have a hundred thousand nodes; a mixture is one network and no choice.
  package static let spaces = lowered + ["hierarchical", "hierarchical-nb201", "mini-darts-mixture"]

  /// What the compiler rightly doubts in a shipped space: codes of warnings.
  package static let doubts = ["hierarchical": ["ES3016"]]

  /// Compiles a shipped space, once for all tests: what they ask of it never changes it.
  package static func compilation(of space: String, input: ImageShape? = nil) -> Compilation {
    compilations.value(for: CompilationKey(space: space, input: input)) {
      compileSpace(at: "\(root)/spaces/\(space).yaml", input: input)
    }
  }

  private static let compilations = Cache<CompilationKey, Compilation>()

  private struct CompilationKey: Hashable {
    let space: String
    let input: ImageShape?
  }
}
