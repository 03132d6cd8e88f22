import ArgumentParser
import Foundation

/// The scripts that measure other tools on the same space, and a Python that has these tools.
struct PeerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also run the scripts 'bench_*.py' and 'exact_dp.py' of this folder, in turn with ours.", valueName: "folder"),
    completion: .directory)
  var peers: String?

  @Option(help: ArgumentHelp("The Python that has the tools; those that it has not are named.", valueName: "program"))
  var python: String?

  @Option(help: "With '--peers': how often each is run.", transform: parseCount)
  var rounds = 3

  func validate() throws {
    guard (peers == nil) == (python == nil) else {
      throw ValidationError("'--peers' and '--python' go together: the scripts, and what runs them")
    }
  }

  /// Paths of the scripts, in the order of their names.
  func scripts() throws -> [String] {
    guard let peers else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: peers)) ?? []
    let scripts = names.filter { ($0.hasPrefix("bench_") || $0 == "exact_dp.py") && $0.hasSuffix(".py") }.sorted()
    guard !scripts.isEmpty else {
      throw CommandFailure("'\(peers)' has no script 'bench_*.py'", status: .couldNotRun)
    }
    return scripts.map { "\(peers)/\($0)" }
  }
}

/// What a script prints: one JSON object, of which this is read. A text in the place of a number says why there is none.
struct PeerReport {
  let tool: String
  let version: String
  /// Of the structure.
  let countMicroseconds: Double?
  /// Whether that count is the number of networks.
  let isExact: Bool
  /// Of the networks that meet both constraints, exactly; no tool but the reference has it.
  let boundedSeconds: Double?
  /// Without constraints.
  let drawsPerSecond: Double?
  /// Networks that meet both constraints: drawn by the tool, and thrown away where they do not.
  let validPerSecond: Double?
  let validateMicroseconds: Double?
  let peakMegabytes: Double?

  /// Nil for what is no report.
  init?(_ line: String) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
      let tool = object["tool"] as? String, let version = object["version"] as? String
    else { return nil }
    self.tool = tool
    self.version = version
    countMicroseconds = object["count_us"] as? Double
    isExact = object["count_exact_struct"] as? Bool ?? false
    boundedSeconds = object["count_exact_s"] as? Double
    drawsPerSecond = object["sample_per_s"] as? Double
    validPerSecond = (object["reject"] as? [String: Any])?["valid_per_s"] as? Double
    validateMicroseconds = object["validate_us"] as? Double
    peakMegabytes = object["peak_rss_mb"] as? Double
  }

  /// Runs a script to its end on one thread; a script that does not end in five minutes is stopped.
  ///
  /// - Returns: Nil where it printed no report: the Python has not what it needs.
  /// - Throws: `CommandFailure` where the program cannot be started.
  static func running(_ script: String, python: String) throws -> PeerReport? {
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [URL(filePath: script).lastPathComponent]
    process.currentDirectoryURL = URL(filePath: script).deletingLastPathComponent()
    var environment = ProcessInfo.processInfo.environment
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] { environment[name] = "1" }
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw CommandFailure("'\(python)' cannot be started: \(error.localizedDescription)", status: .couldNotRun)
    }
    let limit = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 300, execute: limit)
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    limit.cancel()
    return PeerReport(String(decoding: text, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? "")
  }
}

/// What is compared, of one tool in all rounds.
struct PeerRow {
  let name: String
  private(set) var isExact = false
  private var counts: [Double] = []
  private var boundedCounts: [Double] = []
  private var draws: [Double] = []
  private var validDraws: [Double] = []
  private var checks: [Double] = []
  private var memory: [Double] = []

  init(_ name: String) { self.name = name }

  mutating func add(_ report: PeerReport) {
    isExact = report.isExact
    add(
      counts: report.countMicroseconds, bounded: report.boundedSeconds, draws: report.drawsPerSecond,
      valid: report.validPerSecond, checks: report.validateMicroseconds, memory: report.peakMegabytes)
  }

  /// Our own, which are exact.
  mutating func addExact(
    counts: Double, bounded: Double, draws: Double, valid: Double, checks: Double, memory: Double
  ) {
    isExact = true
    add(counts: counts, bounded: bounded, draws: draws, valid: valid, checks: checks, memory: memory)
  }

  private mutating func add(
    counts: Double?, bounded: Double?, draws: Double?, valid: Double?, checks: Double?, memory: Double?
  ) {
    self.counts += [counts].compactMap { $0 }
    boundedCounts += [bounded].compactMap { $0 }
    self.draws += [draws].compactMap { $0 }
    validDraws += [valid].compactMap { $0 }
    self.checks += [checks].compactMap { $0 }
    self.memory += [memory].compactMap { $0 }
  }

  static let head = [
    "tool", "count, us", "exact", "count under both, s", "draws a second", "valid ones under both", "check, us",
    "peak MB",
  ]

  /// Medians with the smallest and the largest.
  var cells: [String] {
    func text(_ values: [Double], _ digits: Int) -> String {
      values.isEmpty ? "-" : Spread(values).text(digits: digits)
    }
    return [
      name, text(counts, 0), isExact ? "yes" : "no", text(boundedCounts, 2), text(draws, 0), text(validDraws, 1),
      text(checks, 1), memory.max().map { Int($0).grouped } ?? "-",
    ]
  }
}
