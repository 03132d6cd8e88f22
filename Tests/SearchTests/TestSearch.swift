import Datasets
import Distributions
import Engine
import Search
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// A short search on the digits: 2 steps an epoch, the real space.
enum TestSearch {
  private static let loaded = Result<EngineLibrary, any Error> { try EngineLibrary.load() }
  private static let compiled = Result {
    (
      space: try #require(Repository.compilation(of: "digits").result).space,
      splits: try DatasetSource.digits.load(SplitOptions(seed: 3, limit: 64))
    )
  }

  /// Named by ESPALIER_ENGINE, or beside the test executable; a test that needs it fails with the error's text.
  static func library() throws -> EngineLibrary { try loaded.get() }
  static func space() throws -> Space { try compiled.get().space }
  /// 64 images a part.
  static func splits() throws -> DatasetSplits { try compiled.get().splits }

  static func recipe(
    _ samples: SearchRecipe.Samples = .adaptive(lambda: 0.25), form: SearchRecipe.Form = .mixed(theta: 2),
    epochs: Double = 4, warmUp: Double = 1, target: Int? = 100_000
  ) -> SearchRecipe {
    SearchRecipe(samples: samples, form: form, epochs: epochs, batch: 32, warmUpEpochs: warmUp, target: target)
  }

  static func make(_ recipe: SearchRecipe, seed: UInt64 = 1, threads: Int = 1) throws -> ProbabilisticSearch {
    try ProbabilisticSearch(
      space(), splits: splits(), recipe: recipe, seed: seed, library: library(), threads: threads)
  }

  static func run(_ recipe: SearchRecipe, seed: UInt64 = 1, threads: Int = 1) throws -> [StepRecord] {
    var search = try make(recipe, seed: seed, threads: threads)
    return try search.records()
  }
}

extension ProbabilisticSearch {
  /// Runs to the end.
  mutating func records() throws -> [StepRecord] {
    var records: [StepRecord] = []
    while !isFinished { records.append(try advance()) }
    return records
  }
}
