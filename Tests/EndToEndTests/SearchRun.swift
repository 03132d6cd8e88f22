import Foundation

/// A search that takes a second or two, as a user would start it.
enum SearchRun {
  static let small = [
    "search", "spaces/digits.yaml", "--data", "digits", "--epochs", "2", "--train-epochs", "1", "--random", "1",
    "--limit", "200",
  ]

  static func start(in folder: String, _ extra: String...) throws -> Executable.Outcome {
    try Executable.run(small + ["--out", "\(folder)/run"] + extra)
  }

  /// Every file of a run but the two that are about the process: the one with times and the lock.
  static func files(of run: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for case let file as String in FileManager.default.enumerator(atPath: run) ?? .init() {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: "\(run)/\(file)", isDirectory: &isFolder)
      guard exists, !isFolder.boolValue, file != "progress.json", file != "lock" else { continue }
      contents[file] = try Data(contentsOf: URL(filePath: "\(run)/\(file)"))
    }
    return contents
  }

  /// Kills a run after it has written some steps; the number of steps it left.
  ///
  /// - Parameter body: Runs before the end, while the search works.
  static func killed(in folder: String, after steps: Int, during body: () throws -> Void = {}) throws -> Int {
    let process = Process()
    process.executableURL = URL(filePath: try Executable.path())
    process.arguments = [
      "search", "spaces/digits.yaml", "--data", "digits", "--epochs", "2000", "--train-epochs", "0", "--limit", "200",
      "--out", "\(folder)/run",
    ]
    process.currentDirectoryURL = URL(filePath: repositoryRoot)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Bounded: a search that writes nothing in a minute has failed, and the test then says how far it came.
    for _ in 0..<600 {
      if try self.steps(of: "\(folder)/run") >= steps || !process.isRunning { break }
      Thread.sleep(forTimeInterval: 0.1)
    }
    do {
      defer {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
      }
      try body()
    }
    return try self.steps(of: "\(folder)/run")
  }

  /// Steps that `status` counts; 0 where there is no run yet.
  static func steps(of run: String) throws -> Int {
    let status = try Executable.run("status", run, "--json")
    return status.status == 0 ? try object(status.output)["steps"] as? Int ?? 0 : 0
  }
}
