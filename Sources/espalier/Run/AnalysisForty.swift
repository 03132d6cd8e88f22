import BigInt
import Distributions
import SpaceAnalysis
import SpaceIR

/// Forty blocks within a latency, multiply-adds and parameters at once.
///
/// The latency table is made up: 3 us for each kernel, and a nanosecond for so many multiply-adds, fewer of them in
/// depthwise convolutions and with hard-swish. No device was measured.
struct AnalysisForty {
  static let device = "invented"
  private var space: Space
  private let budgets = [
    Budget(.latency(device: device), greatest: 6_500_000), Budget(.macs, greatest: 110_000_000),
    Budget(.parameters, greatest: 140_000),
  ]

  /// - Parameter space: Of 40 blocks, without requirements.
  init(_ space: Space) throws(CostModelError) {
    self.space = space
    let rows = try space.kernels(missingIn: LatencyTable(device: Self.device, path: "", [:]))
    let times = Dictionary(uniqueKeysWithValues: rows.map { ($0.kernel, Self.time(of: $0.kernel)) })
    self.space.latencyTables = [LatencyTable(device: Self.device, path: "", times)]
  }

  private static func time(of kernel: KernelShape) -> Int {
    let numbers = kernel.values.compactMap(\.integer)
    let elements = numbers[0] * numbers[1] * numbers[2]
    let work =
      switch kernel.operation {
      // channels, kernel
      case .conv: elements * numbers[3] * numbers[4] * numbers[4] / 30
      // kernel
      case .depthwise: elements * numbers[3] * numbers[3] / 8
      case .linear, .batchNorm, .layerNorm, .activation, .squeezeExcite, .splitAttention, .attention,
        .positionEmbedding, .maxPool, .averagePool, .globalPool, .add, .multiply, .concat, .slice, .shuffle, .softmax,
        .resize, .quantize:
        elements / 10
      }
    return 3_000 + work + (kernel.followers.contains("hard_swish") ? elements / 5 : 0)
  }

  /// The count, the ends of each cost within the others' bounds, and ten draws.
  func text(timed: (() -> Void) -> Spread) throws -> String {
    let members = try BudgetedMembers(space, budgets: budgets)
    let times = timed { _ = try? BudgetedMembers(space, budgets: budgets) }
    var text = "40 blocks, \(NetworkCount(try MemberSet(space).count).short) networks; a made-up latency table of "
    text += "\(counted(space.latencyTables[0].count, "row"))\n"
    text += budgets.map { "\(($0.greatest ?? 0).grouped) \($0.quantity.measure.unit)" }.joined(separator: ", ")
    text += " at most\n"
    text +=
      "networks within all three: \(members.countLower.short) to \(members.countUpper.short), counted in \(times.text) ms\n\n"
    var ends = AlignedTable([.left, .right, .right])
    ends.add(["within all three", "least", "greatest"])
    for budget in budgets {
      let measure = budget.quantity.measure
      let costs = try [Criterion(measure), Criterion(measure, .most)].map { criterion in
        let front = try ParetoFront(space, [criterion], budgets: budgets)
        return (front.points.first?.costs[0] ?? 0).grouped
          + (front.excess == 0 ? "" : " (within \(front.excess.grouped))")
      }
      ends.add([measure.unit] + costs)
    }
    return text + ends.text() + "\n" + (try draws(members))
  }

  private func draws(_ members: BudgetedMembers) throws -> String {
    var table = AlignedTable([.right] + budgets.map { _ in .right } + [.left])
    table.add(["draw"] + budgets.map(\.quantity.measure.unit) + ["within"])
    for number in 0..<10 {
      var generator = SplitRandom(seed: 1, stream: 2, UInt64(number))
      let drawn = try cost(of: members.draw(using: &generator), in: space, devices: [Self.device])
      let isInside = budgets.allSatisfy { drawn[$0.quantity] <= $0.greatest ?? .max }
      table.add(
        [number.grouped] + budgets.map { drawn[$0.quantity].grouped } + [isInside ? "yes" : "no"])
    }
    return table.text()
  }
}
