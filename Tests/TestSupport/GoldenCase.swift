import Foundation

/// One input file of a `Golden` folder, with the expected output beside it under another extension.
package struct GoldenCase: Sendable, CustomStringConvertible {
  /// The folder that holds the topics.
  package let root: String
  /// `names/unknown-operation.yaml`, below the root; what messages show, so that goldens hold no machine's path.
  package let path: String

  package init(root: String, path: String) {
    self.root = root
    self.path = path
  }

  package var description: String { path }

  /// Every `<topic>/<case>` with the extension, by path; deeper folders hold the files that cases use.
  ///
  /// - Parameter folder: Below the root of the repository.
  package static func all(in folder: String, withExtension suffix: String = "yaml") throws -> [GoldenCase] {
    let root = "\(Repository.root)/\(folder)"
    return try FileManager.default.subpathsOfDirectory(atPath: root)
      .filter { $0.hasSuffix(".\(suffix)") && $0.split(separator: "/").count == 2 }
      .sorted().map { GoldenCase(root: root, path: $0) }
  }

  /// Holds an output against the file beside the case.
  ///
  /// With `UPDATE_GOLDEN=1` in the environment the file is rewritten, and the run fails so that nobody forgets to read
  /// the difference.
  ///
  /// - Throws: `GoldenMismatch` where the file is missing, differs or was rewritten.
  package func expect(_ found: String, extension suffix: String) throws {
    let name = "\(path.prefix(while: { $0 != "." })).\(suffix)"
    let file = URL(filePath: "\(root)/\(name)")
    let expected = try? String(contentsOf: file, encoding: .utf8)
    if expected == found { return }
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try Data(found.utf8).write(to: file)
      throw GoldenMismatch(description: "rewrote \(name): read the difference, then run without UPDATE_GOLDEN")
    }
    guard let expected else {
      throw GoldenMismatch(description: "\(name) is missing; UPDATE_GOLDEN=1 writes it")
    }
    throw GoldenMismatch(description: "\(name) differs\n--- expected\n\(expected)--- found\n\(found)")
  }
}

package struct GoldenMismatch: Error, CustomStringConvertible {
  package let description: String
}
