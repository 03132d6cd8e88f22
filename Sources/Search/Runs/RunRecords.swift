import Foundation
package import SpaceIR
package import Supernet

/// What a run is defined by: equal definitions give equal bytes in every other file but `progress.json`.
package struct RunDefinition: Hashable, Sendable, Codable {
  /// Of the format that this package writes and reads.
  package static let currentVersion = 3

  package var version = Self.currentVersion
  package var method: SearchMethod
  package var recipe: SearchRecipe
  /// What the distribution starts from, which is in `start.json`; nil: the uniform one.
  package var start: DistributionStart.Note?
  package var retraining: TrainingRecipe
  /// Random networks that are trained beside the chosen one.
  package var baselines: Int
  package var seed: UInt64
  /// As on the command line.
  package var data: String
  package var limit: Int?
  /// `DatasetSplits.checksum` of the images.
  package var dataChecksum: String
  /// What computed the run: the version of torch and the processor's instructions.
  package var engine: String
  package var space: String
  /// Path of the space's file inside the run.
  package var spaceFile: String
  package var spaceHash: String
  /// Which networks may be drawn, beside what the space requires; nil: all of those.
  package var conditions: [String]?
  /// Latency tables in `tables/`, which were named beside the space: by device the SHA-256 of the file. Nil: none.
  package var tables: [String: String]?
  /// Channels, height, width.
  package var input: [Int]
  package var totalSteps: Int

  /// Where a run keeps the latency table of a device.
  package static func path(ofTable device: String) -> String { "tables/\(device).yaml" }

  package init(
    method: SearchMethod, recipe: SearchRecipe, retraining: TrainingRecipe, baselines: Int, seed: UInt64, data: String,
    limit: Int?, dataChecksum: String, engine: String, space: Space, spaceFile: String, spaceHash: String,
    conditions: [String]? = nil, totalSteps: Int
  ) {
    self.method = method
    self.recipe = recipe
    self.retraining = retraining
    self.baselines = baselines
    self.seed = seed
    self.data = data
    self.limit = limit
    self.dataChecksum = dataChecksum
    self.engine = engine
    self.space = space.name
    self.spaceFile = spaceFile
    self.spaceHash = spaceHash
    self.conditions = conditions
    input = [space.input.channels, space.input.height, space.input.width]
    self.totalSteps = totalSteps
  }
}

/// The answer of a run.
package struct RunResult: Hashable, Sendable, Codable {
  package struct Decided: Hashable, Sendable, Codable {
    package let decision: String
    package let option: String
  }
  /// The chosen architecture, decision by decision.
  package let chosen: [Decided]
  /// Its place in the final distribution; 0: the most probable. Above 0 those before it were above the target.
  package let rank: Int
  package let macs: Int
  package let parameters: Int
  /// Architectures drawn, the warm-up's among them.
  package let samples: Int
  /// Of the final distribution, nats.
  package let entropy: Double
  /// The chosen network first, then the baselines; empty when nothing was trained.
  package let networks: [RetrainedNetwork]

  package init(
    chosen architecture: Architecture, in space: Space, rank: Int, macs: Int, parameters: Int, samples: Int,
    entropy: Double, networks: [RetrainedNetwork]
  ) {
    chosen = space.decisionIDs.compactMap { id in
      space.value(of: id, in: architecture).map { Decided(decision: space[id].name, option: $0.description) }
    }
    self.rank = rank
    self.macs = macs
    self.parameters = parameters
    self.samples = samples
    self.entropy = entropy
    self.networks = networks
  }
}

/// How far a run is, for people who ask while it works. The only file with times in it.
package struct RunProgress: Hashable, Sendable, Codable {
  package enum Phase: String, Hashable, Sendable, Codable {
    case searching
    case retraining
    case finished
  }
  package var phase: Phase
  package var steps: Int
  package var samples: Int
  package var entropy: Double
  /// Wall time so far, in seconds, work that was done twice after a stop included.
  package var searchSeconds: Double
  package var retrainingSeconds: Double
  /// What the processes computed for the search, all threads together: on a machine with other work it says more than wall
  /// time does.
  package var searchProcessorSeconds: Double?
  /// Epochs of training from scratch, all networks together: done, and in all; 0 in all before it begins.
  package var trainedEpochs = 0
  package var totalEpochs = 0

  package init(
    phase: Phase, steps: Int, samples: Int, entropy: Double, searchSeconds: Double, retrainingSeconds: Double,
    searchProcessorSeconds: Double? = nil
  ) {
    self.phase = phase
    self.steps = steps
    self.samples = samples
    self.entropy = entropy
    self.searchSeconds = searchSeconds
    self.retrainingSeconds = retrainingSeconds
    self.searchProcessorSeconds = searchProcessorSeconds
  }
}

extension RunDirectory {
  /// Sorted keys and shortest exact numbers, so that equal records are equal bytes. JSON has no infinities: a loss that
  /// is no finite number is one of the texts `inf`, `-inf` and `nan`.
  package static func encode(_ record: some Encodable, pretty: Bool) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    encoder.outputFormatting =
      pretty ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(record))
  }

  package func write(_ record: some Encodable, as file: File) throws {
    try write(try Self.encode(record, pretty: true) + [UInt8(ascii: "\n")], to: file)
  }

  package static func decode<Record: Decodable>(_ type: Record.Type, from file: File, of path: String) throws -> Record
  {
    try decode(type, from: try read(file, of: path), at: "\(path)/\(file.rawValue)")
  }

  static func decode<Record: Decodable>(_ type: Record.Type, from bytes: [UInt8], at path: String) throws -> Record {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try decoder.decode(type, from: Data(bytes))
    } catch {
      throw RunError.damaged(path: path, reason: "it does not hold what this version writes")
    }
  }

  /// The record of a file that comes later than `run.json`; nil: it is not there yet.
  package static func decodeIfThere<Record: Decodable>(
    _ type: Record.Type, from file: File, of path: String
  ) throws -> Record? {
    do {
      return try decode(type, from: file, of: path)
    } catch RunError.notARun {
      return nil
    }
  }

  /// Steps in the database; 0 where there is none yet.
  package static func stepCount(of path: String) throws -> Int { try RunReader(of: path)?.stepCount() ?? 0 }

  /// Every step of a run, in order.
  package static func steps(of path: String) throws -> [StepRecord] {
    var records: [StepRecord] = []
    try RunReader(of: path)?.forEachStep { records.append($0) }
    return records
  }

  /// What defines a run.
  ///
  /// - Throws: `RunError`, among others where another version wrote it.
  package static func definition(of path: String) throws -> RunDefinition {
    let (kind, version) = try stamp(of: path)
    guard kind != TrainingDefinition.kind else { throw RunError.isTraining(path: path) }
    guard version == RunDefinition.currentVersion else {
      throw RunError.otherFormat(path: path, version: version, wanted: RunDefinition.currentVersion)
    }
    return try decode(RunDefinition.self, from: .definition, of: path)
  }
}
