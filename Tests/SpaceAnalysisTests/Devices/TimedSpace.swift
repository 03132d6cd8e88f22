import SpaceIR

@testable import SpaceAnalysis

/// A random space with a latency table, and the latency of a network by a second, simpler way: its graph without choices
/// is walked operation by operation.
struct TimedSpace {
  static let device = "phone"
  var space: Space
  /// By node, the region that it stands in.
  private let regions: [NodeID: Int]
  private let ends: Set<NodeID>
  private let sums: (times: [KernelShape: Int], correction: LatencyCorrection?)

  /// - Parameter unit: Times are multiples of so many nanoseconds.
  init(_ space: Space, seed: UInt64, unit: Int = 1) throws {
    self.space = space
    regions = Self.regions(of: space.body)
    ends = Self.innerEnds(of: space.body)
    var random = SeededGenerator(seed: seed &+ 31)
    var times: [KernelShape: Int] = [:]
    for row in try space.kernels(missingIn: LatencyTable(device: Self.device, path: "", [:])) {
      times[row.kernel] = unit * random.pick(0...2_000)
    }
    // Every second table is corrected.
    let correction = LatencyCorrection(
      constant: unit * random.pick(0...9_000), millionths: random.pick(500_000...1_500_000))
    self.space.latencyTables = [
      LatencyTable(device: Self.device, path: "phone.yaml", times, correction: seed % 2 == 0 ? nil : correction)
    ]
    sums = (times, seed % 2 == 0 ? nil : correction)
  }

  /// Nanoseconds of a member.
  func latency(of member: Architecture) throws -> Int {
    var total = sums.correction?.constant ?? 0
    var row: (head: Node, followers: [String])?
    var types: [NodeID: TensorType] = [:]
    func finish() throws {
      guard let (head, followers) = row else { return }
      let operand = head.operation.operands.first.flatMap { types[$0] } ?? head.type
      total += try time(head, operand, followers)
      row = nil
    }
    let bound = try space.bound(to: member)
    let nodes = bound.body.nodes
    for (position, node) in nodes.enumerated() {
      types[node.id] = node.type
      let before = position > 0 ? nodes[position - 1].id : nil
      let joins = before.map { !ends.contains($0) && node.operation.operands == [$0] } ?? false
      switch node.operation {
      case .batchNorm where joins && row != nil && sameRegion(nodes[position - 1], node):
        row?.followers.append("batch_norm")
      case .activation(let function, _) where joins && row != nil && sameRegion(nodes[position - 1], node):
        row?.followers.append(function.constant?.word ?? "")
      case .input, .zero: try finish()
      default:
        try finish()
        row = (node, [])
      }
    }
    try finish()
    return total
  }

  private func sameRegion(_ a: Node, _ b: Node) -> Bool { regions[a.id] == regions[b.id] }

  private static func regions(of body: Region) -> [NodeID: Int] {
    var (result, count): ([NodeID: Int], Int) = ([:], 0)
    func visit(_ region: Region) {
      let own = count
      count += 1
      for node in region.nodes {
        result[node.id] = own
        guard case .choice(let choice) = node.operation else { continue }
        for alternative in choice.alternatives { visit(alternative.region) }
      }
    }
    visit(body)
    return result
  }

  /// Nodes that more than one thing reads, or that end a region.
  private static func innerEnds(of body: Region) -> Set<NodeID> {
    var counts: [NodeID: Int] = [body.result: 2]
    body.forEachNode { node in
      for operand in node.operation.operands { counts[operand, default: 0] += 1 }
      if case .choice(let choice) = node.operation {
        for alternative in choice.alternatives { counts[alternative.region.result, default: 0] += 2 }
      }
    }
    return Set(counts.filter { $0.value > 1 }.keys)
  }

  private func time(_ node: Node, _ operand: TensorType, _ followers: [String]) throws -> Int {
    func number(_ expression: Expression) -> Value { expression.constant ?? .integer(-1) }
    let shape = [operand.channels, operand.height, operand.width].map(number)
    let kernel: KernelShape
    switch node.operation {
    case .convolution(let it, _):
      let attributes = [it.channels, it.kernel, it.kernelWidth, it.stride, it.dilation, it.groups].map(number)
      kernel = KernelShape(.conv, shape + attributes + [.boolean(it.bias)], followers: followers)
    case .depthwise(let it, _):
      kernel = KernelShape(
        .depthwise, shape + [it.kernel, it.stride, it.dilation, it.copies].map(number), followers: followers)
    case .squeezeExcite(let it, _):
      kernel = KernelShape(
        .squeezeExcite, shape + [it.inner, it.function, it.gate].map(number), followers: followers)
    case .splitAttention(let it, _):
      kernel = KernelShape(
        .splitAttention, shape + [operand.copies, it.inner, it.function].map(number), followers: followers)
    case .linear(let it, _):
      kernel = KernelShape(.linear, shape + [number(it.features), .boolean(it.bias)], followers: followers)
    case .globalPool: kernel = KernelShape(.globalPool, shape + [number(operand.copies)], followers: followers)
    case .add: kernel = KernelShape(.add, shape + [.integer(2)], followers: followers)
    default: throw CostError.malformed(node.id)
    }
    guard let time = sums.times[kernel] else { throw CostError.malformed(node.id) }
    return sums.correction.map { (time * $0.millionths + 500_000) / 1_000_000 } ?? time
  }
}
