import Datasets
import Engine
import Foundation
import Search
import SpaceIR
import Supernet
import Synchronization
import Testing

/// Runs that are taken up from what a stopped process has left. The folder is copied while the search works, which is what
/// a kill at that moment would leave.
struct RunResumeTests {
  @Test func `a run goes on from any step and any epoch of training to the same bytes`() async throws {
    try await withFolder { folder in
      let whole = try await StoppedRuns.make(in: folder)
      // Before and after a checkpoint, the end of the warm-up, the change of form; half of the epochs of training.
      let ends = ["ready", "step-1", "step-2", "step-4", "step-5", "step-8", "chosen", "epoch-1", "epoch-3"]
      let copies = whole.copies.filter { copy in ends.contains { copy.hasSuffix($0) } }
      #expect(copies.count == ends.count)
      for copy in copies {
        let run = try await StoppedRuns.go(on: copy)
        #expect(try StoppedRuns.files(of: copy) == whole.files, "\(copy)")
        #expect(run.warnings.isEmpty)
      }
    }
  }

  /// Between weights and logits the engine trains other tensors, which no checkpoint says.
  @Test func `a search of all networks at once goes on too`() async throws {
    try await withFolder { folder in
      let definition = try StoppedRuns.definition(.fbnetV2, MaskedSearchTests.recipe(epochs: 2))
      let whole = try await StoppedRuns.make(in: folder, definition)
      // Before and after the first step of the logits, which is step 13, and at the end.
      let ends = ["step-11", "step-12", "chosen"]
      for copy in whole.copies.filter({ copy in ends.contains { copy.hasSuffix($0) } }) {
        let run = try await StoppedRuns.go(on: copy, definition)
        #expect(try StoppedRuns.files(of: copy) == whole.files, "\(copy)")
        #expect(run.warnings.isEmpty)
      }
      #expect(whole.copies.contains { $0.hasSuffix("step-13") } && !whole.copies.contains { $0.hasSuffix("step-14") })
    }
  }

  @Test func `whatever has happened to its files, a run goes on or says what is wrong`() async throws {
    try await withFolder { folder in
      let whole = try await StoppedRuns.make(in: folder)
      let stopped = try #require(whole.copies.first { $0.hasSuffix("step-7") })
      try await damagedCheckpoint(whole, of: stopped)
      try await clockSetBack(whole, of: stopped)
      try await unfinishedCheckpoint(whole, of: stopped)
      try await allCheckpointsDamaged(whole, of: stopped)
      try await truncatedDatabase(whole, of: stopped)
    }
  }

  /// A copy of its own for each mishap.
  private func copy(_ stopped: String, _ name: String) throws -> String {
    try FileManager.default.copyItem(atPath: stopped, toPath: "\(stopped)-\(name)")
    return "\(stopped)-\(name)"
  }

  /// It is told, and the one before it is used.
  private func damagedCheckpoint(_ whole: StoppedRuns.Whole, of stopped: String) async throws {
    let copy = try copy(stopped, "damaged")
    try damage("\(copy)/checkpoints/search-6.safetensors")
    let run = try await StoppedRuns.go(on: copy)
    #expect(run.warnings.count == 1)
    #expect(run.warnings.first?.contains("search-6.safetensors' cannot be read: its checksum is not") == true)
    #expect(run.resumedAfter == 4)
    #expect(try StoppedRuns.files(of: copy) == whole.files)
  }

  /// The order of checkpoints is that of their steps.
  private func clockSetBack(_ whole: StoppedRuns.Whole, of stopped: String) async throws {
    let copy = try copy(stopped, "clock")
    try setDate(Date(timeIntervalSince1970: 0), of: "\(copy)/checkpoints/search-6.safetensors")
    try setDate(.distantFuture, of: "\(copy)/run.sqlite")
    let run = try await StoppedRuns.go(on: copy)
    #expect(run.resumedAfter == 6)
    #expect(try StoppedRuns.files(of: copy) == whole.files)
  }

