import Foundation
import TestSupport

/// The built executable, run as a user runs it.
enum Executable {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// What one process left behind.
  struct Outcome {
    /// The exit code; 128 and the signal's number where a signal ended it, as in a shell.
    let status: Int32
    let output: String
    let errors: String
  }

  /// `ESPALIER_BINARY`, or the product that the same build put beside the tests.
  static func path() throws -> String {
    if let named = ProcessInfo.processInfo.environment["ESPALIER_BINARY"], !named.isEmpty { return named }
    let selfPath = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var folder = URL(filePath: selfPath ?? Bundle.main.bundlePath)
    // The test bundle is a file on Linux and a folder that holds one on macOS.
    for _ in 0..<4 {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: "espalier").path()
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
    }
    throw Missing(description: "no executable: build the product 'espalier', or name one with ESPALIER_BINARY")
  }

  /// Runs the executable in the root of the repository.
  ///
  /// - Parameter environment: Added to that of the tests.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    try launch(path(), arguments, environment: environment)
  }

  static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// Runs a line of the shell, in which `$ESPALIER` is the executable.
  static func shell(_ line: String) throws -> Outcome {
    try launch("/bin/sh", ["-c", line], environment: ["ESPALIER": path()])
  }

  private static func launch(
    _ executable: String, _ arguments: [String], environment: [String: String]
  ) throws -> Outcome {
    try withTemporaryFolder { folder in
      // Files, not pipes: a process that fills one pipe while the test reads the other would hang.
      let streams = try ["output", "errors"].map { name in
        let file = "\(folder)/\(name)"
        try Data().write(to: URL(filePath: file))
        return (file: file, handle: try FileHandle(forWritingTo: URL(filePath: file)))
      }
      let process = Process()
      process.executableURL = URL(filePath: executable)
      process.arguments = arguments
      process.currentDirectoryURL = URL(filePath: Repository.root)
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.standardInput = FileHandle.nullDevice
      (process.standardOutput, process.standardError) = (streams[0].handle, streams[1].handle)
      try process.run()
      process.waitUntilExit()
      let texts = try streams.map { try String(contentsOfFile: $0.file, encoding: .utf8) }
      let isExit = process.terminationReason == .exit
      return Outcome(
        status: isExit ? process.terminationStatus : 128 + process.terminationStatus, output: texts[0],
        errors: texts[1])
    }
  }
}

/// Gives a new folder to the body and removes it afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path())
}

/// A file with a text in the folder; its path.
func write(_ text: String, to name: String, in folder: String) throws -> String {
  let path = "\(folder)/\(name)"
  try Data(text.utf8).write(to: URL(filePath: path))
  return path
}

/// The members of a JSON object.
func object(_ text: String) throws -> [String: Any] {
  let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
  guard let members = value as? [String: Any] else { throw Executable.Missing(description: "not an object: \(text)") }
  return members
}
