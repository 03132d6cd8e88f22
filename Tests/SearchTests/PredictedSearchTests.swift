import Datasets
import Distributions
import Predictors
import SpaceCompiler
import SpaceIR
import Supernet
import TestSupport
import Testing

@testable import Search

/// FOX-NAS as a search on digits.
struct PredictedSearchTests {
  private static let compiled = Result {
    let input = ImageShape(channels: 1, height: 8, width: 8)
    return try #require(Repository.compilation(of: "mini-fox", input: input).result).space
  }

  private static func recipe() -> SearchRecipe {
    var recipe = SearchMethod.foxNAS.recipe(epochs: 1, target: 3_000_000, initialEntropy: 1)
    recipe.batch = 16
    recipe.oneShot?.prediction.samples = 14
    recipe.oneShot?.prediction.terms = "tot + avg(expansion)"
    recipe.oneShot?.prediction.costTerms = "tot + sum(expansion)"
    recipe.oneShot?.prediction.walks = 1
    recipe.oneShot?.prediction.winners = 3
    recipe.oneShot?.prediction.optimum = .exact
    recipe.oneShot?.recalibrationImages = 16
    recipe.oneShot?.validationImages = 32
    return recipe
  }

  private static func search(_ recipe: SearchRecipe = recipe()) throws -> OneShotSearch {
    try OneShotSearch(
      compiled.get(), splits: TestSearch.splits(), recipe: recipe, seed: 4, library: TestSearch.library(), threads: 1)
  }

  @Test func `draws are scored, then the predicted optima, and a stop changes nothing`() throws {
    var whole = try Self.search()
    var (records, states): ([StepRecord], [TensorFile]) = ([], [])
    while !whole.isFinished {
      states.append(try whole.state())
      records.append(try whole.advance())
    }
    #expect(records.count == 4 + 14 + 3)
    let candidates = records.compactMap(\.candidate)
    #expect(candidates.map(\.stage) == [Int](repeating: 0, count: 14) + [1, 1, 1])
    #expect(candidates.first?.origin == .random && candidates[14].origin == .predicted)
    let answer = try whole.choice().architecture
    #expect(records.suffix(3).contains { $0.draws[0].choices == answer.choices && $0.draws[0].macs <= 3_000_000 })
    #expect(whole.remarks.count == 3 && whole.remarks[0].contains("from 14 networks"), "\(whole.remarks)")
    #expect(whole.documents.map(\.file) == [.accuracyPredictor, .costPredictor])
    for step in [3, 9, 19] {
      var again = try Self.search()
      try again.restore(states[step])
      var rest: [StepRecord] = []
      while !again.isFinished { rest.append(try again.advance()) }
      #expect(rest == Array(records[step...]))
      #expect(again.documents == whole.documents)
    }
  }

  @Test func `too few networks for the terms are told before anything runs`() throws {
    var recipe = Self.recipe()
    recipe.oneShot?.prediction.terms = "accuracy"
    do {
      _ = try Self.search(recipe)
      Issue.record("14 networks do not give 25 coefficients")
    } catch let error as SearchError {
      #expect(error.description.contains("14 scored networks are too few for the 25 coefficients of 'oneshot.terms'"))
    }
  }
}