  /// As if it were not there.
  private func unfinishedCheckpoint(_ whole: StoppedRuns.Whole, of stopped: String) async throws {
    let copy = try copy(stopped, "part")
    let checkpoint = "\(copy)/checkpoints/search-6.safetensors"
    let bytes = try Data(contentsOf: URL(filePath: checkpoint))
    try FileManager.default.removeItem(atPath: checkpoint)
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: checkpoint + ".part"))
    let run = try await StoppedRuns.go(on: copy)
    #expect(run.resumedAfter == 4 && run.warnings.isEmpty)
    #expect(try StoppedRuns.files(of: copy) == whole.files)
  }

  private func allCheckpointsDamaged(_ whole: StoppedRuns.Whole, of stopped: String) async throws {
    let copy = try copy(stopped, "none")
    for step in [4, 6] { try damage("\(copy)/checkpoints/search-\(step).safetensors") }
    let before = try StoppedRuns.files(of: copy)
    let error = try #require(await error { try await StoppedRuns.go(on: copy) } as? RunError)
    guard case .noCheckpoint(_, let file, _) = error else {
      Issue.record("another error: \(error)")
      return
    }
    #expect(file.hasSuffix("search-6.safetensors"))
    #expect(error.description.contains("--from-start"))
    #expect(try StoppedRuns.files(of: copy) == before, "nothing was changed")
    try RunDirectory(continuing: copy).startOver()
    _ = try await StoppedRuns.go(on: copy)
    #expect(try StoppedRuns.files(of: copy) == whole.files)
  }

  /// Cut anywhere, to nothing too: never a crash, never a run that quietly lacks steps.
  private func truncatedDatabase(_ whole: StoppedRuns.Whole, of stopped: String) async throws {
    for bytes in [0, 4096, 6000] {
      let copy = try copy(stopped, "cut-\(bytes)")
      for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(copy)/run.sqlite\(ending)") }
      let file = "\(copy)/run.sqlite"
      try Data(contentsOf: URL(filePath: file)).prefix(bytes).write(to: URL(filePath: file))
      let error = try #require(await error { try await StoppedRuns.go(on: copy) } as? RunError)
      switch error {
      case .stepsLost, .databaseDamaged: break
      default: Issue.record("another error: \(error)")
      }
      #expect(error.description.contains("--from-start"))
    }
  }

  @Test(arguments: [false, true])
  func `starting over leaves what defines the run, and nothing else`(isTraining: Bool) async throws {
    try await withFolder { folder in
      let path = "\(folder)/run"
      let run = try RunDirectory(creating: path)
      for file in RunDirectory.File.allCases where file != .lock { try run.write([1], to: file) }
      if isTraining {
        try run.write(Array(#"{"kind": "training", "version": 1}"#.utf8), to: .definition)
      } else {
        try run.write(StoppedRuns.definition(), as: .definition)
      }
      let (inputs, rest) = (
        ["space/digits.yaml", "tables/phone.yaml"],
        ["run.sqlite-wal", "run.sqlite.part", "tensorboard/search.tfevents", "checkpoints/search-1.safetensors"]
      )
      for name in inputs + rest { try run.store([1], at: name) }
      try run.startOver()
      let left = Set(try StoppedRuns.files(of: path).keys)
      let given = ["run.json", "recipe.yaml", "start.json"] + (isTraining ? ["architecture.yaml"] : [])
      #expect(left == Set(inputs + given))
      #expect(!RunDirectory.has(.progress, in: path) && RunDirectory.has(.lock, in: path))
    }
  }

  @Test func `a run is not taken up twice at once`() async throws {
    try await withFolder { folder in
      let run = "\(folder)/run"
      let first = try RunDirectory(creating: run)
      #expect(throws: RunError.inUse(path: run, by: .goOn)) { try RunDirectory(continuing: run) }
      withExtendedLifetime(first) {}
    }
  }

  @Test func `a loss that is no number ends the run with what was before`() async throws {
    try await withFolder { folder in
      var definition = try StoppedRuns.definition()
      definition.recipe.weightRate = 1e38
      definition.recipe.clipNorm = 0
      let path = "\(folder)/run"
      let error = try #require(
        await error { try await StoppedRuns.run(definition, in: RunDirectory(creating: path)) } as? SearchError)
      guard case .notFinite(let steps, _) = error else {
        Issue.record("another error: \(error)")
        return
      }
      #expect(try RunDirectory.stepCount(of: path) == steps)
      #expect(error.description.contains("what was written before is kept"))
      #expect(!RunDirectory.has(.result, in: path))
    }
  }

  @Test func `the database gives back every step, snapshot and network`() async throws {
    try await withFolder { folder in
      let path = "\(folder)/run"
      let seen = Mutex<[StepRecord]>([])
      let result = try await StoppedRuns.run(StoppedRuns.definition(), in: RunDirectory(creating: path)) { event in
        if case .step(let record, _, _) = event { seen.withLock { $0.append(record) } }
      }
      let reader = try #require(try RunReader(of: path))
      #expect(try RunDirectory.steps(of: path) == seen.withLock { $0 })
      #expect(try reader.networks().values.sorted { $0.label > $1.label } == result.networks)
      let snapshots = try reader.snapshots()
      #expect(snapshots.map(\.steps) == [3, 4, 5, 6, 7, 8])
      let last = try RunDirectory.decode(
        type(of: snapshots[0].distribution), from: .distribution, of: path)
      #expect(snapshots.last?.distribution == last)
    }
  }

  private func damage(_ path: String) throws {
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(filePath: path))
  }

  private func setDate(_ date: Date, of path: String) throws {
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
  }

  /// What the body throws; nil: nothing.
  private func error<Result>(_ body: () async throws -> Result) async -> (any Error)? {
    do {
      _ = try await body()
      return nil
    } catch { return error }
  }
}

