import Datasets
import Distributions
import Foundation
import Search
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

/// PARSEC in a space of cells: the small cell net of parsec.md, section 8, on the digits.
@Suite struct CellSearchTests {
  private static func space(_ name: String) throws -> Space {
    try #require(Repository.compilation(of: name).result).space
  }

  private static func search(
    _ name: String, steps: Int, draws: Int = 4, from start: DistributionStart? = nil
  ) throws -> ProbabilisticSearch {
    let splits = try DatasetSource.digits.load(SplitOptions(seed: 3, limit: 128))
    var recipe = SearchMethod.parsec.recipe(epochs: 1, target: nil, initialEntropy: 50)
    recipe.samples = .fixed(draws)
    recipe.form = .factorised
    recipe.factorisedRate = 0.2
    recipe.batch = 32
    recipe.epochs = Double(steps) / Double(splits.train.count / recipe.batch)
    recipe.warmUpEpochs = 0
    return try ProbabilisticSearch(
      space(name), splits: splits, recipe: recipe, seed: 1, library: TestSearch.library(), threads: 2,
      start: start.map { ($0, 1) })
  }

  /// Images of the size and the form of CIFAR-10's: 20 in each part.
  private static func noise() throws -> DatasetSplits {
    let folder = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var random = SplitRandom(seed: 5, stream: 1)
    for (name, count) in [("data_batch_1.bin", 40), ("test_batch.bin", 20)] {
      let records = (0..<count).flatMap { image in
        [UInt8(image % 10)] + (0..<3072).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      }
      try Data(records).write(to: folder.appending(path: name))
    }
    return try DatasetSource(parsing: "cifar10:\(folder.path())").load(SplitOptions(seed: 0, limit: nil))
  }

  /// P7 of parsec.md: on the digits nets are soon alike, so what is checked is that the search learns at all. P8: what was
  /// learnt is where the search of a deeper network begins, with weights that know nothing yet.
  @Test func `entropy and the validation loss of the mode fall, and both are carried over`() throws {
    var search = try Self.search("mini-darts", steps: 40)
    let start = (entropy: search.entropy, loss: try search.validationLoss(of: search.mode))
    #expect(abs(start.entropy - 50.28) < 0.005)
    let records = try search.records()
    let end = (entropy: search.entropy, loss: try search.validationLoss(of: search.mode))
    print(
      "mini-darts on the digits, 40 steps: entropy \(start.entropy) to \(end.entropy), loss of the mode "
        + "\(start.loss) to \(end.loss)")
    #expect(end.entropy < start.entropy - 3)
    #expect(end.loss < start.loss - 0.3)
    #expect(records.allSatisfy { $0.draws.count == 4 })
    let learnt = DistributionStart(
      origin: nil, distribution: DistributionSnapshot(search.distribution, of: search.space))
    let deeper = try Self.search("mini-darts-deep", steps: 1, from: learnt)
    #expect(deeper.entropy == end.entropy)
    #expect(deeper.mode.choices == search.mode.choices, "decisions go by name, and are in one order here")
    #expect(try deeper.validationLoss(of: deeper.mode) > end.loss + 0.3)
  }

  /// Spaces of cells with pairs of inputs, with fixed inputs, and with loose ends, at the size of CIFAR-10's images.
  @Test(arguments: ["darts", "nasbench201", "enas"])
  func `PARSEC searches the cell spaces of the papers`(name: String) throws {
    let space = try Self.space(name)
    #expect(space.input == ImageShape(channels: 3, height: 32, width: 32))
    var recipe = SearchMethod.parsec.recipe(epochs: 2, target: nil, initialEntropy: 50)
    recipe.samples = .fixed(2)
    recipe.form = .factorised
    recipe.batch = 4
    // Two steps of the five that 20 images make.
    (recipe.epochs, recipe.warmUpEpochs) = (0.4, 0.2)
    var search = try ProbabilisticSearch(
      space, splits: Self.noise(), recipe: recipe, seed: 1, library: TestSearch.library(), threads: 2)
    let records = try search.records()
    #expect(records.map(\.isWarmUp) == [true, false])
    for draw in records.flatMap(\.draws) { #expect(draw.trainingLoss?.isFinite == true) }
    #expect(records[1].draws.allSatisfy { $0.validationLoss?.isFinite == true })
    #expect(search.entropy < records[0].entropy, "a step has moved the distribution")
    #expect(space.contains(try search.choice().architecture))
  }
}
