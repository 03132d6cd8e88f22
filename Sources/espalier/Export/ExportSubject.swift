import Exporters
import Search
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner

/// The one network that is exported, with where it comes from.
struct ExportSubject {
  /// An architecture file, a space without decisions, or the folder of a run.
  let path: String
  let compiled: CompiledSpace
  let network: BoundNetwork
  /// The weights that lie beside the architecture in a run's folder; nil: none do.
  let ownWeights: String?

  /// - Throws: `ExitCode` 1 where the file has errors, `CommandFailure` where it is no network.
  init(_ path: String, input: ImageShape?) throws {
    self.path = path
    let found = try Self.files(of: path)
    ownWeights = found.weights
    let compiled = try compileOrExplain(found.architecture, input: input)
    guard compiled.space.decisions.isEmpty else {
      throw CommandFailure(
        "'\(path)' is a space of \(compiled.encodings.short) networks, and one is exported\nhelp: draw one with "
          + "'espalier sample', or take what a run found with 'espalier derive'")
    }
    self.compiled = compiled
    network = try translatingFailures { try BoundNetwork(compiled.space) }
  }

  /// The architecture in a run's folder and its weights; of a file the file itself.
  private static func files(of path: String) throws -> (architecture: String, weights: String?) {
    guard isFolder(path) else { return (path, nil) }
    try requireRun(inFolder: path)
    let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let architecture = "\(folder)/\(RunDirectory.File.architecture.rawValue)"
    guard RunDirectory.has(.architecture, in: folder) else {
      try translatingFailures {
        try SeedFolder.requireOneRun(folder)
        let definition = try RunDirectory.definition(of: folder)
        throw RunError.unfinished(
          path: folder, steps: try RunDirectory.stepCount(of: folder), of: definition.totalSteps)
      }
      return (architecture, nil)
    }
    let weights = "\(folder)/\(RunDirectory.File.weights.rawValue)"
    return (architecture, RunDirectory.has(.weights, in: folder) ? weights : nil)
  }

  /// The last part of the path without its ending: `best` of `found/best.yaml`, `first` of `runs/first`.
  var stem: String {
    let name = path.split(separator: "/").last.map(String.init) ?? "network"
    guard !isFolder(path), let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
    return String(name[..<dot])
  }

  var cost: NetworkCost {
    get throws {
      try translatingFailures(about: network.space) {
        try SpaceAnalysis.cost(of: Architecture(choices: []), in: network.space)
      }
    }
  }

  /// What travels inside every file: whose network it is.
  var identity: [(key: String, value: String)] {
    guard let space = compiled.itsSpace, let choices = compiled.architecture else {
      return [("espalier.space", compiled.space.name), ("espalier.space_hash", compiled.hash)]
    }
    let decided = space.decisionIDs.compactMap { id in
      space.value(of: id, in: choices).map { "\(space[id].name): \($0)" }
    }
    return [
      ("espalier.architecture", SpaceCompiler.identity(of: choices, in: space)), ("espalier.space", space.name),
      ("espalier.space_hash", SpaceCompiler.hash(of: space)), ("espalier.choices", decided.joined(separator: "\n")),
    ]
  }
}
