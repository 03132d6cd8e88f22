import Foundation

/// How a benchmark was called, as the page that it writes shows it: `espalier benchmark kills --kills 200`.
///
/// Arguments stand as they were given, quoted for a shell where they must be. A page holds no paths of the machine that
/// wrote it: an absolute path below the folder of the call is shown from there, any other as `.../` and its last part.
struct BenchmarkCall: CustomStringConvertible {
  private let arguments: [String]
  private let folder: String

  /// - Parameters:
  ///   - arguments: Behind the name of the program.
  ///   - folder: Where it was called.
  init(_ arguments: [String], in folder: String) {
    self.arguments = arguments
    self.folder = folder
  }

  /// Of this process.
  static var current: BenchmarkCall {
    BenchmarkCall(Array(CommandLine.arguments.dropFirst()), in: FileManager.default.currentDirectoryPath)
  }

  var description: String { (["espalier"] + arguments.map { quoted(local($0)) }).joined(separator: " ") }

  /// Paths stand alone, or behind `--python=`, `cifar10:`, `phone=` and commas.
  private func local(_ argument: String) -> String {
    argument.replacing(/(^|[=:,])(\/[^=:,]*)/) { match in "\(match.output.1)\(shown(match.output.2))" }
  }

  private func shown(_ path: Substring) -> String {
    let (parts, own) = (path.split(separator: "/"), folder.split(separator: "/"))
    guard parts.starts(with: own) else { return (["..."] + parts.suffix(1)).joined(separator: "/") }
    return parts.count == own.count ? "." : parts.dropFirst(own.count).joined(separator: "/")
  }

  private func quoted(_ argument: String) -> String {
    let isPlain = argument.wholeMatch(of: /[A-Za-z0-9_.,:=\/@%+~\-]+/) != nil
    return isPlain ? argument : "'\(argument.replacing("'", with: "'\\''"))'"
  }
}
