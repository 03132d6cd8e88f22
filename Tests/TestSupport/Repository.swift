package import SpaceCompiler
package import SpaceIR

/// The checkout that the tests were built from.
package enum Repository {
  /// Its folder, from where this file was compiled.
  package static var root: String {
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }

  /// The shipped spaces, by the name of their file.
  package static let spaces = ["digits", "mini-f", "fbnetv2-f", "fbnetv2-f-fine", "fp-nas-f++"]

  /// Compiles a shipped space.
  package static func compilation(of space: String, input: ImageShape? = nil) -> Compilation {
    compileSpace(at: "\(root)/spaces/\(space).yaml", input: input)
  }
}
