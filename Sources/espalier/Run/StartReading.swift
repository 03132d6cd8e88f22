import Diagnostics
import Distributions
import Foundation
import Search
import SpaceCompiler
import SpaceIR
import SpacePlanner

extension DistributionStart {
  /// Reads what a search shall start from: a run's folder, its `distribution.json` or its `start.json`.
  ///
  /// - Throws: `CommandFailure` where there is no distribution.
  init(reading path: String) throws {
    if let data = try? DiskReader().bytes(of: path) {
      let decoder = JSONDecoder()
      if let start = try? decoder.decode(DistributionStart.self, from: Data(data)) {
        self = start
      } else if let snapshot = try? decoder.decode(DistributionSnapshot.self, from: Data(data)) {
        self.init(origin: nil, distribution: snapshot)
      } else {
        throw CommandFailure(
          "'\(path)' holds no distribution\nhelp: name a run that has learnt one, or its distribution.json",
          status: .couldNotRun)
      }
      return
    }
    self = try translatingFailures {
      try SeedFolder.requireOneRun(path)
      let definition = try RunDirectory.definition(of: path)
      let learnt = try RunDirectory.decodeIfThere(DistributionSnapshot.self, from: .distribution, of: path)
      guard let learnt else { throw Self.nothingLearnt(path, definition) }
      return DistributionStart(
        origin:
          "\(definition.space) on \(definition.data), \(definition.method.rawValue), seed \(definition.seed)",
        distribution: learnt)
    }
  }

  private static func nothingLearnt(_ path: String, _ definition: RunDefinition) -> CommandFailure {
    guard definition.method.learnsDistribution else {
      return CommandFailure("the run '\(path)' has no distribution: '\(definition.method.rawValue)' learns none")
    }
    return CommandFailure(
      """
      the run '\(path)' has no distribution yet: its search is not over
      help: go on with it first: espalier resume \(path)
      """)
  }

  /// The start of a run that was begun, as it was kept there; nil: it starts from the uniform distribution.
  static func kept(in folder: String, _ definition: RunDefinition) throws -> DistributionStart? {
    guard let note = definition.start else { return nil }
    return try translatingFailures {
      let bytes = try RunDirectory.read(.start, of: folder)
      guard Note(of: bytes, softening: note.softening) == note else {
        throw RunError.damaged(path: "\(folder)/start.json", reason: "it is not what the run began with")
      }
      return try RunDirectory.decode(DistributionStart.self, from: .start, of: folder)
    }
  }

  /// The file that a run keeps.
  func file() throws -> [UInt8] { try RunDirectory.encode(self, pretty: true) + [UInt8(ascii: "\n")] }

  /// The entropy that a search starts with, nats.
  ///
  /// - Parameter path: As asked for.
  /// - Throws: `CommandFailure`, which names the decision that does not match and the one that may be meant.
  func entropy(_ space: Space, form: SearchRecipe.Form, softening: Double, path: String) throws -> Double {
    let joint = try translatingFailures {
      form == .factorised && !isJoint ? DistributionPlan.factorised(for: space) : try .joint(for: space)
    }
    do throws(TransferError) {
      return try begin(space, form: form, joint: joint, softening: softening).distribution.entropy
    } catch {
      let help = help(error, space).map { "\nhelp: \($0)" } ?? ""
      throw CommandFailure("the distribution of '\(path)' does not fit '\(space.name)': \(error.description)\(help)")
    }
  }

  private func help(_ error: TransferError, _ space: Space) -> String? {
    let stored = distribution.groups.flatMap(\.decisions).map(\.name)
    let wanted = space.decisions.map(\.name)
    switch error {
    case .missing(let decision):
      let left = stored.filter { !wanted.contains($0) }
      return closest(to: decision, among: left).map { "it has '\($0)', which the space has not: decisions go by name" }
        ?? "all decisions of the space must be stored under their names; \(counted(left.count, "stored one")) is not of it"
    case .unknown(let decision):
      return closest(to: decision, among: wanted.filter { !stored.contains($0) }).map { "did you mean '\($0)'?" }
        ?? "the two spaces need the same decisions, by name and options"
    case .otherGroup:
      return isJoint
        ? "a joint distribution starts a search of the same groups; with 'distribution: {form: joint}' or 'mixed'" : nil
    case .otherOptions, .otherCondition, .unusableLogits, .softeningOutOfRange: return nil
    }
  }
}
