import Datasets
import Diagnostics
import Distributions
import Foundation
import Search
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet
import TestSupport
import Testing

@testable import Recipes

struct RecipeReaderTests {
  private func read(_ text: String) -> RecipeReading { readRecipe(Array(text.utf8), path: "recipe.yaml") }

  private func settings(_ recipe: Recipe, of method: SearchMethod = .fpNAS) -> SearchRecipe {
    recipe.settings(of: method, epochs: 30, target: 1_000, initialEntropy: 20, asksForFactorised: false)
  }

  @Test func `parameters are also called as 'espalier costs' calls them`() throws {
    let short = try #require(read("recipe: 1\ncost: {measure: params, target: 8k}\n").recipe)
    let long = try #require(read("recipe: 1\ncost: {measure: parameters, target: 8k}\n").recipe)
    #expect(settings(short) == settings(long))
  }

  @Test func `an empty recipe is the method's own`() throws {
    let recipe = try #require(read("recipe: 1\n").recipe)
    for method in SearchMethod.allCases {
      #expect(settings(recipe, of: method) == method.recipe(epochs: 30, target: 1_000, initialEntropy: 20))
    }
    #expect(recipe.trainingRecipe == TrainingRecipe(epochs: 8))
  }

  @Test func `every key is read into its place`() throws {
    let reading = read(
      """
      recipe: 1
      method: parsec
      data: {source: "cifar10:folder", limit: 500}
      schedule: {epochs: 12.5, batch: 32, warm-up: 3, warm-up-draws: 4, warm-up-gradient: importance, lanes: 3}
      draws: {fixed: 7}
      distribution: {form: mixed, joint-from: 8, joint-rate: 0.05, factorised-rate: 0.02, scale: 2, baseline: uniform}
      cost: {target: 1.5M, beta: 0.25}
      weights: {rate: 0.2, momentum: 0.8, decay: 1e-3, clip: 0, gradient: uniform}
      training:
        {epochs: 3, batch: 16, rate: 0.3, momentum: 0.7, decay: 0, smoothing: 0, warm-up-steps: 5, clip: 0,
         average: 0.99, shift: 4}
      random-networks: 5
      seeds: 2..4
      """)
    #expect(reading.diagnostics.isEmpty)
    let recipe = try #require(reading.recipe)
    #expect(
      settings(recipe, of: .parsec)
        == SearchRecipe(
          samples: .fixed(7), form: .mixed(theta: 8), epochs: 12.5, batch: 32, warmUpEpochs: 3, warmUpSamples: 4,
          target: 1_500_000, beta: 0.25, weightGradient: .uniform, warmUpWeightGradient: .importance,
          weightRate: 0.2, momentum: 0.8, weightDecay: 1e-3, clipNorm: 0, jointRate: 0.05, factorisedRate: 0.02,
          likelihoodScale: 2, baseline: .uniform, lanes: 3))
    #expect(
      recipe.trainingRecipe
        == TrainingRecipe(
          epochs: 3, batch: 16, rate: 0.3, momentum: 0.7, weightDecay: 0, labelSmoothing: 0, warmUpSteps: 5,
          clipNorm: nil, averageDecay: 0.99, shift: 4))
    #expect(recipe.method == .parsec && recipe.source == "cifar10:folder" && recipe.limit == 500)
    #expect(recipe.seeds == [2, 3, 4] && recipe.randomNetworks == 5)
  }

  @Test func `a mixture has its own section, which is kept whole`() throws {
    let text = """
      recipe: 1
      method: fbnetv2
      schedule: {epochs: 12}
      mixture:
        {temperature: 4, rate: 0.02, decay: 1e-3, share: 0.75, loss: hinge, mu: 0.3, alpha: 0.1, exponent: 0.5,
         cost: expected}
      """
    let recipe = try #require(read(text).recipe)
    let found = settings(recipe, of: .fbnetV2)
    var wanted = MixtureRecipe(epochs: 12)
    #expect(abs(wanted.annealing - 0.3375) < 1e-12)
    (wanted.temperature, wanted.rate, wanted.decay, wanted.share) = (4, 0.02, 1e-3, 0.75)
    (wanted.loss, wanted.costWeight, wanted.factor, wanted.exponent, wanted.cost) = (.hinge, 0.3, 0.1, 0.5, .expected)
    #expect(found.mixture == wanted && found.warmUpEpochs == 12.0 / 9)
    // Another method draws.
    #expect(settings(recipe, of: .fpNAS).mixture == nil)
    let definition = RunDefinition(
      method: .fbnetV2, recipe: found, retraining: recipe.trainingRecipe, baselines: 3, seed: 1, data: "digits",
      limit: nil, dataChecksum: "", engine: "", space: try Self.space(), spaceFile: "space/a.yaml", spaceHash: "",
      totalSteps: 0)
    let kept = try #require(read(recipeText(of: definition)).recipe)
    #expect(settings(kept, of: .fbnetV2) == found)
  }

  /// What a run of `train` keeps is what it was trained with.
  @Test(arguments: [
    "recipe: 1\n", "recipe: 1\ntraining: {schedule: linear, flip: horizontal, lanes: 2, recalibration: 5}\n",
    "recipe: 1\ntraining: {shift: 3, flip: none}\ndata: {limit: 9}\n",
    """
    recipe: 1
    data: {source: "folder:x", train: a, val: b, centre: 0.9, broken: skip}
    training:
      {optimiser: rmsprop, rms-decay: 0.8, rms-epsilon: 0.01, schedule: step, step-epochs: 2, step-factor: 0.9,
       crop-area: 0.3..1, randaugment: 3, randaugment-strength: 7.5, cutout: 8, mixup: 0.2, stochastic-depth: 0.1,
       teacher: t, teacher-weights: w, teacher-share: 0.25, teacher-temperature: 4, test-every: 3}
    """,
  ])
  func `the recipe that a training keeps says the same`(text: String) throws {
    let recipe = try #require(read(text).recipe)
    let definition = TrainingDefinition(
      recipe: recipe.trainingRecipe, testEvery: recipe.training.testEvery ?? 1, seed: 7,
      data: recipe.source ?? "digits", limit: recipe.limit,
      folder: recipe.folder == Recipe.Folder()
        ? nil : .init(recipe.folder.options, broken: recipe.folder.broken ?? .refuse), dataChecksum: "", engine: "",
      space: try Self.space(), spaceFile: "", spaceHash: "", architectureHash: "", teacher: nil)
    let kept = recipeText(
      of: definition, teacher: recipe.training.teacher.map { ($0, recipe.training.teacherWeights!) })
    let again = try #require(read(kept).recipe, "\(kept)")
    #expect(again.trainingRecipe == recipe.trainingRecipe && again.seeds == [7])
    #expect(again.folder == recipe.folder && again.limit == recipe.limit)
    #expect(again.training.testEvery == definition.testEvery && again.training.teacher == recipe.training.teacher)
    #expect(again.searchKeys.isEmpty)
  }

  @Test func `what is about searching is known as such`() throws {
    let recipe = try #require(read("recipe: 1\nmethod: parsec\nschedule: {epochs: 3}\ntraining: {epochs: 2}\n").recipe)
    #expect(recipe.searchKeys == ["method", "schedule"])
  }

  @Test(arguments: [
    ("recipe: 1\nepoch: 3\n", "ES5001"), ("recipe: 1\nschedule: {epoch: 3}\n", "ES5001"),
    ("recipe: 1\nschedule: 3\n", "ES5002"), ("recipe: 1\nschedule: {epochs: many}\n", "ES5002"),
    ("recipe: 1\nschedule: {batch: 2.5}\n", "ES5002"), ("recipe: 1\nmethod: magic\n", "ES5002"),
    ("recipe: 1\ncost: {target: 1.5k5}\n", "ES5002"), ("recipe: 1\ncost: {target: 1.0005k}\n", "ES5002"),
    ("recipe: 1\nseeds: 5..1\n", "ES5002"), ("recipe: 1\nseeds: []\n", "ES5002"),
    ("recipe: 1\nschedule:\n  epochs:\n", "ES5002"), ("- recipe\n", "ES5002"),
    ("recipe: 1\nseeds: [1, 1]\n", "ES5003"), ("recipe: 1\ncost: {beta: 1}\n", "ES5003"),
    ("recipe: 1\nschedule: {epochs: 0}\n", "ES5003"), ("recipe: 1\ncost: {target: 0}\n", "ES5003"),
    ("recipe: 1\ncost: {measure: weights}\n", "ES5002"), ("recipe: 1\ncost: {measure: latency}\n", "ES5002"),
    ("recipe: 1\ncost: {measure: latency(a), target: 0 ms}\n", "ES5003"),
    ("recipe: 1\ncost: {measure: latency(a), target: 5M}\n", "ES5004"),
    ("recipe: 1\ncost: {target: 5 ms}\n", "ES5004"),
    ("recipe: 1\nmethod: fbnetv2\ncost: {measure: latency(a)}\nmixture: {cost: effective}\n", "ES5004"),
    ("recipe: 1\ndraws: {lambda: 0.25, fixed: 3}\n", "ES5004"),
    ("recipe: 1\ndistribution: {form: joint, joint-from: 3}\n", "ES5004"),
    ("recipe: 1\ntraining: {mixup: 1.5}\n", "ES5003"), ("recipe: 1\ntraining: {stochastic-depth: 1}\n", "ES5003"),
    ("recipe: 1\ntraining: {randaugment: 17}\n", "ES5003"), ("recipe: 1\ntraining: {crop-area: 0..1}\n", "ES5003"),
    ("recipe: 1\ntraining: {optimiser: adam}\n", "ES5002"), ("recipe: 1\ntraining: {mixip: 0.2}\n", "ES5001"),
    ("recipe: 1\ndata: {broken: ignore}\n", "ES5002"), ("recipe: 1\ndata: {centre: 1.5}\n", "ES5003"),
    ("recipe: 1\ntraining: {shift: 2, crop-area: 0.1..1}\n", "ES5004"),
    ("recipe: 1\ntraining: {batch: 64, lanes: 3}\n", "ES5004"),
    ("recipe: 1\ntraining: {rms-decay: 0.9}\n", "ES5004"), ("recipe: 1\ntraining: {step-factor: 0.9}\n", "ES5004"),
    ("recipe: 1\ntraining: {randaugment-strength: 9}\n", "ES5004"),
    ("recipe: 1\ntraining: {teacher-share: 0.5}\n", "ES5004"),
    ("recipe: 1\nschedule: {epochs: 3, warm-up: 3}\n", "ES5004"), ("method: parsec\n", "ES5005"),
    ("recipe: 2\n", "ES5005"), ("recipe: 1\nmethod: parsec\nmethod: parsec\n", "ES0019"),
    ("recipe: 1\nschedule: {batch: 1_0}\n", "ES0027"), ("recipe: 1\nweights: {rate: 017}\n", "ES0027"),
  ])
  func `what is wrong has its code, at its place`(text: String, code: String) {
    let reading = read(text)
    #expect(reading.diagnostics.map(\.code) == [code], "\(reading.diagnostics)")
    #expect(reading.recipe == nil)
  }

  @Test func `a misspelt key says what was meant, and its value is checked too`() throws {
    let reading = read("recipe: 1\nschedule: {epohcs: 0}\n")
    #expect(reading.diagnostics.map(\.code) == ["ES5001", "ES5003"])
    #expect(reading.diagnostics[0].fixIts.map(\.message) == ["did you mean 'epochs'?"])
    let text = renderText(reading.diagnostics, omitted: 0, sources: reading.sources, colours: false)
    #expect(text.contains("--> recipe.yaml:2:12"), "\(text)")
  }

  @Test func `a key of another section says where it belongs`() {
    let reading = read("recipe: 1\nlambda: 0.25\n")
    #expect(reading.diagnostics[0].notes.map(\.message).first == "there is 'draws.lambda'")
  }

  @Test func `all errors of a recipe are told at once`() {
    let reading = read("recipe: 3\nmethods: parsec\nseeds: x\ncost: {beta: -1, target: y}\n")
    #expect(reading.diagnostics.map(\.code) == ["ES5005", "ES5001", "ES5002", "ES5003", "ES5002"])
  }

  /// What a run keeps is what it was searched with.
  @Test(arguments: [
    "recipe: 1\n",
    "recipe: 1\nmethod: parsec\ncost: {target: 300k}\ndata: {source: \"a: \\\"b\\\\c\", limit: 7}\nseeds: 9\n",
    "recipe: 1\ndraws: {fixed: 3}\ndistribution: {form: factorised}\ntraining: {clip: 0, average: 0.5, shift: 2}\n",
    "recipe: 1\ndistribution: {form: joint, scale: 0.1}\nweights: {rate: 1e-5, decay: 0.3333333}\n",
    "recipe: 1\ncost: {measure: latency(phone), target: 1.5 ms, band: 0.9..1}\n",
    "recipe: 1\ncost: {measure: parameters, target: 8k}\n",
  ])
  func `the recipe that a run keeps says the same`(text: String) throws {
    let recipe = try #require(read(text).recipe)
    let method = recipe.method ?? .fpNAS
    let definition = RunDefinition(
      method: method, recipe: settings(recipe, of: method), retraining: recipe.trainingRecipe,
      baselines: recipe.randomNetworks ?? 3, seed: recipe.seeds?[0] ?? 1, data: recipe.source ?? "digits",
      limit: recipe.limit, dataChecksum: "", engine: "", space: try Self.space(), spaceFile: "space/a.yaml",
      spaceHash: "", totalSteps: 0)
    let reading = read(recipeText(of: definition))
    #expect(reading.diagnostics.isEmpty)
    let kept = try #require(reading.recipe)
    #expect(settings(kept, of: .fpNAS) == definition.recipe)
    #expect(kept.method == method && kept.trainingRecipe == definition.retraining)
    #expect(kept.seeds == [definition.seed] && kept.randomNetworks == definition.baselines)
    #expect(kept.source == definition.data && kept.limit == definition.limit)
  }

  /// The same of searches that train shared weights and then score candidates.
  @Test(arguments: [
    "recipe: 1\nmethod: spos\noneshot: {draws: bins, bins: 5, bin-shares: 0.5..1.5, paths: 2, affine: true, end-rate: 0.5, "
      + "smoothing: 0, recalibration: 64, validation: 32, population: 8, generations: 2, parents: 3, mutations: 2, "
      + "crossovers: 4, mutation-rate: 0.3}\n",
    "recipe: 1\nmethod: bn-nas\noneshot: {weights: all-bn, bare-score: -1.5, moves: ageing, schedule: cosine}\n",
    "recipe: 1\nmethod: hurricane\npool: {device: phone, latency: 1.5 ms, operators: 3, bands: 2, groups: [2, 5]}\n",
    "recipe: 1\nmethod: hurricane\npool: {device: phone, latency: 20 us, groups: [], flops: 0.5, parameters: 2}\n",
    "recipe: 1\nmethod: fox-nas\noneshot: {samples: 90, blocks: free, optimum: metropolis, walks: 2, winners: 3}\n",
    "recipe: 1\nmethod: pi-nas\noneshot: {queue: 0, temperature: 0.5, probe-epochs: 2, smoothing: 0.1, schedule: linear}\n",
  ])
  func `the recipe that a run of a one-shot method keeps says the same`(text: String) throws {
    let reading = read(text)
    let recipe = try #require(reading.recipe, "\(reading.diagnostics)")
    let method = try #require(recipe.method)
    let searched = settings(recipe, of: method)
    let definition = RunDefinition(
      method: method, recipe: searched, retraining: recipe.trainingRecipe, baselines: 3, seed: 1, data: "digits",
      limit: nil, dataChecksum: "", engine: "", space: try Self.space(), spaceFile: "space/a.yaml", spaceHash: "",
      totalSteps: 0)
    let again = read(recipeText(of: definition))
    #expect(settings(try #require(again.recipe, "\(again.diagnostics)"), of: method) == searched)
  }

  /// A training of one network reads nothing of what is about searching, and says so of every key.
  @Test func `every option is about searching, or of a training`() throws {
    let own = ["data", "training", "seeds"]
    let values = [
      "method: parsec", "where: ['a == 1']", "random-networks: 2", "schedule: {warm-up-gradient: uniform}",
      "draws: {lambda: 1}", "distribution: {scale: 2}", "distribution: {joint-rate: 0.2}",
      "distribution: {baseline: uniform}", "mixture: {alpha: 0.3}", "oneshot: {bins: 3}", "pool: {bands: 2}",
      "cost: {measure: parameters}", "weights: {decay: 0.1}", "weights: {clip: 1}", "weights: {gradient: uniform}",
    ]
    for value in values {
      let section = String(value.prefix { $0 != ":" })
      #expect(try #require(read("recipe: 1\n\(value)\n").recipe, "\(value)").searchKeys == [section], "\(value)")
    }
    let sections = Set(RecipeOption.all.map { String($0.path.prefix { $0 != "." }) })
    #expect(sections == Set(values.map { String($0.prefix { $0 != ":" }) } + own))
  }

  private static func space() throws -> Space { try #require(Repository.compilation(of: "digits").result).space }

  // MARK: Pages

  @Test func `every option is in the table of the page as it is here`() throws {
    let page = try String(contentsOfFile: "\(Repository.root)/docs/recipes.md", encoding: .utf8)
    for option in RecipeOption.all {
      let row = "| `\(option.path)` | \(option.meaning) | \(option.standard) | \(option.source) |"
      #expect(page.contains(row), "\(row)")
    }
  }

  @Test(arguments: ["ES5001", "ES5002", "ES5003", "ES5004", "ES5005"])
  func `the examples of a page fail and pass`(code: String) throws {
    let page = try String(contentsOfFile: "\(Repository.root)/docs/diagnostics/\(code).md", encoding: .utf8)
    #expect(page.hasPrefix("# \(code): "))
    #expect(page.contains("\n## Remedy\n\n"))
    #expect(read(try example("Fails", of: page)).diagnostics.map(\.code) == [code])
    #expect(read(try example("Passes", of: page)).diagnostics.isEmpty)
  }

  private func example(_ heading: String, of page: String) throws -> String {
    let section = try #require(page.components(separatedBy: "\n## \(heading)\n").dropFirst().first)
    return try #require(section.components(separatedBy: "```yaml\n").dropFirst().first).components(separatedBy: "```")[
      0]
  }
}
