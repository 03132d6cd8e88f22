import Datasets
import Distributions
import Engine
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

@testable import Search

/// Short one-shot searches on the digits.
enum TestOneShot {
  static func space(_ name: String) throws -> Space {
    try #require(Repository.compilation(of: name, input: ImageShape(channels: 1, height: 8, width: 8)).result).space
  }

  /// A pool and a classifier.
  static let end = "  - {name: pool, op: global_pool}\n  - {name: head, op: linear, features: 10}\n"

  /// The space of a text, for 8x8 digits.
  static func space(of network: String) throws -> Space {
    let path = "\(Repository.root)/spaces/test.yaml"
    let text = """
      espalier: 1
      space: test
      use: [blocks/inverted.yaml]
      input: {channels: 1, height: 8, width: 8}
      output: {classes: 10}
      network:

      """ + network + (network.contains("head") ? "" : end)
    return try #require(compileSpace(at: path, reader: OneText(path: path, text: text)).result).space
  }

  private struct OneText: SourceReader {
    let path: String
    let text: String

    func bytes(of path: String) throws(SourceReadError) -> [UInt8] {
      path == self.path ? Array(text.utf8) : try DiskReader().bytes(of: path)
    }
  }

  /// The space with a table of a made-up device: a kernel takes what a function says of its words, in nanoseconds; nil: it
  /// has no row.
  static func timed(_ space: Space, _ device: String = "made-up", time: (String) -> Int?) throws -> Space {
    var times: [KernelShape: Int] = [:]
    for row in try space.kernels(missingIn: LatencyTable(device: device, path: "", [:])) {
      times[row.kernel] = time("\(row.kernel)")
    }
    var timed = space
    timed.latencyTables.append(LatencyTable(device: device, path: "made-up.yaml", times))
    return timed
  }

  static func recipe(
    _ method: SearchMethod, epochs: Double = 2, target: Int? = nil, _ change: (inout OneShotRecipe) -> Void = { _ in }
  ) -> SearchRecipe {
    var recipe = method.recipe(epochs: epochs, target: target, initialEntropy: 8)
    recipe.batch = 16
    var parts = recipe.oneShot ?? OneShotRecipe()
    parts.population = 6
    parts.generations = 2
    parts.parents = 3
    parts.mutations = 3
    parts.crossovers = 3
    parts.recalibrationImages = 48
    parts.validationImages = 64
    change(&parts)
    recipe.oneShot = parts
    return recipe
  }

  static func search(
    _ space: Space, _ recipe: SearchRecipe, seed: UInt64 = 1, threads: Int = 1
  ) throws -> OneShotSearch {
    try OneShotSearch(
      space, splits: TestSearch.splits(), recipe: recipe, seed: seed, library: TestSearch.library(), threads: threads)
  }

  static func run(_ search: OneShotSearch) throws -> (search: OneShotSearch, records: [StepRecord]) {
    var search = search
    var records: [StepRecord] = []
    while !search.isFinished { records.append(try search.advance()) }
    return (search, records)
  }
}
