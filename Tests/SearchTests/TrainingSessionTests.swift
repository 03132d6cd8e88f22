import Datasets
import Engine
import Foundation
import SpaceAnalysis
import SpaceIR
import SpacePlanner
import Supernet
import Synchronization
import Testing

@testable import Search

/// Runs of `train`: what they write, and that stops leave no trace in it.
struct TrainingSessionTests {
  private static func network() throws -> Architecture {
    var random = SplitMix(state: 11)
    return UniformSampler(try TestSearch.space(), measure: .decisions).draw(using: &random)
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  private static func definition() throws -> TrainingDefinition {
    var recipe = TrainingRecipe(epochs: 3, batch: 32, averageDecay: 0.8)
    recipe.mixup = 0.2
    return TrainingDefinition(
      recipe: recipe, testEvery: 2, seed: 5, data: "digits", limit: 64, folder: nil,
      dataChecksum: try TestSearch.splits().checksum, engine: "any", space: try TestSearch.space(),
      spaceFile: "space/digits.yaml", spaceHash: "s", architectureHash: "a", teacher: nil)
  }

  private static func run(
    in run: RunDirectory, workers: Int = 0, stopAfter: Int = .max,
    observe: @escaping @Sendable (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingRunResult {
    let splits = try TestSearch.splits()
    let session = try TrainingSession(
      network(), of: TestSearch.space(), definition: definition(), images: splits.trainAndValidation,
      test: splits.test, library: TestSearch.library(), threads: 1, loading: ImageLoading(workers: workers),
      teacher: nil)
    let steps = Mutex(0)
    let count = { @Sendable (event: TrainingEvent) in
      if case .step = event { steps.withLock { $0 += 1 } }
      observe(event)
    }
    return try session.run(
      in: run, pace: CheckpointPace(steps: 3), isStopping: { steps.withLock { $0 } >= stopAfter }, observe: count)
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body("\(folder.path())/")
  }

  @Test func `a run that is stopped anywhere comes to the same files`() throws {
    try withFolder { folder in
      let whole = try Self.run(in: RunDirectory(creating: "\(folder)whole"))
      let wanted = try StoppedRuns.files(of: "\(folder)whole")
      #expect(
        Set(wanted.keys) == [
          "run.json", "result.json", "run.sqlite", "weights.safetensors", "weights-ema.safetensors",
          "tensorboard/training.tfevents",
        ])
      for stop in [1, 4, 5, 8, 11] {
        let path = "\(folder)stopped-\(stop)"
        #expect(throws: RunError.trainingStopped(path: path, steps: stop, of: 12)) {
          _ = try Self.run(in: RunDirectory(creating: path), stopAfter: stop)
        }
        let again = try Self.run(in: RunDirectory(continuing: path), workers: stop % 3)
        #expect(again == whole)
        #expect(try StoppedRuns.files(of: path) == wanted, "stopped after \(stop)")
      }
    }
  }

  /// What a kill leaves: the copy of the folder at each step, with the database in the middle of things.
  @Test func `a run that is killed anywhere comes to the same files`() throws {
    try withFolder { folder in
      let copies = Mutex<[String]>([])
      _ = try Self.run(in: RunDirectory(creating: "\(folder)whole")) { event in
        guard case .step(let step, _) = event else { return }
        try? FileManager.default.copyItem(atPath: "\(folder)whole", toPath: "\(folder)copy-\(step)")
        copies.withLock { $0.append("\(folder)copy-\(step)") }
      }
      let wanted = try StoppedRuns.files(of: "\(folder)whole")
      for copy in copies.withLock({ $0 }) {
        _ = try Self.run(in: RunDirectory(continuing: copy))
        #expect(try StoppedRuns.files(of: copy) == wanted, "\(copy)")
      }
    }
  }

  @Test func `weights are those of the network that was tested, and fit no other`() throws {
    try withFolder { folder in
      let path = "\(folder)run"
      let result = try Self.run(in: RunDirectory(creating: path))
      let space = try TestSearch.space()
      func network(_ architecture: Architecture) throws -> Supernet {
        try Supernet(
          SupernetPlan(for: space.bound(to: architecture), statistics: .recorded), library: TestSearch.library(),
          options: EngineOptions())
      }
      for (file, wanted) in [
        ("weights.safetensors", Optional(result.test)), ("weights-ema.safetensors", result.average),
      ] {
        let weights = try TrainedWeights(reading: "\(path)/\(file)")
        #expect(weights.architectureHash == "a" && weights.classes?.count == 10)
        let trained = try network(Self.network())
        try weights.load(into: trained, path: file)
        let found = try trained.evaluate(on: TestSearch.splits().test)
        #expect(EpochRecord.Test(found) == wanted)
      }
      let weights = try TrainedWeights(reading: "\(path)/weights.safetensors")
      var random = SplitMix(state: 99)
      let other = UniformSampler(space, measure: .decisions).draw(using: &random)
      #expect(throws: WeightsError.self) { try weights.load(into: network(other), path: "x") }
    }
  }

  /// Weights of other programs say nothing of their classes; what is said must be a list of names.
  @Test(
    arguments: [
      (nil, nil), ("[\"a\",\"b\"]", ["a", "b"]), ("[1, 2]", nil), ("a, b", nil), ("[\"a\"", nil),
    ] as [(String?, [String]?)])
  func `a text of classes that is damaged is an error and no missing one`(text: String?, classes: [String]?) throws {
    try withFolder { folder in
      let path = "\(folder)weights.safetensors"
      let file = TensorFile(
        [TensorFile.Tensor("w", [1], .float32([1]))], texts: text.map { ["classes": $0] } ?? [:])
      var bytes: [UInt8] = []
      try file.write { bytes += $0 }
      try Data(bytes).write(to: URL(filePath: path))
      if text != nil, classes == nil {
        #expect(
          throws: WeightsError.unreadable(path: path, reason: "its text 'classes' is no list of names")
        ) { try TrainedWeights(reading: path) }
      } else {
        #expect(try TrainedWeights(reading: path).classes == classes)
      }
    }
  }

  @Test func `a search's commands say that a training is none, and the other way round`() throws {
    try withFolder { folder in
      let path = "\(folder)run"
      _ = try Self.run(in: RunDirectory(creating: path))
      #expect(try RunDirectory.isTraining(path))
      #expect(throws: RunError.isTraining(path: path)) { try RunDirectory.definition(of: path) }
      #expect(try RunDirectory.training(of: path).recipe == Self.definition().recipe)
      let epochs = try #require(try RunReader(of: path)).epochs()
      #expect(epochs.map(\.epoch) == [0, 1, 2] && epochs.map { $0.test != nil } == [false, true, true])
      #expect(epochs.map(\.steps) == [4, 8, 12])
    }
  }

  @Test func `what does not fit is said before anything is written`() throws {
    func failure(_ change: (inout TrainingDefinition) -> Void, limit: Int = 64) -> String {
      do {
        var definition = try Self.definition()
        change(&definition)
        let splits = try DatasetSource.digits.load(SplitOptions(seed: 0, limit: limit))
        _ = try TrainingSession(
          Self.network(), of: TestSearch.space(), definition: definition, images: splits.train, test: splits.test,
          library: TestSearch.library(), threads: 1, loading: ImageLoading(), teacher: nil)
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(
      failure { $0.recipe.lanes = 3 } == "the recipe cannot be used: 'lanes' is 3, which does not divide 'batch', 32")
    #expect(failure({ _ in }, limit: 20).hasPrefix("the training part has 20 images, fewer than a batch of 32"))
  }
}
