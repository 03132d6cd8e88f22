import Datasets
import Devices
import Distributions
import Engine
import Exporters
import Recipes
import Search
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet

/// What a search is asked for, before the data and the space were read.
struct SearchOrder {
  var file: String
  /// Which networks may be drawn, beside what the space requires.
  var conditions: [String] = []
  /// Latency tables beside those that the space names.
  var tables: [DeviceFile] = []
  /// Nil: the shape of the images.
  var input: ImageShape?
  var data: String
  var limit: Int?
  var method = SearchMethod.fpNAS
  /// What is asked for beside the method's own settings.
  var recipe = Recipe()
  var seed: UInt64
  var retraining: TrainingRecipe
  var baselines: Int
  var threads: Int
  var device = EngineDevice.cpu
}

/// A search with everything read and loaded that it needs.
struct SearchSetup {
  let order: SearchOrder
  let space: RunnableSpace
  let splits: DatasetSplits
  let library: EngineLibrary
  let recipe: SearchRecipe
  /// What the distribution starts from; nil: the uniform one.
  let start: DistributionStart?
  /// Of the first distribution, where that is not the uniform one; nats.
  let startEntropy: Double?
  /// What the run was begun with; nil: it begins.
  private let continued: RunDefinition?

  /// - Throws: `CommandFailure`, or `ExitCode` after the space's errors were shown.
  init(_ order: SearchOrder) throws {
    let splits = try translatingFailures {
      try DatasetSource(parsing: order.data).load(SplitOptions(seed: 0, limit: order.limit))
    }
    space = try Self.space(order, for: splits)
    let space = space.space
    let measure = order.recipe.measure ?? .macs
    if let device = measure.device { try requireTable(of: device, in: space) }
    guard !space.decisions.isEmpty else {
      throw CommandFailure("'\(order.file)' has no decisions, so there is nothing to search")
    }
    try space.requireForest()
    if let target = order.recipe.target { try requireReach(of: target, by: measure, in: space) }
    // A limit of latency takes the place of a target.
    let isPooled = order.method == .hurricane || (order.recipe.pool.isSaid && order.method.isOneShot)
    let target = try order.recipe.target ?? (isPooled ? nil : medianCost(of: space, by: measure))
    if let target, target < 1 {
      throw CommandFailure(
        "half of the networks of '\(space.name)' cost \(target.grouped) \(measure.unit) or less, which is no target\n"
          + "help: name one by '--target'")
    }
    library = try engineLibrary(on: order.device)
    // A fixed number of draws follows from it, which one-shot methods do not have.
    let uniform = try translatingFailures(about: space) {
      let band = try order.recipe.band.map { shares in
        guard let target else { throw CommandFailure("a band is a part of a target: '--target' says of which") }
        return Budget(measure, shares: shares, of: target)
      }
      return order.method.isOneShot
        ? 0 : try drawEntropy(of: Distribution(uniform: .hinted(by: space)), in: space, within: band)
    }
    var recipe = order.recipe.settings(
      of: order.method, epochs: order.method.usualEpochs, target: target, initialEntropy: uniform,
      asksForFactorised: space.hints.isFactorised)
    if recipe.oneShot?.groups != nil {
      let asked = measure.device.flatMap { device in recipe.target.map { (device: device, limit: $0) } }
      try recipe.settlePool(in: space, asked: recipe.band == nil ? asked : nil)
    }
    self.recipe = recipe
    if order.recipe.oneShot.isSaid || order.recipe.pool.isSaid, !order.method.isOneShot {
      throw CommandFailure(
        """
        the recipe's '\(order.recipe.oneShot.isSaid ? "oneshot" : "pool")' is about methods that train shared weights and then score candidates, and \
        '\(order.method.rawValue)' is none
        help: take '--method spos', 'bn-nas', 'hurricane', 'fox-nas' or 'pi-nas', or leave it out
        """)
    }
    if order.recipe.start != nil, !order.method.takesStart {
      throw CommandFailure(
        order.method.learnsDistribution
          ? "'\(order.method.rawValue)' starts from the uniform distribution; 'fp-nas' and 'parsec' can start from a run's"
          : "'\(order.method.rawValue)' learns no distribution, so it starts from none")
    }
    start = try order.recipe.start.map { try DistributionStart(reading: $0) }
    startEntropy = try start?.entropy(
      space, form: recipe.form, softening: order.recipe.softening ?? 1, path: order.recipe.start ?? "")
    self.splits = splits
    self.order = order
    continued = nil
  }

