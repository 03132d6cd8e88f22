import Datasets
import Distributions
import Engine
import SpaceAnalysis
import SpaceIR
import SpacePlanner
import Supernet
import TestSupport
import Testing

@testable import Search

/// FBNetV2's search of all networks at once, on the digits (fbnetv2.md, section 8).
@Suite struct MaskedSearchTests {
  static func recipe(
    epochs: Double = 3, warmUp: Double = 1, target: Int? = 100_000, _ change: (inout MixtureRecipe) -> Void = { _ in }
  ) -> SearchRecipe {
    var recipe = SearchMethod.fbnetV2.recipe(epochs: epochs, target: target, initialEntropy: 20)
    recipe.batch = 16
    recipe.warmUpEpochs = warmUp
    var mixture = MixtureRecipe(epochs: epochs)
    change(&mixture)
    recipe.mixture = mixture
    return recipe
  }

  private static func run(_ recipe: SearchRecipe, threads: Int = 1) throws -> (search: MaskedSearch, [StepRecord]) {
    var search = try MaskedSearch(
      TestSearch.space(), splits: TestSearch.splits(), recipe: recipe, seed: 1, library: TestSearch.library(),
      threads: threads)
    var records: [StepRecord] = []
    while !search.isFinished { records.append(try search.advance()) }
    return (search, records)
  }

  /// 102 images of 128 for the weights and 26 for the logits make 6 and 1 batches of 16.
  @Test func `weights and logits take turns, and the number of threads changes nothing`() throws {
    let (search, records) = try Self.run(Self.recipe())
    #expect(records.map(\.step) == Array(0..<20) && search.totalSteps == 20 && search.stepsPerEpoch == 7)
    #expect(records.map(\.isWarmUp) == (0..<20).map { $0 < 6 })
    let trained = records.map { $0.draws[0].trainingLoss != nil }
    #expect(trained == Array(repeating: true, count: 12) + [false] + Array(repeating: true, count: 6) + [false])
    for record in records {
      let draw = record.draws[0]
      #expect(record.draws.count == 1 && (draw.trainingLoss == nil) == (draw.validationLoss != nil))
      #expect((record.gradientNorm > 0) == (draw.trainingLoss != nil))
      #expect(try TestSearch.space().contains(Architecture(choices: draw.choices)))
    }
    // The distribution moves in the steps of the logits alone.
    #expect(Set(records[...12].map(\.entropy)).count == 1 && records[13].entropy != records[12].entropy)
    let (_, again) = try Self.run(Self.recipe(), threads: 2)
    #expect(again == records)
    let answer = try search.choice().architecture
    #expect(try cost(of: answer, in: TestSearch.space()).macs <= 100_000)
  }

  /// D6: the mean over decisions of the largest weight in the last epoch, here over all of its steps.
  @Test func `the weights become one-hot`() throws {
    var search = try MaskedSearch(
      TestSearch.space(), splits: TestSearch.splits(), recipe: Self.recipe(epochs: 4) { $0.rate = 0.1 }, seed: 1,
      library: TestSearch.library(), threads: 1)
    var sharpness: [[Double]] = [[], [], [], []]
    while !search.isFinished {
      let now = search.sharpness
      sharpness[try search.advance().epoch].append(now)
    }
    let means = sharpness.map { $0.reduce(0, +) / Double($0.count) }
    #expect(means == means.sorted() && means[0] < 0.75 && means[3] > 0.95, "\(means)")
    #expect(abs(search.temperature(epoch: 3) - 0.0871) < 1e-4)
  }

  /// Cost alone moves the logits here: its weight is large. The answer would be the cheapest in the end.
  @Test(arguments: MixtureRecipe.Loss.allCases)
  func `cost pulls`(loss: MixtureRecipe.Loss) throws {
    let recipe = Self.recipe(epochs: 3, warmUp: 0, target: 60_000) {
      $0.loss = loss
      $0.costWeight = 50
      $0.factor = 50
      $0.rate = 1
    }
    let (_, records) = try Self.run(recipe)
    let (first, last) = (records[0].draws[0].macs, records[records.count - 1].draws[0].macs)
    #expect(Double(last) < 0.9 * Double(first), "\(first) to \(last)")
  }

