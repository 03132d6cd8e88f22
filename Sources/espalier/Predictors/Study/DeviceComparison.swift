import Datasets
import Devices
import Distributions
import Engine
import Predictors
import Recipes
import Reports
import Search
import SpaceCompiler
import SpaceIR
import Supernet

/// Latency predictors of two devices, and the networks that searches find for each at equal accuracy.
///
/// Accuracy is what FOX-NAS's search predicts from scores of shared weights; a network for a device is the fastest one there
/// whose predicted accuracy is at least so much. Each is measured on both devices and trained from scratch.
struct DeviceComparison {
  /// A device with the predictor that was fitted to its times.
  private struct Device {
    let name: String
    let fit: PredictorFit
    /// Of ten parts, each predicted by a fit to the others.
    let parts: PredictionErrors?
    /// Milliseconds, of the rows.
    let mean: Double
    /// Tau-b of its times with those of the other device.
    var agreement: Double?
  }

  /// The fastest network for a device at a level of predicted accuracy.
  private struct Found {
    let seed: Int
    let level: Double
    let device: Int
    let network: Architecture
    var times: [Double?] = [nil, nil]
    var accuracy: Double?
  }

  private static let levels = [0.25, 0.5, 0.75]
  private let study: FoxBenchmark
  private let space: Space
  private var devices: [Device] = []
  private var found: [Found] = []
  private var scores: [PredictionErrors] = []
  private var head = ""

  /// - Throws: `CommandFailure`, `ExitCode`.
  init(_ study: FoxBenchmark, _ measured: [Devices.Device]) async throws {
    self.study = study
    let setup = try Self.setup(study, seed: 1)
    space = setup.space.space
    let compiled = try compileOrExplain(study.space, input: space.input)
    let networks = try NetworkMeasuring.draws(of: compiled, count: study.networks, seed: 1)
    let times = try measured.map { try Self.times(of: networks, in: space, on: $0) }
    devices = try zip(measured, times).map { try Self.fitted($0.0.name, networks, $0.1, in: space) }
    let both = networks.indices.filter { times[0][$0] != nil && times[1][$0] != nil }
    for place in devices.indices {
      devices[place].agreement = kendallTau(both.compactMap { times[0][$0] }, both.compactMap { times[1][$0] })
    }
    for seed in 1...study.seeds { try await search(seed) }
    try measureFound(on: measured)
    try await train(setup)
    head =
      "\(space.name) on \(setup.splits.train.name), \(setup.splits.train.count) images of each part; "
      + "\(study.epochs.fixed(0)) epochs of shared weights, \(counted(study.seeds, "seed"))"
  }

  private static func setup(_ study: FoxBenchmark, seed: Int) throws -> SearchSetup {
    var recipe = Recipe()
    recipe.epochs = study.epochs
    recipe.oneShot.recalibrationImages = 500
    recipe.oneShot.validationImages = 500
    recipe.oneShot.prediction.optimum = .exact
    return try SearchSetup(
      SearchOrder(
        file: study.space, data: study.data, limit: study.limit, method: .foxNAS, recipe: recipe, seed: UInt64(seed),
        retraining: TrainingRecipe(epochs: study.trainEpochs), baselines: 0, threads: study.threads))
  }

  /// Milliseconds by network; nil where a network was not measured.
  private static func times(
    of networks: [Architecture], in space: Space, on device: Devices.Device
  ) throws -> [Double?] {
    try ScratchFolder.with { scratch in
      try translatingDeviceFailures {
        let models = try networks.enumerated().map { number, network in
          try DeviceModels.write(network, of: space, number: number, in: scratch)
        }
        let command = try MeasuringCommand(device, scratch: scratch, devices: DeviceFolder())
        let found = try NetworkMeasuring.measure(models, by: command, unit: "networks on '\(device.name)'")
        return models.map { model in
          guard case .measured(let latency)? = found[model.id] else { return nil }
          return latency.milliseconds
        }
      }
    }
  }

  private static func fitted(
    _ name: String, _ networks: [Architecture], _ times: [Double?], in space: Space
  ) throws -> Device {
    let parts = SearchedParts(space)
    guard let terms = try? Formula("latency").terms(of: parts) else { preconditionFailure("a formula of our own") }
    let rows = networks.indices.filter { times[$0] != nil }
    let targets = rows.compactMap { times[$0] }
    guard !targets.isEmpty else { throw CommandFailure("'\(name)' measured no network", status: .couldNotRun) }
    do throws(PredictorError) {
      let readers = try Self.readers(of: terms, parts)
      let fit = try PredictorFit(
        target: "latency", unit: "ms", space: space.name, note: name, terms: terms,
        values: rows.map { row in readers.map { $0.value(in: networks[row]) } }, targets: targets)
      var random = SplitRandom(seed: 1, stream: 0x464F_4C44)
      let errors = try? fit.errors(inParts: dealtParts(targets.count, into: 10, using: &random))
      return Device(name: name, fit: fit, parts: errors, mean: targets.reduce(0, +) / Double(targets.count))
    } catch {
      throw CommandFailure(error, file: name, of: space.name)
    }
  }

  private static func readers(of terms: [Term], _ parts: SearchedParts) throws(PredictorError) -> [FeatureReader] {
    var readers: [FeatureReader] = []
    for feature in Predictor.features(of: terms) {
      do throws(FeatureError) { readers.append(try FeatureReader(feature, of: parts)) } catch { throw .feature(error) }
    }
    return readers
  }