  /// What a run in a folder needs to go on: the space's copy there, the images and the engine, each as it was.
  ///
  /// - Parameters:
  ///   - data: Where the images are now; nil: where they were.
  ///   - allowsOtherEngine: Whether another engine than the first may go on.
  /// - Throws: `CommandFailure`, among others where one of them has changed.
  init(
    continuing definition: RunDefinition, in folder: String, data: String?, allowsOtherEngine: Bool, threads: Int,
    device: EngineDevice
  ) throws {
    let shape = definition.input
    order = SearchOrder(
      file: "\(folder)/\(definition.spaceFile)", conditions: definition.conditions ?? [],
      tables: try definition.tables(in: folder),
      input: ImageShape(channels: shape[0], height: shape[1], width: shape[2]), data: definition.data,
      limit: definition.limit, method: definition.method, seed: definition.seed,
      retraining: definition.retraining, baselines: definition.baselines, threads: threads, device: device)
    recipe = definition.recipe
    start = try .kept(in: folder, definition)
    let source = data ?? definition.data
    splits = try translatingFailures {
      try DatasetSource(parsing: source).load(SplitOptions(seed: 0, limit: definition.limit))
    }
    space = try RunnableSpace(order.file, input: order.input, where: order.conditions, devices: order.tables)
    library = try engineLibrary(on: device)
    let space = space.space
    startEntropy = try start?.entropy(
      space, form: recipe.form, softening: definition.start?.softening ?? 1, path: folder)
    let (found, checksum, engine) = (self.space.hash, splits.checksum, library.words)
    try translatingFailures {
      guard found == definition.spaceHash else {
        throw RunError.spaceChanged(path: "\(folder)/space", written: definition.spaceHash, found: found)
      }
      guard checksum == definition.dataChecksum else {
        throw RunError.dataChanged(data: source, written: definition.dataChecksum, found: checksum)
      }
      guard allowsOtherEngine || engine == definition.engine else {
        throw RunError.engineChanged(written: definition.engine, found: engine)
      }
    }
    continued = definition
  }

  /// The space for the shape of the images: as asked, or the one of the file's shapes that fits.
  private static func space(_ order: SearchOrder, for splits: DatasetSplits) throws -> RunnableSpace {
    let compiled = try RunnableSpace(order.file, input: order.input, where: order.conditions, devices: order.tables)
    let shape = splits.train.shape
    let wanted = ImageShape(channels: shape.channels, height: shape.height, width: shape.width)
    guard order.input == nil, compiled.space.input != wanted, compiled.inputs.contains(wanted) else { return compiled }
    return try RunnableSpace(order.file, input: wanted, where: order.conditions, devices: order.tables)
  }

  private func definition() throws -> RunDefinition {
    if let continued { return continued }
    var definition = RunDefinition(
      method: order.method, recipe: recipe, retraining: order.retraining, baselines: order.baselines,
      seed: order.seed, data: order.data, limit: order.limit, dataChecksum: splits.checksum,
      engine: library.words, space: space.space,
      spaceFile: "space/\(space.files.first?.relativePath ?? "")", spaceHash: space.hash,
      conditions: order.conditions.isEmpty ? nil : order.conditions, totalSteps: 0)
    definition.start = try start.map {
      DistributionStart.Note(of: try $0.file(), softening: order.recipe.softening ?? 1)
    }
    if !space.tables.isEmpty {
      definition.tables = Dictionary(space.tables.map { ($0.device, SHA256.digest($0.bytes)) }) { first, _ in first }
    }
    return definition
  }

