package import Datasets
package import Engine
import SpaceAnalysis
package import SpaceIR
import SpacePlanner
package import Supernet
import Synchronization

/// What a training tells while it works.
package enum TrainingEvent: Sendable {
  /// The training is set up and about to start or to go on.
  case ready(TrainingFacts)
  /// It goes on after this many steps.
  case resumed(after: Int)
  /// Something is not as it should be, and the run goes on all the same.
  case warning(String)
  /// An epoch that was done before the process began.
  case earlier(EpochRecord)
  case step(Int, of: Int)
  case epoch(EpochRecord)
}

/// Sizes of a training.
package struct TrainingFacts: Sendable {
  package let macs: Int
  package let parameters: Int
  package let steps: Int
  package let stepsPerEpoch: Int
  /// Residual branches that stochastic depth can leave out.
  package let branches: Int
}

/// One network's training from start to weights in a run directory.
///
/// The same call begins a run and goes on with one that was stopped at any moment, and then does what an undisturbed run
/// would have done.
package struct TrainingSession {
  package private(set) var definition: TrainingDefinition
  private let architecture: Architecture
  private let space: Space
  private let images: any ImageStore
  private let test: any ImageStore
  private let library: EngineLibrary
  private let threads: Int
  private let loading: ImageLoading
  private let teacher: Teacher?
  private let names: NetworkNames

  /// - Parameters:
  ///   - images: What gradients come from.
  ///   - test: What the network is tested on after epochs; nothing is chosen by it.
  ///   - threads: Lanes that run at once, which changes no result.
  ///   - teacher: What the definition says that the network learns from.
  /// - Throws: `SearchError` where images, network and recipe do not fit.
  package init(
    _ architecture: Architecture, of space: Space, definition: TrainingDefinition, images: any ImageStore,
    test: any ImageStore, library: EngineLibrary, threads: Int, loading: ImageLoading, teacher: Teacher?
  ) throws {
    let recipe = definition.recipe
    if let complaint = recipe.complaint { throw SearchError.badRecipe(complaint) }
    guard images.count >= recipe.batch else {
      throw SearchError.tooFewImages(part: "training", count: images.count, batch: recipe.batch)
    }
    try requireFit(space, to: images)
    self.architecture = architecture
    self.space = space
    self.images = images
    self.test = test
    self.library = library
    self.threads = threads
    self.loading = loading
    self.teacher = teacher
    self.definition = definition
    self.definition.totalSteps = recipe.epochs * (images.count / recipe.batch)
    names = NetworkNames(
      space: definition.space, spaceHash: definition.spaceHash, architectureHash: definition.architectureHash)
  }

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - isStopping: Asked after each step; true: a checkpoint is written and the run stops.
  ///   - observe: Called on this thread, but for warnings about images.
  /// - Throws: `RunError`, `.trainingStopped` among others; `SearchError.notFinite`; `EngineError`; `BrokenImage`.
  package func run(
    in run: RunDirectory, pace: CheckpointPace = CheckpointPace(), isStopping: () -> Bool = { false },
    observe: @escaping @Sendable (TrainingEvent) -> Void
  ) throws -> TrainingRunResult {
    let log = TrainingLog(run, definition.totalSteps, report: observe)
    var loading = loading
    loading.report = { log.note($0) }
    let bound = try space.bound(to: architecture)
    let recipe = definition.recipe
    let network = try Supernet(
      SupernetPlan(for: bound, statistics: .recorded), library: library,
      options: EngineOptions(
        lanes: recipe.laneCount, parallelism: .lanes(threads: min(threads, recipe.laneCount))))
    try network.initialise(normals(seed: definition.seed))
    let shelf = CheckpointShelf("training", of: run.path)
    let start = try newest(on: shelf, observe)
    let course = try NetworkTraining(
      network, on: images, recipe: recipe, seed: derivedSeed(.retraining, seed: definition.seed), teacher: teacher,
      loading: loading, from: start)
    if !RunDirectory.has(.definition, in: run.path) { try run.write(definition, as: .definition) }
    let database = try RunDatabase(writing: run.path)
    let known = try database.rollBack(toEpoch: course.epoch)
    guard known == course.epoch else {
      throw RunError.stepsLost(path: run.path, steps: known * course.stepsPerEpoch, wanted: course.step)
    }
    try CheckpointShelf.clearDrafts(run.path)
    let cost = try cost(of: architecture, in: space)
    observe(
      .ready(
        TrainingFacts(
          macs: cost.macs, parameters: cost.parameters, steps: course.totalSteps, stepsPerEpoch: course.stepsPerEpoch,
          branches: course.branchCount)))
    if course.step > 0 { observe(.resumed(after: course.step)) }
    let events = try EventFile(of: run.path, named: "training")
    var last: EpochRecord?
    for record in try RunReader(of: run.path)?.epochs() ?? [] {
      try events.append(record)
      observe(.earlier(record))
      last = record
    }
    try log.begin()
    var timer = CheckpointTimer(pace, from: course.step)
    while !course.isFinished {
      let began = ContinuousClock.now
      try advance(course)
      log.count(step: course.step, seconds: (ContinuousClock.now - began).seconds, waited: course.waitedSeconds)
      observe(.step(course.step, of: course.totalSteps))
      if course.step % course.stepsPerEpoch == 0 {
        let record = try epochRecord(course, loading)
        try database.append(record)
        try events.append(record)
        observe(.epoch(record))
        last = record
      }
      let isStopping = isStopping()
      if timer.isDue(at: course.step) || course.isFinished || isStopping {
        try database.flush()
        try shelf.write(course.state(), step: course.step)
      }
      if isStopping {
        try log.write(.training)
        throw RunError.trainingStopped(path: run.path, steps: course.step, of: course.totalSteps)
      }
      try log.writeNowAndThen()
    }
    try writeWeights(course, in: run, loading)
    guard let last, let tested = last.test else {
      throw RunError.stepsLost(path: run.path, steps: 0, wanted: course.totalSteps)
    }
    let result = TrainingRunResult(
      macs: cost.macs, parameters: cost.parameters, classes: images.identity.classNames, test: tested,
      average: last.average)
    try database.finish()
    // From here on the run is finished, whatever happens to the process.
    try run.write(result, as: .result)
    try log.write(.finished)
    try CheckpointShelf.clear(run.path)
    return result
  }

  private func newest(
    on shelf: CheckpointShelf, _ observe: (TrainingEvent) -> Void
  ) throws -> TensorFile? {
    guard let found = try shelf.newest() else { return nil }
    for (file, reason) in found.damaged {
      observe(.warning("the checkpoint '\(file)' cannot be read: \(reason); the one before it is used"))
    }
    return found.file
  }

  private func advance(_ course: NetworkTraining) throws {
    do {
      try course.advance()
    } catch let error as EngineError where error.status == .notFinite {
      throw SearchError.trainingNotFinite(steps: course.step, reason: error.message)
    }
  }

  // MARK: Tests

  private func epochRecord(_ course: NetworkTraining, _ loading: ImageLoading) throws -> EpochRecord {
    let epoch = course.epoch - 1
    var record = EpochRecord(
      epoch: epoch, steps: course.step, rate: course.rate(of: course.step - 1), trainingLoss: course.epochLoss,
      trainingAccuracy: course.epochAccuracy)
    guard (epoch + 1) % definition.testEvery == 0 || course.isFinished else { return record }
    record.test = try tested(course, loading)
    if course.hasAverage { record.average = try withAverages(course) { try tested(course, loading) } }
    return record
  }

  private func tested(_ course: NetworkTraining, _ loading: ImageLoading) throws -> EpochRecord.Test {
    try recalibrate(course, loading)
    return EpochRecord.Test(try course.network.evaluate(on: test, loading: loading))
  }

  private func recalibrate(_ course: NetworkTraining, _ loading: ImageLoading) throws {
    try course.network.recalibrate(
      on: images, recipe: course.recipe, seed: derivedSeed(.retraining, seed: definition.seed), loading: loading)
  }

  /// The averages in the place of the weights, for as long as `body` runs.
  private func withAverages<Result>(_ course: NetworkTraining, _ body: () throws -> Result) throws -> Result {
    try course.network.context.swapAverages()
    let result = try body()
    try course.network.context.swapAverages()
    return result
  }

  private func writeWeights(_ course: NetworkTraining, in run: RunDirectory, _ loading: ImageLoading) throws {
    func write(_ file: RunDirectory.File) throws {
      try recalibrate(course, loading)
      let weights = try TrainedWeights(of: course.network, names, images: images)
      try run.write(weights.file, to: file)
    }
    try write(.weights)
    if course.hasAverage { try withAverages(course) { try write(.averageWeights) } }
  }
}