  /// A search, whose predictor of accuracy the fastest networks of both devices are found by.
  private mutating func search(_ seed: Int) async throws {
    let path = "\(study.runs)/\(space.name)-\(seed)"
    let setup = try Self.setup(study, seed: seed)
    guard try await StudyRun(setup, at: path, label: "seed \(seed)", mayBegin: !StopRequest.wasMade) != nil else {
      throw CommandFailure("stopped; the same command goes on", status: .couldNotRun)
    }
    let accuracy = try predictor(at: "\(path)/accuracy.json")
    do throws(PredictedSpaceError) {
      let fronts = try fronts(accuracy)
      // Levels that both devices can reach: every network has one accuracy, so both fronts end at the same one.
      let (least, most) = (
        fronts.map { $0.front.first?.accuracy ?? 0 }.max() ?? 0, fronts.map { $0.front.last?.accuracy ?? 0 }.min() ?? 0
      )
      for share in Self.levels {
        let level = least + share * (most - least)
        for (device, front) in fronts.enumerated() {
          guard let first = front.front.first(where: { $0.accuracy >= level }) else { continue }
          found.append(Found(seed: seed, level: share, device: device, network: first.network))
        }
      }
    } catch {
      throw CommandFailure(error, of: space.name)
    }
  }

  private func fronts(_ accuracy: Predictor) throws(PredictedSpaceError) -> [ExactOptimum] {
    var fronts: [ExactOptimum] = []
    for device in devices {
      let predicted = try PredictedSpace(
        SearchedParts(space), accuracy: accuracy, latency: device.fit.predictor, tie: .alike)
      fronts.append(try ExactOptimum(predicted, limit: .infinity))
    }
    return fronts
  }

  private mutating func measureFound(on measured: [Devices.Device]) throws {
    for (place, device) in measured.enumerated() {
      let times = try Self.times(of: found.map(\.network), in: space, on: device)
      for (number, time) in times.enumerated() { found[number].times[place] = time }
    }
  }

  private mutating func train(_ setup: SearchSetup) async throws {
    guard study.trainEpochs > 0 else { return }
    let tasks = found.enumerated().map { number, it in
      RetrainingTask(label: "\(number)", architecture: it.network, seed: UInt64(it.seed))
    }
    Terminal.standardError.line("training \(counted(tasks.count, "network"))")
    let trained = try await retrain(
      tasks, of: space, splits: setup.splits, recipe: TrainingRecipe(epochs: study.trainEpochs),
      library: setup.library, threads: study.threads, epochFinished: {}, finished: { _, _ in })
    for (number, network) in trained.enumerated() { found[number].accuracy = network.result.accuracy * 100 }
  }

  // MARK: Text

  var text: String {
    var fits = AlignedTable([.left, .right, .right, .right, .right, .right, .right, .right])
    fits.add(["device", "networks", "mean", "terms", "R2", "error left out", "of the mean", "tau-b left out"])
    for device in devices {
      let errors = device.parts ?? device.fit.quality.leftOut
      fits.add([
        device.name, String(device.fit.rows.count), "\(device.mean.fixed(4)) ms",
        String(device.fit.predictor.terms.count), device.fit.quality.explained?.fixed(4) ?? "none",
        "\(errors.mean.fixed(4)) ms", "\((errors.mean / device.mean * 100).fixed(1)) %",
        errors.tau?.fixed(3) ?? "none",
      ])
    }
    let agreement = devices.first?.agreement.map {
      "; times on the two rank the same networks with tau-b \($0.fixed(3))"
    }
    return """
      \(head).
      Latency predictors by whole networks, drawn uniformly and measured as they are\(agreement ?? ""):

      \(fits.text())
      The fastest network for each device whose predicted accuracy is so far up the range that the fronts cover, measured on
      both and trained from scratch for \(counted(study.trainEpochs, "epoch")); means over seeds with standard errors:

      \(answers)

      """
  }

  private var answers: String {
    var table = AlignedTable([.left, .left, .right, .right, .right])
    table.add(["predicted accuracy", "found for"] + devices.map { "on \($0.name)" } + ["test accuracy"])
    for level in Self.levels {
      for (place, device) in devices.enumerated() {
        let own = found.filter { $0.level == level && $0.device == place }
        func mean(_ values: [Double], _ digits: Int, _ unit: String) -> String {
          values.isEmpty ? "none" : "\(MeanAndError(values).text(digits)) \(unit)"
        }
        table.add(
          [place == 0 ? "\((level * 100).fixed(0)) % of the way" : "", device.name]
            + devices.indices.map { other in mean(own.compactMap { $0.times[other] }, 4, "ms") }
            + [mean(own.compactMap(\.accuracy), 2, "%")])
      }
    }
    return table.text() + ratios
  }

  /// What a network of the other device costs, over one of the device's own, paired by seed and level.
  private var ratios: String {
    devices.indices.map { place in
      let shares = found.filter { $0.device == place }.compactMap { own -> Double? in
        guard
          let other = found.first(where: { $0.device != place && $0.seed == own.seed && $0.level == own.level }),
          let mine = own.times[place], let theirs = other.times[place]
        else { return nil }
        return theirs / mine
      }
      guard !shares.isEmpty else { return "" }
      return
        "\non \(devices[place].name) the other device's networks take \(MeanAndError(shares).text(3)) times as long"
        + " at equal predicted accuracy (\(counted(shares.count, "pair")))"
    }.joined()
  }
}