  func session() throws -> SearchSession {
    let definition = try definition()
    var searched = space.space
    // A latency is asked for at every draw.
    if !searched.latencyTables.isEmpty { searched.keepKernels() }
    var session = try translatingFailures(about: space.space) {
      try SearchSession(
        searched, definition: definition, splits: splits, library: library, threads: order.threads, start: start)
    }
    let engine = library.words
    if engine != definition.engine { session.otherEngine = engine }
    return session
  }

  /// Runs a session in a new folder, which also gets the space's files.
  func run(
    _ session: inout SearchSession, at path: String, pace: CheckpointPace = CheckpointPace(),
    ready: (RunDefinition) -> Void, observe: @escaping @Sendable (SessionEvent) -> Void
  ) async throws -> RunResult {
    let run = try translatingFailures {
      let run = try RunDirectory(creating: path)
      for file in space.files { try run.store(file.bytes, at: "space/\(file.relativePath)") }
      for table in space.tables { try run.store(table.bytes, at: RunDefinition.path(ofTable: table.device)) }
      try run.write(Array(recipeText(of: session.definition).utf8), to: .recipe)
      if let start { try run.write(try start.file(), to: .start) }
      return run
    }
    ready(session.definition)
    return try await self.run(&session, in: run, pace: pace, observe: observe)
  }

  /// The result of a run of the same definition that is there already; nil: there is none.
  func finishedRun(_ session: SearchSession, at path: String) -> RunResult? {
    guard let known = try? RunDirectory.definition(of: path), known == session.definition else { return nil }
    return try? RunDirectory.decodeIfThere(RunResult.self, from: .result, of: path)
  }

  /// Runs a session in a new folder, or goes on with a run of the same definition that was stopped there.
  func beginOrContinue(
    _ session: inout SearchSession, at path: String, pace: CheckpointPace, ready: (RunDefinition) -> Void,
    observe: @escaping @Sendable (SessionEvent) -> Void
  ) async throws -> RunResult {
    guard let known = try? RunDirectory.definition(of: path), known == session.definition else {
      return try await run(&session, at: path, pace: pace, ready: ready, observe: observe)
    }
    ready(session.definition)
    let folder = try translatingFailures { try RunDirectory(continuing: path) }
    return try await run(&session, in: folder, pace: pace, observe: observe)
  }

  /// Runs a session in a folder that was begun.
  func run(
    _ session: inout SearchSession, in run: RunDirectory, pace: CheckpointPace,
    observe: @escaping @Sendable (SessionEvent) -> Void
  ) async throws -> RunResult {
    let definition = session.definition
    return try await translatingFailuresAsync(about: space.space) {
      try await session.run(
        in: run, pace: pace, isStopping: { StopRequest.wasMade }, architectureText: { text(of: $0, definition) },
        observe: observe)
    }
  }

  private func text(of architecture: Architecture, _ definition: RunDefinition) -> String {
    architectureFile(
      architecture, of: space.space, spaceFile: definition.spaceFile, spaceHash: definition.spaceHash,
      comment: ["Found by espalier: \(definition.method.rawValue) on \(definition.data), seed \(definition.seed)."])
  }
}

/// - Throws: `CommandFailure` where a device has no table, or one that lacks a kernel of a network.
private func requireTable(of device: String, in space: Space) throws {
  guard let table = space.latencyTable(of: device) else { throw CommandFailure(.noTable(device: device), in: space) }
  let missing: [MissingRow]
  do throws(CostModelError) { missing = try space.kernels(missingIn: table) } catch {
    // A space whose costs are too many to tell is asked network by network.
    guard case .cost = error else { return }
    throw CommandFailure(error, in: space)
  }
  guard let first = missing.first else { return }
  let others = missing.count > 1 ? "\nnote: \(counted(missing.count - 1, "more kernel")) of the space have none" : ""
  let failure = CommandFailure(.noRow(first), in: space)
  throw CommandFailure(failure.message + others, status: failure.status)
}