/// Keeps `progress.json` up to date, and knows the broken images that were met.
private final class TrainingLog: Sendable {
  private struct State {
    var progress: TrainingProgress
    var reported = ContinuousClock.now
    var broken: Set<String> = []
  }

  private let run: RunDirectory
  private let state: Mutex<State>
  private let began = ContinuousClock.now
  private let before: TrainingProgress?
  private let report: @Sendable (TrainingEvent) -> Void

  init(_ run: RunDirectory, _ steps: Int, report: @escaping @Sendable (TrainingEvent) -> Void) {
    self.run = run
    self.report = report
    before = (try? RunDirectory.decodeIfThere(TrainingProgress.self, from: .progress, of: run.path)) ?? nil
    let fresh = TrainingProgress(
      phase: .training, steps: 0, seconds: 0, stepSeconds: 0, waitedSeconds: 0, broken: [])
    state = Mutex(State(progress: before ?? fresh, broken: Set(before?.broken ?? [])))
  }

  /// A broken image is told once.
  func note(_ image: BrokenImage) {
    let isNew = state.withLock { $0.broken.insert(image.path).inserted }
    if isNew { report(.warning("\(image); it is skipped")) }
  }

  func count(step: Int, seconds: Double, waited: Double) {
    state.withLock {
      $0.progress.steps = step
      $0.progress.stepSeconds += seconds
      $0.progress.waitedSeconds = (before?.waitedSeconds ?? 0) + waited
    }
  }

  func begin() throws { try write(.training) }

  func writeNowAndThen() throws {
    guard state.withLock({ ContinuousClock.now - $0.reported > .seconds(1) }) else { return }
    try write(.training)
  }

  func write(_ phase: TrainingProgress.Phase) throws {
    let progress = state.withLock { state in
      state.reported = .now
      state.progress.phase = phase
      state.progress.seconds = (before?.seconds ?? 0) + (ContinuousClock.now - began).seconds
      state.progress.broken = state.broken.sorted()
      return state.progress
    }
    try run.write(progress, as: .progress)
  }
}

/// - Throws: `SearchError` where a network cannot take these images.
package func requireImages(of images: any ImageStore, fit space: Space) throws(SearchError) {
  try requireFit(space, to: images)
}
