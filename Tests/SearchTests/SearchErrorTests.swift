import Distributions
import Engine
import Search
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// What a search refuses, and what it does when numbers stop being numbers.
@Suite struct SearchErrorTests {
  private func error(
    _ space: Space, _ recipe: SearchRecipe = TestSearch.recipe()
  ) throws -> SearchError? {
    do {
      _ = try ProbabilisticSearch(
        space, splits: TestSearch.splits(), recipe: recipe, seed: 1, library: TestSearch.library(), threads: 1)
      return nil
    } catch let error as SearchError { return error }
  }

  @Test func `images of another shape are refused`() throws {
    let space = try #require(Repository.compilation(of: "mini-f").result).space
    #expect(try error(space) == .wrongImages(space: "1 x 28 x 28", data: "1 x 8 x 8"))
    let words = SearchError.wrongImages(space: "3 x 32 x 32", data: "1 x 8 x 8").description
    #expect(words.contains("help: '--input 1x8x8' takes the space for it"))
    #expect(words.contains("built in are 'fashion-mini' of 1x28x28 and 'digits' of 1x8x8"))
  }

  @Test func `another number of classes is refused`() throws {
    var space = try TestSearch.space()
    space.classes = 7
    #expect(try error(space) == .wrongClasses(space: 7, data: 10))
  }

  @Test func `what is not one image with one class is refused`() throws {
    var space = try TestSearch.space()
    let whole = space
    space.otherInputs = [NamedInput(name: "b", shape: space.input)]
    #expect(try error(space) == .notImagesToClasses(what: "several inputs"))
    space = whole
    space.otherOutputs = [NamedOutput(name: "mask", node: space.body.result, shape: space.output)]
    #expect(try error(space) == .notImagesToClasses(what: "several outputs"))
    space = whole
    space.output = ImageShape(channels: 10, height: 4, width: 2)
    #expect(try error(space) == .notImagesToClasses(what: "an output of 4 x 2 pixels"))
  }

  @Test func `fewer images than a batch are refused`() throws {
    var recipe = TestSearch.recipe()
    recipe.batch = 65
    #expect(try error(TestSearch.space(), recipe) == .tooFewImages(part: "training", count: 64, batch: 65))
  }

  struct BadRecipe: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout SearchRecipe) -> Void
    init(_ words: String, _ change: @escaping @Sendable (inout SearchRecipe) -> Void) {
      testDescription = words
      self.change = change
    }
  }

  static let badRecipes = [
    BadRecipe("number of epochs above 0") { $0.epochs = 0 },
    BadRecipe("at least 2 images") { $0.batch = 1 },
    BadRecipe("beta is from 0 to below 1") { $0.beta = 1 },
    BadRecipe("beta is from 0 to below 1") { $0.beta = .nan },
    BadRecipe("target is at least 1") { $0.target = 0 },
    BadRecipe("leaves none of 4") { $0.warmUpEpochs = 4 },
    BadRecipe("theta is at least 0") { $0.form = .mixed(theta: .nan) },
    BadRecipe("warm-up step draws at least 1") { $0.warmUpSamples = 0 },
    BadRecipe("at least 1 lane") { $0.lanes = 0 },
    BadRecipe("lambda is above 0") { $0.samples = .adaptive(lambda: 0) },
    BadRecipe("lambda is above 0 and below 100") { $0.samples = .adaptive(lambda: .infinity) },
    BadRecipe("at least 2 architectures") { $0.samples = .fixed(1) },
    BadRecipe("the likelihood's scale is above 0") { $0.likelihoodScale = -1 },
    BadRecipe("the weights' rate is above 0") { $0.weightRate = .nan },
    BadRecipe("the momentum is at least 0") { $0.momentum = -0.1 },
  ]

  @Test(arguments: badRecipes)
  func `a recipe that cannot work is refused`(bad: BadRecipe) throws {
    var recipe = TestSearch.recipe()
    #expect(recipe.complaint == nil)
    bad.change(&recipe)
    #expect(recipe.complaint?.contains(bad.testDescription) == true, "\(recipe.complaint ?? "nothing")")
    let refused = try #require(try error(TestSearch.space(), recipe))
    guard case .badRecipe = refused else {
      Issue.record("another error: \(refused)")
      return
    }
  }

  /// A rate that throws the weights out of range in one step: the losses on the validation half are not numbers, and
  /// nothing may be learnt from them. The next step fails on the training half.
  @Test(arguments: [0.0, 1.0])
  func `weights that left the range of numbers stop the search and spare the distribution`(warmUp: Double) throws {
    var recipe = TestSearch.recipe(form: .joint, warmUp: warmUp)
    recipe.weightRate = 1e38
    recipe.clipNorm = 0
    var search = try TestSearch.make(recipe)
    let start = search.distribution
    var caught: EngineError?
    do { for _ in 0..<4 { _ = try search.advance() } } catch let error as EngineError { caught = error }
    let error = try #require(caught)
    #expect(error.status == .notFinite)
    #expect(!error.message.isEmpty)
    #expect(search.distribution == start)
    #expect(search.step < 2)
    print("not finite: \(error)")
  }
}
