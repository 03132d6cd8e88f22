import Testing

@testable import Search

/// What parts make no sense together, and which numbers are none.
struct OneShotRecipeTests {
  private func complaint(_ recipe: OneShotRecipe, _ change: (inout OneShotRecipe) -> Void) -> String? {
    var recipe = recipe
    change(&recipe)
    return recipe.complaint
  }

  @Test func `the methods' own parts go together`() {
    for recipe in [OneShotRecipe(), .normIndicator, .predicted, .crossed] { #expect(recipe.complaint == nil) }
  }

  @Test func `a pool refuses parts that are about the whole space`() {
    let pool = GroupRecipe(device: "phone", limit: 1_000)
    #expect(complaint(OneShotRecipe()) { $0.groups = pool } == nil)
    #expect(complaint(.crossed) { $0.groups = pool }?.contains("'contrast' are trained in one round") == true)
    #expect(complaint(.predicted) { $0.groups = pool }?.contains("'predicted' have rounds of their own") == true)
    let binned = complaint(OneShotRecipe()) { ($0.groups, $0.draws) = (pool, .bins) }
    #expect(binned?.contains("'bins' are over the whole space") == true)
    let crossed = complaint(OneShotRecipe()) { ($0.groups, $0.draws, $0.paths) = (pool, .crossed, 2) }
    #expect(crossed?.contains("'crossed' are over the whole space") == true)
  }

  @Test func `parts that train nothing of a path are told why`() {
    #expect(complaint(.crossed) { $0.trainsAffine = false }?.contains("train all of a path") == true)
    #expect(complaint(.normIndicator) { $0.trainsAffine = false }?.contains("scales and shifts") == true)
  }

  @Test func `numbers beyond a million are refused, none overflows`() {
    for change: (inout OneShotRecipe) -> Void in [
      { $0.mutations = .max }, { $0.crossovers = .max }, { $0.generations = .max }, { $0.population = .max },
    ] {
      #expect(complaint(OneShotRecipe(), change) != nil)
    }
    #expect(complaint(.predicted) { $0.prediction.samples = .max } != nil)
    #expect(complaint(.predicted) { $0.prediction.winners = .max } != nil)
  }
}
