import Search
import Testing

/// What the time left is estimated by.
struct SearchWorkTests {
  @Test func `the work that was done is that of the draws`() throws {
    let recipe = TestSearch.recipe()
    let records = try TestSearch.run(recipe)
    let work = records.reduce(0) {
      $0 + Double($1.draws.count) * SearchRecipe.workOfDraw(isWarmUp: $1.isWarmUp)
    }
    let samples = records.reduce(0) { $0 + $1.draws.count }
    #expect(recipe.workDone(steps: records.count, samples: samples, total: records.count) == work)
    // Entropy falls, so what is expected at the start is no less.
    #expect(recipe.work(of: 0..<records.count, total: records.count, entropy: records[0].entropy) >= work)
  }

  /// Of two rounds with 20 candidates each, 40 of 100 steps are scorings.
  @Test func `every round's candidates are scored, and the rest trains`() throws {
    var recipe = SearchMethod.hurricane.recipe(epochs: 1, target: nil, initialEntropy: 1)
    var oneShot = try #require(recipe.oneShot)
    (oneShot.population, oneShot.generations) = (10, 1)
    (oneShot.recalibrationImages, oneShot.validationImages) = (recipe.batch, recipe.batch)
    for (splits, scored) in [(nil, 40), ([], 20), ([2, 4], 60)] as [([Int]?, Int)] {
      oneShot.groups?.splits = splits
      recipe.oneShot = oneShot
      #expect(recipe.work(of: 0..<100, total: 100, entropy: 1) == Double((100 - scored) * 3 + scored * 2))
    }
  }

  @Test func `what is left is split where the warm-up ends`() {
    let recipe = TestSearch.recipe(.fixed(5), epochs: 4, warmUp: 1)
    let whole = recipe.work(of: 0..<40, total: 40, entropy: 1)
    #expect(whole == Double(10 * 2 * 3 + 30 * 5 * 4))
    for split in [0, 7, 10, 11, 40] {
      let parts = [0..<split, split..<40].map { recipe.work(of: $0, total: 40, entropy: 1) }
      #expect(parts[0] + parts[1] == whole)
    }
  }
}
