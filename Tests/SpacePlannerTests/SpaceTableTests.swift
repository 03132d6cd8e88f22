import Distributions
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Testing

/// Tests F2 and F3 of fp-nas.md: the table of section 5.3, computed from the shipped space files.
@Suite struct SpaceTableTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let space: String
    let largestLayer: Int
    let joint: Int
    let factorised: Int
    let architectures: String
    let entropy: Double
    let draws: Int
    var testDescription: String { space }
  }

  static let rows = [
    Row(
      space: "fbnetv2-f", largestLayer: 720, joint: 3624, factorised: 176, architectures: "2695612494689630945280000",
      entropy: 56.254, draws: 14),
    Row(
      space: "fbnetv2-f-fine", largestLayer: 720, joint: 6792, factorised: 311,
      architectures: "5840347480651086372465910732805898240000000", entropy: 98.473, draws: 25),
    Row(
      space: "fp-nas-f++", largestLayer: 1440, joint: 7248, factorised: 196,
      architectures: "2760307194562182087966720000", entropy: 63.185, draws: 16),
    Row(
      space: "fp-nas-l0", largestLayer: 2736, joint: 14304, factorised: 260,
      architectures: "217928185225720469372434120704000", entropy: 74.462, draws: 19),
    Row(
      space: "fp-nas-l1", largestLayer: 2016, joint: 14136, factorised: 278,
      architectures: "995463336529525912999473318985728000", entropy: 82.889, draws: 21),
    Row(
      space: "fp-nas-l2", largestLayer: 1872, joint: 13992, factorised: 277,
      architectures: "1006524040268742867588356355863347200", entropy: 82.900, draws: 21),
    Row(
      space: "digits", largestLayer: 162, joint: 648, factorised: 56, architectures: "688747536", entropy: 20.350,
      draws: 5),
    Row(
      space: "mini-f", largestLayer: 216, joint: 912, factorised: 71, architectures: "104485552128", entropy: 25.372,
      draws: 6),
    // parsec.md, section 3; there the categoricals are those of the factorised form.
    Row(
      space: "mini-darts", largestLayer: 35, joint: 392, factorised: 168, architectures: "6891180482912463360000",
      entropy: 50.285, draws: 13),
  ]

  @Test(arguments: rows)
  func `a shipped space has the numbers of its table`(row: Row) throws {
    let planned = try PlannedSpace.named(row.space)
    let joint = try DistributionPlan.joint(for: planned.space)
    let factorised = DistributionPlan.factorised(for: planned.space)
    #expect(joint.factors.map(\.combinations.count).max() == row.largestLayer)
    #expect(joint.logits == row.joint)
    #expect(factorised.logits == row.factorised)
    #expect(planned.compiled.encodings.description == row.architectures)
    for plan in [joint, factorised] {
      let entropy = Distribution(uniform: plan).entropy
      #expect(abs(entropy - row.entropy) <= 0.0005, "three digits are published; found \(entropy)")
      #expect(SampleSchedule.adaptive(lambda: 0.25).draws(entropy: entropy) == row.draws)
    }
    // The uniform start is uniform over encodings, so its entropy is the logarithm of their number.
    let logarithm = try #require(planned.compiled.encodings.naturalLogarithm)
    #expect(abs(Distribution(uniform: joint).entropy - logarithm) < 1e-11)
  }

  @Test func `every space of FP-NAS states its range of costs, and has it`() throws {
    for planned in try PlannedSpace.fpNAS() {
      let range = try CostModel(planned.space).leastAndGreatest
      #expect(planned.compiled.check(leastMACs: range.least, greatestMACs: range.greatest).isEmpty, "\(planned.name)")
      let wrong = planned.compiled.check(leastMACs: range.least - 1, greatestMACs: range.greatest + 1)
      #expect(wrong.count == 2, "\(planned.name) states both ends")
    }
  }

  /// The table of parsec.md, section 3.
  @Test func `the cells of PARSEC have the logits and the numbers of their table`() throws {
    let slots = try PlannedSpace.named("mini-darts")
    for cell in ["normal", "reduction"] {
      let decisions = slots.space.decisions.filter { $0.name.hasPrefix("\(cell).") }
      let inputs = decisions.filter { $0.parameter == "from" }.map(\.options.count)
      let operations = decisions.filter { $0.parameter == "op" }.map(\.options.count)
      #expect(inputs == [2, 2, 3, 3, 4, 4, 5, 5] && inputs.reduce(0, +) == 28)
      #expect(operations == [Int](repeating: 7, count: 8) && operations.reduce(0, +) == 56)
      #expect(decisions.count == 16 && decisions.reduce(0) { $0 + $1.options.count } == 84)
      // Ordered, independent inputs.
      #expect(decisions.reduce(1) { $0 * $1.options.count } == 83_013_134_400)
    }
    // Unordered, distinct inputs.
    let pairs = 1_037_664_180
    let darts = try PlannedSpace.named("darts").compiled.encodings.description
    #expect(darts == (UInt64(pairs) * UInt64(pairs)).description)
  }

  @Test func `the first number of draws follows lambda`() throws {
    let entropy = Distribution(uniform: try .joint(for: PlannedSpace.named("fbnetv2-f").space)).entropy
    let draws = [0.5, 0.25, 0.125, 0.0625].map { SampleSchedule.adaptive(lambda: $0).draws(entropy: entropy) }
    #expect(draws == [28, 14, 7, 4])
  }
}
