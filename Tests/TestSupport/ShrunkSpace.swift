import Foundation
import SpaceChecker
package import SpaceCompiler
package import SpaceIR

/// A shipped space with narrow layers: the same operations, decisions and hints in networks that a test can run through
/// plain loops.
package struct ShrunkSpace: Sendable {
  package let name: String
  package let input: ImageShape?
  private let replacements: [(String, String)]

  /// - Parameters:
  ///   - side: Height and width of the images; nil: as the file says.
  ///   - replacements: Made in the file's text after every plain width has been divided.
  package init(_ name: String, side: Int?, replacing replacements: [(String, String)] = []) {
    self.name = name
    input = side.map { ImageShape(channels: 3, height: $0, width: $0) }
    self.replacements = replacements
  }

  /// What the file states of its numbers does not hold of it.
  package func compilation() throws -> Compilation {
    let path = "\(Repository.root)/spaces/\(name).yaml"
    var text = try String(contentsOfFile: path, encoding: .utf8)
    if let stated = text.range(of: "\nexpect:") { text.removeSubrange(stated.lowerBound...) }
    text = Self.divided(text)
    for (old, new) in replacements {
      precondition(text.contains(old), "'\(old)' is not in \(name)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    return compileSpace(at: path, input: input, reader: Replacing(path: path, bytes: Array((text + "\n").utf8)))
  }

  /// Widths become an eighth, rounded to a multiple of 4, and no class is lost that a test could miss.
  private static func divided(_ text: String) -> String {
    var result = ""
    var rest = Substring(text.replacingOccurrences(of: "classes: 1000", with: "classes: 10"))
    let width = #/(channels|planes|head, width): (\d+)\b/#
    while let match = rest.firstMatch(of: width) {
      let number = Int(match.2) ?? 0
      // Three channels are those of images; a few more those of an output.
      let narrow = number < 16 || number == 19 ? number : max(4, (number / 8 + 2) / 4 * 4)
      result += rest[..<match.range.lowerBound] + "\(match.1): \(narrow)"
      rest = rest[match.range.upperBound...]
    }
    return result + rest
  }
}

extension Repository {
  /// Compiles a text as if it were a file beside the folder `spaces`.
  package static func compilation(ofText text: String) -> Compilation {
    let path = "\(root)/written.yaml"
    return compileSpace(at: path, input: nil, reader: Replacing(path: path, bytes: Array((text + "\n").utf8)))
  }
}

/// Files from disk, but for one.
private struct Replacing: SourceReader {
  let path: String
  let bytes: [UInt8]

  func bytes(of path: String) throws(SourceReadError) -> [UInt8] {
    path == self.path ? bytes : try DiskReader().bytes(of: path)
  }

  func bytes(of path: String, inside folder: String) throws(SourceReadError) -> [UInt8] {
    path == self.path ? bytes : try DiskReader().bytes(of: path, inside: folder)
  }
}
