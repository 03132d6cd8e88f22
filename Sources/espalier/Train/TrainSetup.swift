import Datasets
import Engine
import Recipes
import Search
import SpaceIR
import Supernet

/// What a training is asked for, before anything was read.
struct TrainOrder {
  var file: String
  /// Nil: the first shape of a space without decisions, the shape of an architecture.
  var input: ImageShape?
  var recipe: Recipe
  var seed: UInt64
  var threads: Int
  /// Threads that read images; nil: as many as `threads`.
  var workers: Int?
  var device = EngineDevice.cpu
}

/// A training with everything read and loaded that it needs.
struct TrainSetup {
  let network: NetworkFiles
  let images: TrainingImages
  let library: EngineLibrary
  let definition: TrainingDefinition
  let folder: ImageFolderOptions
  private let teacher: TeacherSource?
  private let threads: Int
  private let workers: Int

  /// - Throws: `CommandFailure`, or `ExitCode` after the network's errors were shown.
  init(_ order: TrainOrder) throws {
    let asked = order.recipe
    network = try NetworkFiles(order.file, input: order.input)
    let space = network.space.space
    folder = asked.folder.options
    let source = asked.source ?? TrainingImages.standardSource
    images = try TrainingImages(source, limit: asked.limit, folder: folder, shape: space.input)
    library = try engineLibrary(on: order.device)
    teacher = try asked.training.teacher.map { try TeacherSource($0, weights: asked.training.teacherWeights) }
    let recipe = Self.recipe(asked, images)
    guard recipe.epochs > 0 else { throw CommandFailure("a training has at least one epoch, not 0") }
    definition = TrainingDefinition(
      recipe: recipe, testEvery: asked.training.testEvery ?? max(1, recipe.epochs / 10), seed: order.seed,
      data: source, limit: asked.limit,
      folder: images.isFolder ? .init(folder, broken: asked.folder.broken ?? .refuse) : nil,
      dataChecksum: images.checksum, engine: library.words, space: space,
      spaceFile: "space/\(network.space.files.first?.relativePath ?? "")", spaceHash: network.space.hash,
      architectureHash: network.hash, teacher: try teacher?.note())
    threads = order.threads
    workers = order.workers ?? order.threads
  }

  /// An image folder's images have many sizes: parts of them are resized, and mirrored, unless the recipe says otherwise.
  private static func recipe(_ asked: Recipe, _ images: TrainingImages) -> TrainingRecipe {
    var recipe = asked.trainingRecipe
    guard images.isFolder else { return recipe }
    if recipe.shift == nil, recipe.cropShares == nil { recipe.cropShares = [0.08, 1] }
    if asked.training.flip == nil { recipe.flips = true }
    return recipe
  }

  /// What a run in a folder needs to go on: its network, the images and the engine, each as it was.
  init(
    continuing definition: TrainingDefinition, in run: String, data: String?, allowsOtherEngine: Bool, threads: Int,
    workers: Int?, device: EngineDevice
  ) throws {
    self.definition = definition
    self.threads = threads
    self.workers = workers ?? threads
    network = try NetworkFiles("\(run)/\(RunDirectory.File.architecture.rawValue)")
    folder = definition.folder?.options ?? ImageFolderOptions()
    let source = data ?? definition.data
    images = try TrainingImages(source, limit: definition.limit, folder: folder, shape: network.space.space.input)
    library = try engineLibrary(on: device)
    teacher = try definition.teacher.map { try TeacherSource(keptIn: run, source: $0.source) }
    let (hash, checksum, engine) = (network.hash, images.checksum, library.words)
    let kept = try teacher?.note()
    try translatingFailures {
      guard hash == definition.architectureHash else {
        throw RunError.spaceChanged(
          path: "\(run)/architecture.yaml", written: definition.architectureHash, found: hash)
      }
      guard checksum == definition.dataChecksum else {
        throw RunError.dataChanged(data: source, written: definition.dataChecksum, found: checksum)
      }
      guard kept == definition.teacher else {
        throw RunError.damaged(path: "\(run)/teacher", reason: "it is not the teacher that the run began with")
      }
      guard allowsOtherEngine || engine == definition.engine else {
        throw RunError.engineChanged(written: definition.engine, found: engine)
      }
    }
  }

  func session() throws -> TrainingSession {
    let loading = ImageLoading(workers: workers, broken: definition.folder?.policy ?? .refuse)
    let taught = try teacher?.teacher(for: images.train, library: library)
    return try translatingFailures(about: network.space.space) {
      try TrainingSession(
        network.architecture, of: network.space.space, definition: definition, images: images.train, test: images.test,
        library: library, threads: threads, loading: loading, teacher: taught)
    }
  }

  /// Makes the run's folder with everything that defines it.
  func makeRun(at path: String) throws -> RunDirectory {
    try translatingFailures {
      let run = try RunDirectory(creating: path)
      for file in network.space.files { try run.store(file.bytes, at: "space/\(file.relativePath)") }
      let text = network.architectureText(spaceFolder: "space", comment: "Trained by espalier.")
      try run.write(Array(text.utf8), to: .architecture)
      var paths: (network: String, weights: String)?
      if let teacher {
        for file in teacher.files() { try run.store(file.bytes, at: file.path) }
        try run.write(teacher.weights.file, at: TeacherFiles.weights)
        paths = (TeacherFiles.architecture, TeacherFiles.weights)
      }
      try run.write(Array(recipeText(of: definition, teacher: paths).utf8), to: .recipe)
      return run
    }
  }

  /// Runs a session in a folder that was begun.
  func run(
    _ session: TrainingSession, in run: RunDirectory, pace: CheckpointPace,
    observe: @escaping @Sendable (TrainingEvent) -> Void
  ) throws -> TrainingRunResult {
    try translatingFailures(about: network.space.space) {
      try session.run(in: run, pace: pace, isStopping: { StopRequest.wasMade }, observe: observe)
    }
  }
}
