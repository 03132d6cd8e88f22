import ArgumentParser
import Distributions
import Foundation
import Search

/// `espalier benchmark kills`: whether a run survives being killed, whatever the moment.
struct KillsBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kills",
    abstract: "Kill searches at random moments, resume each, and compare the files with those of an undisturbed run.",
    discussion: """
        espalier benchmark kills --kills 200 --out docs/benchmarks.md

      One search runs undisturbed. Then the same search is started, killed (SIGKILL) and resumed, over and over, into a \
      new folder whenever one has finished. Of four kills one waits until a checkpoint is being written, one until a \
      transaction is; the others come after a random time. Every file but progress.json must have the same bytes in the \
      end. Ends with 1 where one differs.
      """)

  @Option(help: "How many processes are killed.", transform: parseCount)
  var kills = 20

  @Option(help: "The space to search.", completion: .file(extensions: ["yaml", "yml"]))
  var file = "spaces/digits.yaml"

  @Option(help: "Passes over the training half.")
  var epochs = 4.0

  @Option(help: "Decides the moments.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Where runs are kept; emptied before.", valueName: "folder"))
  var runs = "runs/kills"

  @OptionGroup var output: BenchmarkOutput

  func run() throws {
    try? FileManager.default.removeItem(atPath: runs)
    try createFolder(runs)
    let clock = ContinuousClock()
    let start = clock.now
    guard try ChildProcess(search("whole")).wait() == 0 else { throw failure("the undisturbed search") }
    let whole = (clock.now - start).inSeconds
    let expected = try files(of: "\(runs)/whole")
    var tally = KillTally()
    var random = SplitRandom(seed: seed, stream: [])
    while tally.kills < kills {
      let name = "killed-\(tally.runs + 1)"
      try surviveKills(name, whole: whole, &tally, &random)
      let found = try files(of: "\(runs)/\(name)")
      let differing = Set(expected.keys).union(found.keys).filter { expected[$0] != found[$0] }.sorted()
      guard differing.isEmpty else {
        throw CommandFailure("'\(runs)/\(name)' differs from '\(runs)/whole' in: \(differing.joined(separator: ", "))")
      }
      tally.runs += 1
      try FileManager.default.removeItem(atPath: "\(runs)/\(name)")
    }
    try output.write(report(tally, whole), command: "kills", title: "Runs that are killed")
  }

  /// Starts and resumes one run until it is finished or no kill is left.
  private func surviveKills(
    _ name: String, whole: Double, _ tally: inout KillTally, _ random: inout SplitRandom
  ) throws {
    let folder = "\(runs)/\(name)"
    while true {
      let isBegun = RunDirectory.has(.definition, in: folder)
      let process = try ChildProcess(isBegun ? resume(name) : search(name))
      let moment = KillMoment(number: tally.kills, seconds: Double.random(in: 0..<whole, using: &random))
      let ended = tally.kills < kills ? moment.wait(for: process, in: folder) : process.wait()
      if let ended {
        guard ended == 0 else { throw failure(isBegun ? "resuming '\(folder)'" : "searching into '\(folder)'") }
        return
      }
      process.kill()
      _ = process.wait()
      tally.add(folder)
    }
  }

  private func search(_ name: String) -> [String] {
    [
      "search", file, "--data", "digits", "--limit", "200", "--epochs", String(epochs), "--train-epochs", "3",
      "--random", "1", "--checkpoint-steps", "2", "--out", "\(runs)/\(name)",
    ]
  }

  private func resume(_ name: String) -> [String] { ["resume", "\(runs)/\(name)", "--checkpoint-steps", "2"] }

  private func failure(_ what: String) -> CommandFailure { CommandFailure("\(what) failed; its message is above") }

  private func createFolder(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// Every file of a run but the two that are about the process, by its path in the run.
  private func files(of run: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for case let file as String in FileManager.default.enumerator(atPath: run) ?? .init() {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: "\(run)/\(file)", isDirectory: &isFolder), !isFolder.boolValue,
        file != RunDirectory.File.progress.rawValue, file != RunDirectory.File.lock.rawValue
      else { continue }
      contents[file] = try Data(contentsOf: URL(filePath: "\(run)/\(file)"))
    }
    return contents
  }

  private func report(_ tally: KillTally, _ whole: Double) -> String {
    var table = AlignedTable([.left, .right])
    table.add(["killed", String(tally.kills)])
    for (moment, count) in tally.moments { table.add(["  \(moment.rawValue)", String(count)]) }
    table.add(["runs finished by resume", String(tally.runs)])
    table.add(["files that differ", "0"])
    return "\(processorName()), \(availableProcessors()) cores; an undisturbed search takes \(whole.fixed(1)) s\n"
      + table.text()
  }
}

/// When a process is killed.
private struct KillMoment {
  private enum Trigger {
    case time
    case checkpoint
    case transaction
  }

  private let trigger: Trigger
  private let seconds: Double

  init(number: Int, seconds: Double) {
    trigger = number % 4 == 1 ? .checkpoint : number % 4 == 3 ? .transaction : .time
    self.seconds = seconds
  }

  /// Returns nil when the moment has come, and the exit code where the process ended before.
  func wait(for process: ChildProcess, in folder: String) -> Int32? {
    let start = ContinuousClock.now
    var isArmed = false
    while true {
      if let code = process.poll() { return code }
      isArmed = isArmed || (ContinuousClock.now - start).inSeconds >= seconds
      switch trigger {
      case .time where isArmed: return nil
      case .checkpoint where isArmed && hasDraft(in: "\(folder)/checkpoints"): return nil
      case .transaction where isArmed && logChanges(in: folder): return nil
      case .time: usleep(500)
      case .checkpoint, .transaction: break
      }
    }
  }

  private func hasDraft(in folder: String) -> Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: folder))?.contains { $0.hasSuffix(".part") } == true
  }

  /// Whether the write-ahead log grows between two looks.
  private func logChanges(in folder: String) -> Bool {
    func size() -> Int {
      var status = stat()
      return stat("\(folder)/run.sqlite-wal", &status) == 0 ? Int(status.st_size) : 0
    }
    let before = size()
    for _ in 0..<1000 where size() != before { return true }
    return false
  }
}

/// What state killed processes have left; a half-written checkpoint can be that of an earlier one.
private struct KillTally {
  enum Moment: String, CaseIterable {
    case beginning = "before the first file was complete"
    case checkpoint = "with a checkpoint half written"
    case database = "with transactions in the database's log"
    case searching = "elsewhere in the search"
    case retraining = "while networks were trained from scratch"
    case finished = "after the result was written"
  }

  private(set) var kills = 0
  var runs = 0
  private var counts: [Moment: Int] = [:]

  var moments: [(Moment, Int)] { Moment.allCases.map { ($0, counts[$0, default: 0]) } }

  mutating func add(_ folder: String) {
    kills += 1
    counts[moment(folder), default: 0] += 1
  }

  private func moment(_ folder: String) -> Moment {
    if !RunDirectory.has(.definition, in: folder) { return .beginning }
    if RunDirectory.has(.result, in: folder) { return .finished }
    let checkpoints = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/checkpoints")) ?? []
    if checkpoints.contains(where: { $0.hasSuffix(".part") }) { return .checkpoint }
    if RunDirectory.has(.architecture, in: folder) { return .retraining }
    let log = try? FileManager.default.attributesOfItem(atPath: "\(folder)/run.sqlite-wal")[.size] as? Int
    return (log ?? 0) > 0 ? .database : .searching
  }
}