extension SearchRecipe {
  /// The device of the pool where the space has a table of one, and a limit that somebody said.
  ///
  /// - Parameter asked: A target that is a latency, which is such a limit where the pool says none of its own.
  /// - Throws: `CommandFailure`.
  fileprivate mutating func settlePool(in space: Space, asked: (device: String, limit: Int)?) throws {
    guard var groups = oneShot?.groups else { return }
    if let asked, groups.limit == 0, groups.device.isEmpty || groups.device == asked.device {
      (groups.device, groups.limit) = (asked.device, asked.limit)
      // The first rounds have a limit of their own, further than this one.
      target = nil
    }
    let known = space.latencyTables.map(\.device)
    try translatingFailures(about: space) {
      if groups.device.isEmpty {
        guard known.count == 1 else { throw OneShotError.noDevice(nil, known: known) }
        groups.device = known[0]
      }
      guard known.contains(groups.device) else { throw OneShotError.noDevice(groups.device, known: known) }
      guard groups.limit > 0 else {
        let range = try CostModel(space, measure: .latency(device: groups.device)).leastAndGreatest
        throw OneShotError.noLimit(device: groups.device, least: range.least, greatest: range.greatest)
      }
    }
    oneShot?.groups = groups
  }
}

/// - Throws: `CommandFailure` where every network costs more than the target: a search would go on without one. A space
///   whose costs are too many to tell is searched all the same.
private func requireReach(of target: Int, by measure: CostMeasure, in space: Space) throws {
  guard let range = (try? CostModel(space, measure: measure))?.leastAndGreatest, target < range.least else { return }
  throw CommandFailure(
    """
    no network of '\(space.name)' is within the target of \(target.grouped) \(measure.targetUnit): the least is \
    \(range.least.grouped)
    help: take a target of that or more
    """)
}

/// The median over uniform draws, from a seed of its own: a target that half of the space meets.
private func medianCost(of space: Space, by measure: CostMeasure) throws -> Int {
  var space = space
  if measure.device != nil { space.keepKernels() }
  var generator = SplitRandom(seed: 0, stream: 0x7461_7267)
  return try translatingFailures(about: space) {
    guard space.requirements.isEmpty else {
      return try CostEstimate(measure, of: space, within: MemberSet(space), draws: 1000, using: &generator).median
    }
    return try CostEstimate(measure, of: space, draws: 1000, over: .networks, using: &generator).median
  }
}

extension CostMeasure {
  /// As `unit`, with the words of targets.
  fileprivate var targetUnit: String { self == .macs ? "multiply-adds" : unit }
}

extension RunDefinition {
  /// The tables that a run was begun with.
  ///
  /// - Throws: `CommandFailure` where one of them has changed.
  func tables(in folder: String) throws -> [DeviceFile] {
    try (tables ?? [:]).sorted { $0.key < $1.key }.map { device, checksum in
      let path = "\(folder)/\(Self.path(ofTable: device))"
      guard let bytes = try? DiskReader().bytes(of: path), SHA256.digest(bytes) == checksum else {
        throw CommandFailure("'\(path)' is not the latency table that the run was begun with", status: .couldNotRun)
      }
      return DeviceFile(device: device, path: path)
    }
  }
}

extension EngineLibrary {
  /// What decides how sums are rounded: torch, the processor's instructions in use, and CUDA where it is used.
  var words: String {
    let processor = "torch \(description.torchVersion), \(description.capability)"
    return device == .cpu ? processor : processor + ", CUDA"
  }
}