/// A new folder, removed afterwards.
func withFolder(_ body: (String) async throws -> Void) async throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try await body(folder.path())
}

/// A short search with training, copied at every step and epoch.
enum StoppedRuns {
  struct Whole {
    let files: [String: Data]
    let copies: [String]
  }

  /// What going on told.
  struct Continued {
    var warnings: [String] = []
    var resumedAfter = 0
  }

  /// 8 steps, 2 of them warm-up, and two networks for 2 epochs.
  static func definition(
    _ method: SearchMethod = .fpNAS, _ recipe: SearchRecipe = TestSearch.recipe()
  ) throws -> RunDefinition {
    RunDefinition(
      method: method, recipe: recipe, retraining: TrainingRecipe(epochs: 2, averageDecay: 0.9),
      baselines: 1, seed: 5, data: "digits", limit: 64, dataChecksum: try TestSearch.splits().checksum, engine: "any",
      space: try TestSearch.space(), spaceFile: "space/digits.yaml", spaceHash: "", totalSteps: 0)
  }

  static func run(
    _ definition: RunDefinition, in run: RunDirectory, observe: @escaping @Sendable (SessionEvent) -> Void = { _ in }
  ) async throws -> RunResult {
    var session = try SearchSession(
      TestSearch.space(), definition: definition, splits: TestSearch.splits(), library: TestSearch.library(),
      threads: 2)
    return try await session.run(
      in: run, pace: CheckpointPace(steps: 2), architectureText: { "\($0.choices)" }, observe: observe)
  }

  static func make(in folder: String, _ definition: RunDefinition? = nil) async throws -> Whole {
    let path = "\(folder)/whole"
    let copies = Mutex<[String]>([])
    let copy = { @Sendable (name: String) in
      try? FileManager.default.copyItem(atPath: path, toPath: "\(folder)/\(name)")
      copies.withLock { $0.append("\(folder)/\(name)") }
    }
    _ = try await run(definition ?? self.definition(), in: RunDirectory(creating: path)) { event in
      switch event {
      case .ready: copy("ready")
      case .step(let record, _, _): copy("step-\(record.step + 1)")
      case .trained(let epochs, _): copy("epoch-\(epochs)")
      case .chosen: copy("chosen")
      case .resumed, .warning, .earlier, .network, .noted: break
      }
    }
    return Whole(files: try files(of: path), copies: copies.withLock { $0 })
  }

  static func go(on path: String, _ definition: RunDefinition? = nil) async throws -> Continued {
    let continued = Mutex(Continued())
    _ = try await run(definition ?? self.definition(), in: RunDirectory(continuing: path)) { event in
      continued.withLock {
        if case .warning(let text) = event { $0.warnings.append(text) }
        if case .resumed(let after, _) = event { $0.resumedAfter = after }
      }
    }
    return continued.withLock { $0 }
  }

  /// Every file of a run but those about a process, by its path in the run.
  static func files(of run: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for case let file as String in FileManager.default.enumerator(atPath: run) ?? .init() {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: "\(run)/\(file)", isDirectory: &isFolder), !isFolder.boolValue,
        file != "progress.json", file != "lock"
      else { continue }
      contents[file] = try Data(contentsOf: URL(filePath: "\(run)/\(file)"))
    }
    return contents
  }
}
