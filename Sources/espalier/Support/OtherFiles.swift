import Foundation
import Search

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that commands write and that people then name where a space or an architecture is wanted.
private enum WrittenFile {
  case onnx
  case weights

  /// By the file's first bytes; nil: it is something else, or cannot be read.
  init?(at path: String) {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var head = [UInt8](repeating: 0, count: 9)
    guard read(descriptor, &head, head.count) == head.count else { return nil }
    // Of a safetensors file the length of its JSON, little endian, and the JSON; of an ONNX model its first two fields, the
    // version of the format and the producer.
    if head[8] == UInt8(ascii: "{"), head[4..<8].allSatisfy({ $0 == 0 }), head[0..<4].contains(where: { $0 != 0 }) {
      self = .weights
    } else if head[0] == 0x08, head[1] < 0x20, head[2] == 0x12 {
      self = .onnx
    } else {
      return nil
    }
  }

  var words: String {
    switch self {
    case .onnx: "is an ONNX model"
    case .weights: "holds weights (safetensors)"
    }
  }

  var help: String {
    switch self {
    case .onnx: "name the architecture file, or the run, that it was exported from"
    case .weights: "name their architecture file, with '--weights' before these where the command takes weights"
    }
  }
}

/// Says what a file is that is no text of the language, instead of showing its bytes.
///
/// - Throws: `CommandFailure` with exit code 2.
func requireNoWrittenFile(_ path: String) throws {
  guard let written = WrittenFile(at: path) else { return }
  throw CommandFailure(
    """
    '\(path)' \(written.words), and what is wanted is a space or an architecture, a YAML file
    help: \(written.help)
    """, status: .couldNotRun)
}

/// Where a folder is named, it is that of one run.
///
/// - Throws: `CommandFailure` with exit code 2 for a folder of several runs, or of none.
func requireRun(inFolder path: String) throws {
  guard isFolder(path), !RunDirectory.has(.lock, in: path), !RunDirectory.has(.definition, in: path) else { return }
  try translatingFailures { try SeedFolder.requireOneRun(path) }
  let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  let runs = names.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }.filter { RunDirectory.has(.lock, in: $0) }
  let help =
    "help: name one of the runs in it: \(runs.prefix(8).joined(separator: ", "))\(runs.count > 8 ? ", ..." : "")"
  throw CommandFailure(
    "'\(path)' is not a run: it has no 'run.json'" + (runs.isEmpty ? "" : "\n\(help)"), status: .couldNotRun)
}
