import Exporters
import SpaceIR

extension NetworkFiles {
  /// The architecture file that a run keeps.
  ///
  /// - Parameter spaceFolder: Of the space's files, seen from the architecture's.
  func architectureText(spaceFolder: String, comment: String) -> String {
    architectureFile(
      architecture, of: space.space, spaceFile: "\(spaceFolder)/\(space.files.first?.relativePath ?? "")",
      spaceHash: space.hash, comment: [comment])
  }
}