  @Test(arguments: MixtureRecipe.Loss.allCases, [80_000.0, 150_000])
  func `slopes of the loss are those of differences`(loss: MixtureRecipe.Loss, cost: Double) {
    var recipe = MixtureRecipe(epochs: 10)
    recipe.loss = loss
    func value(_ crossEntropy: Double, _ cost: Double) -> Double {
      recipe.combined(crossEntropy: crossEntropy, cost: cost, target: 100_000).loss
    }
    let found = recipe.combined(crossEntropy: 1.5, cost: cost, target: 100_000)
    let perCrossEntropy = (value(1.5001, cost) - value(1.4999, cost)) / 2e-4
    let perCost = (value(1.5, cost + 1) - value(1.5, cost - 1)) / 2
    #expect(found.loss == value(1.5, cost))
    #expect(abs(found.perCrossEntropy - perCrossEntropy) < 1e-6 && abs(found.perCost - perCost) < 1e-10)
    #expect((found.perCost > 0) == (loss != .hinge || cost > 100_000))
  }

  /// D4: the cost's gradient in every logit, at temperature 1 and with one noise.
  @Test func `the gradient of the cost reaches the logits`() throws {
    let space = try TestSearch.space()
    let cost = try MixtureCost(.macs, .effective, of: SupernetPlan(for: space))
    var random = SplitRandom(seed: 3, stream: 9)
    let logits = space.decisions.map { $0.options.map { _ in random.normal() } }
    let noise = GumbelSoftmax.noise(like: logits, using: &random)
    func relaxed(_ logits: [[Double]]) -> GumbelSoftmax {
      GumbelSoftmax(logits: logits, noise: noise, temperature: 1)
    }
    let gradient = relaxed(logits).gradient(cost.value(relaxed(logits).weights).gradient)
    let largest = gradient.joined().map(abs).max() ?? 0
    for decision in logits.indices {
      for option in logits[decision].indices {
        var changed = logits
        changed[decision][option] += 1e-4
        let above = cost.value(relaxed(changed).weights).cost
        changed[decision][option] -= 2e-4
        let slope = (above - cost.value(relaxed(changed).weights).cost) / 2e-4
        #expect(abs(slope - gradient[decision][option]) <= 1e-3 * max(abs(slope), 1e-3 * largest))
      }
    }
  }

  @Test func `what does not fit is refused`() throws {
    var joint = Self.recipe()
    joint.form = .joint
    #expect(joint.complaint != nil && Self.recipe { $0.share = 1 }.complaint != nil && Self.recipe().complaint == nil)
    var wide = Self.recipe()
    wide.batch = 32
    #expect(throws: SearchError.tooFewImages(part: "architectures'", count: 26, batch: 32)) {
      try MaskedSearch(
        TestSearch.space(), splits: TestSearch.splits(), recipe: wide, seed: 1, library: TestSearch.library(),
        threads: 1)
    }
  }
}

/// Which step trains what.
@Suite struct MaskedScheduleTests {
  private func words(_ schedule: MaskedSchedule) -> String {
    (0..<schedule.totalSteps).map { step in
      let place = schedule.place(of: step)
      return switch place.part {
      case .weights(let batch): "\(place.epoch)\(place.isWarmUp ? "u" : "w")\(batch)"
      case .logits(let batch): "\(place.epoch)a\(batch)"
      }
    }.joined(separator: " ")
  }

  @Test(arguments: [
    (3.0, 1.0, "0u0 0u1 0u2 0u3 1w4 1w5 1w6 1w7 1a0 1a1 2w8 2w9 2w10 2w11 2a2 2a3"),
    (1.5, 0.5, "0u0 0u1 0w2 0w3 0a0 1w4 1w5 1a1"), (0.5, 0, "0w0 0w1 0a0"), (0.1, 0, "0w0"),
  ])
  func `an epoch is weights, then logits after the warm-up`(epochs: Double, warmUp: Double, wanted: String) {
    let schedule = MaskedSchedule(epochs: epochs, warmUpEpochs: warmUp, weightBatches: 4, logitBatches: 2)
    #expect(words(schedule) == wanted)
  }
}
