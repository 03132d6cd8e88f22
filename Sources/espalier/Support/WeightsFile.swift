import Distributions
import Foundation
import Search
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR
import SpacePlanner

extension NetworkWeights {
  /// Reads a distribution: a run's folder, the `distribution.json` of one, or a JSON object of decisions, each with the
  /// weights of its options by name.
  ///
  /// In the last form options that are not named have weight 0, and decisions that are not named are decided evenly.
  ///
  /// - Throws: `CommandFailure`, with exit code 2 where the file cannot be read.
  static func weights(at path: String, of space: Space) throws -> NetworkWeights {
    let data = try contents(path)
    let decoder = JSONDecoder()
    if let snapshot = try? decoder.decode(DistributionSnapshot.self, from: data) {
      return try weights(snapshot, of: space, path)
    }
    guard let table = try? decoder.decode([String: [String: Double]].self, from: data) else {
      throw CommandFailure(
        "'\(path)' is no distribution of a run, and no JSON object such as "
          + "{\"s1.kernel\": {\"3\": 0.7, \"5\": 0.3}}")
    }
    return try weights(table, of: space, path)
  }

  private static func contents(_ path: String) throws -> Data {
    do throws(SourceReadError) {
      FilesRead.note(path)
      return Data(try DiskReader().bytes(of: path))
    } catch {
      if let bytes = try? RunDirectory.read(.distribution, of: path) { return Data(bytes) }
      try translatingFailures { try SeedFolder.requireOneRun(path) }
      throw CommandFailure("'\(path)' cannot be read: \(error.reason)", status: .couldNotRun)
    }
  }

  private static func weights(_ snapshot: DistributionSnapshot, of space: Space, _ path: String) throws -> Self {
    let isFactorised = snapshot.groups.allSatisfy { $0.decisions.count == 1 }
    do {
      let plan = isFactorised ? DistributionPlan.factorised(for: space) : try DistributionPlan.joint(for: space)
      return NetworkWeights(try Distribution(snapshot, for: space, plan: plan), of: space)
    } catch let error as TransferError {
      throw CommandFailure("'\(path)' is no distribution over '\(space.name)': \(error.description)")
    } catch let error as DistributionPlanError {
      throw CommandFailure("'\(space.name)' has no joint distribution: \(error.description)")
    }
  }

  private static func weights(_ table: [String: [String: Double]], of space: Space, _ path: String) throws -> Self {
    let ids = Dictionary(uniqueKeysWithValues: space.decisionIDs.map { (space[$0].name, $0) })
    let factors = try table.keys.sorted().map { name in
      guard let id = ids[name] else {
        throw CommandFailure("'\(path)' gives weights to '\(name)', which is no decision of '\(space.name)'")
      }
      return try factor(id, table[name] ?? [:], of: space, path)
    }
    return NetworkWeights(factors, of: space)
  }

  private static func factor(
    _ id: DecisionID, _ weights: [String: Double], of space: Space, _ path: String
  ) throws -> Factor {
    let names = space[id].options.map(\.description)
    for (option, weight) in weights.sorted(by: { $0.key < $1.key }) {
      guard names.contains(option) else {
        throw CommandFailure(
          "'\(path)' gives a weight to '\(option)', which is no option of '\(space[id].name)': "
            + "\(names.joined(separator: ", "))")
      }
      guard weight >= 0, weight.isFinite else {
        throw CommandFailure("'\(path)' gives '\(space[id].name)' a weight below 0: \(weight)")
      }
    }
    let own = names.map { weights[$0] ?? 0 }
    guard own.contains(where: { $0 > 0 }) else {
      throw CommandFailure("'\(path)' gives every option of '\(space[id].name)' the weight 0")
    }
    return Factor(decision: id, weights: own)
  }
}
