import Distributions
import Engine
import Recipes
import Search
import SpaceIR
import SpacePlanner
import Supernet

/// What a step of a method has in memory, measured on a space for a few steps.
struct ResultsMemory {
  let method: String
  /// Draws of a step; nil: all networks at once.
  let draws: Int?
  let memory: EngineMemory

  private static let mebibyte = 1_048_576.0

  var row: String {
    func shown(_ bytes: Int) -> String { (Double(bytes) / Self.mebibyte).fixed(1) }
    let cells = [
      method, draws.map(String.init) ?? "all", shown(memory.parameters), shown(memory.gradients), shown(memory.arenas),
      shown(memory.peak),
    ]
    return "| \(cells.joined(separator: " | ")) |"
  }

  /// FP-NAS with 2 draws and with those of the uniform start, and FBNetV2, of which every step runs all networks.
  static func measured(_ setup: SearchSetup) throws -> [ResultsMemory] {
    let (space, splits) = (setup.space.space, setup.splits)
    let entropy = Distribution(uniform: .factorised(for: space)).entropy
    let most = SampleSchedule.adaptive(lambda: 0.25, minimum: 2).draws(entropy: entropy)
    return try translatingFailures(about: space) {
      var rows = try [2, most, 4 * most].map { draws in
        var recipe = SearchMethod.fpNAS.recipe(epochs: 1, target: nil, initialEntropy: entropy)
        (recipe.samples, recipe.warmUpEpochs, recipe.form) = (.fixed(draws), 0, .joint)
        var search = try ProbabilisticSearch(
          space, splits: splits, recipe: recipe, seed: 1, library: setup.library, threads: setup.order.threads)
        for _ in 0..<4 { _ = try search.advance() }
        return ResultsMemory(method: "FP-NAS, PARSEC", draws: draws, memory: try search.memory())
      }
      var recipe = SearchMethod.fbnetV2.recipe(epochs: 1, target: nil, initialEntropy: entropy)
      recipe.warmUpEpochs = 0
      var masked = try MaskedSearch(
        space, splits: splits, recipe: recipe, seed: 1, library: setup.library, threads: setup.order.threads)
      for _ in 0..<2 { _ = try masked.advance() }
      rows.append(ResultsMemory(method: "FBNetV2", draws: nil, memory: try masked.memory()))
      return rows
    }
  }
}
