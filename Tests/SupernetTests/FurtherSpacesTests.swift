import Distributions
import Engine
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet
import TestSupport
import Testing

/// The spaces beyond FP-NAS with narrow layers: the key invariant, and both witnesses.
@Suite struct FurtherSpacesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let space: ShrunkSpace
    /// Central differences are taken in every so many tensors: some networks have hundreds.
    var every: Int
    /// Batch norm over few values takes digits: an attention that normalises vectors has one for each image.
    var images: Int?
    var testDescription: String { space.name }

    init(
      _ name: String, _ side: Int?, every: Int = 8, images: Int? = nil, _ replacements: [(String, String)] = []
    ) {
      space = ShrunkSpace(name, side: side, replacing: replacements)
      self.every = every
      self.images = images
    }

    func compiled() throws -> CompiledSpace {
      let compilation = try space.compilation()
      return try #require(compilation.result, "\(compilation.diagnostics)")
    }
  }

  static let cases = [
    Case("spos", 64),
    Case("spos-channels", 64, [("from: 0.2, to: 2.0, step: 0.2", "from: 0.5, to: 2, step: 0.5")]),
    Case("hurricane", 64), Case("ofa-mobilenetv3", 64),
    Case("fox-nas", nil, [("height: 224, width: 224", "height: 64, width: 64")]), Case("bn-nas", 64),
    Case("fbnet", 64), Case("darts", 8), Case("enas", 8), Case("nasbench201", 8), Case("nasbench101", 8),
    Case("nasbench101-legal", 8),
    Case("pi-nas", 32, every: 24, images: 8, [("planes: 8,", "planes: 16,"), ("planes: 8\n", "planes: 16\n")]),
    Case("resnest", 32, every: 24, images: 8), Case("mixed-precision", 8),
    Case(
      "bignas", nil,
      [
        ("height: 320, width: 320", "height: 96, width: 96"), ("[192, 224, 288, 320]", "[64, 72, 80, 96]"),
        ("[1280, 1408]", "[128, 1408]"),
      ]),
    Case("fbnetv2", nil, [("height: 288, width: 288", "height: 64, width: 64"), ("[224, 256, 288]", "[32, 48, 64]")]),
    Case("hrnet", nil, every: 3, [("[16, 24, 32]", "[4, 6, 8]")]),
    Case("two-views", nil, every: 3, [("[16, 24, 32]", "[4, 6, 8]")]),
    Case(
      "autoformer-tiny", 48,
      [
        ("from: 192, to: 240, step: 24", "from: 12, to: 16, step: 2"), ("[12, 13, 14]", "[2, 3]"),
        ("heads: {choose: [3, 4]}", "head: 4\n      heads: {choose: [3, 4]}"),
      ]),
  ]

  private func members(_ compiled: CompiledSpace, _ count: Int) throws -> [Architecture] {
    let members = try compiled.members.get()
    var random = SplitRandom(seed: 2027, stream: 4)
    return (0..<count).map { _ in members.draw(.decisions, using: &random) }
  }

  /// In Float32, as in use.
  @Test(arguments: cases)
  func `a path of the supernet is the network built from its architecture`(sized: Case) throws {
    let compiled = try sized.compiled()
    let library = try TestEngine.library()
    let supernet = try Supernet(SupernetPlan(for: compiled.space), library: library, options: EngineOptions())
    try supernet.fill(from: NumberPool(seed: 11))
    let batch = TestBatch(of: compiled.space, images: 2, seed: 12)
    try batch.write(to: supernet)
    var difference = Difference()
    for architecture in try members(compiled, 2) {
      difference.merge(try InvariantTests.compare(architecture, of: supernet, batch, library, .all))
    }
    #expect(difference.outsideIsZero, "a weight that the path does not use has no gradient")
    #expect(difference.logits <= 1, "in units of the tolerance")
    #expect(difference.gradients <= 1, "in units of the tolerance")
    print("\(sized.testDescription): \(difference)")
  }

  @Test(arguments: cases)
  func `outputs and loss are those of the plain loops`(sized: Case) throws {
    let compiled = try sized.compiled()
    let chosen = try ChosenNetwork(compiled.space, members(compiled, 1)[0], images: sized.images ?? 2)
    let answer = try chosen.network.context.answers(
      of: [EngineJob(program: chosen.program(.forward), batch: 0)], statistics: .batch)[0]
    let outputs = NaiveNetwork(weights: try chosen.network.weightsByNode()).outputs(
      of: chosen.space, inputs: chosen.batch.naive)
    #expect(answer.logits.count == outputs[0].numbers.count)
    let loss = zip(outputs, chosen.batch.labels).reduce(0) { $0 + NaiveNetwork.loss($1.0, labels: $1.1) }
    #expect(abs(answer.outcome.loss - loss) <= 1e-9)
    print("\(sized.testDescription): the loss \(loss) differs by \(abs(answer.outcome.loss - loss))")
  }

  /// Rounding has no slope that differences show: `EngineTests` hold its gradient.
  @Test(arguments: cases.filter { $0.space.name != "mixed-precision" })
  func `gradients are finite differences of the loss`(sized: Case) throws {
    let compiled = try sized.compiled()
    let chosen = try ChosenNetwork(compiled.space, members(compiled, 1)[0], images: sized.images ?? 3)
    let found = try chosen.expectFiniteDifferences(places: 1, every: sized.every, steps: [1e-6, 1e-8])
    print("\(sized.testDescription): \(found)")
  }
}
