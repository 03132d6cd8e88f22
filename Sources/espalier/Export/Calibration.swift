import Datasets
import Engine
import Exporters
import Search
import SpaceIR
import SpacePlanner
import Supernet

/// The least and the greatest number of every value of a network, over images.
///
/// The engine runs the network once for each size of maps that it has: its output is then all maps of that size side by
/// side, so that what is measured is what the network computes, with the engine's own kernels.
struct Calibration {
  private(set) var ranges: [NodeID: ClosedRange<Float>] = [:]

  /// Fewer tell nothing about ranges.
  static let fewestImages = 16

  /// Numbers of one answer, all images of a batch together.
  private static let mostNumbers = 4_000_000

  /// - Throws: `CommandFailure` where the images are too few or of another shape, or a value is infinite or no number on
  ///   them; `EngineError`.
  init(_ network: BoundNetwork, _ weights: NetworkTensors, images: ImageSet, count: Int, _ library: EngineLibrary)
    throws
  {
    let input = network.space.input
    guard network.inputs.count == 1 else {
      throw CommandFailure("a network of several inputs cannot be calibrated with images of one kind")
    }
    guard images.shape.channels == input.channels, images.shape.height == input.height,
      images.shape.width == input.width
    else {
      throw CommandFailure(
        "the images of \(images.name) are \(images.shape.channels) x \(images.shape.height) x \(images.shape.width), and the network takes "
          + "\(input.words)")
    }
    guard count >= Self.fewestImages else {
      throw CommandFailure(
        "\(counted(count, "image")) cannot show what range a value has: calibrate with at least \(Self.fewestImages)")
    }
    guard images.count >= count else {
      throw CommandFailure(
        "\(images.name) has \(counted(images.count, "image")) to calibrate with, and \(count) are asked for\n"
          + "help: ask for fewer with '--images', at least \(Self.fewestImages), or give more data")
    }
    for group in network.groups { try measure(group, of: network, weights, images, count, library) }
  }

  private mutating func measure(
    _ group: [Node], of network: BoundNetwork, _ weights: NetworkTensors, _ images: ImageSet, _ count: Int,
    _ library: EngineLibrary
  ) throws {
    let extents = group.map(\.type.extents4)
    let channels = extents.reduce(0) { $0 + $1.allChannels }
    let plan = try SupernetPlan(for: network.space.returning(group, channels: channels), statistics: .recorded)
    let supernet = try Supernet(plan, library: library, options: EngineOptions())
    for (index, tensor) in plan.tensors.enumerated() { try supernet.context.write(weights[tensor.name], of: index) }
    let numbers = channels * extents[0].positions
    let batch = max(1, min(count, Self.mostNumbers / numbers))
    for start in stride(from: 0, to: count, by: batch) {
      let own = start..<min(count, start + batch)
      let program = try supernet.program(for: Architecture(choices: []), batch: own.count, pass: .forward)
      try supernet.write(images, own, to: 0)
      try supernet.context.writeLabels(
        [Int](repeating: 0, count: own.count * extents[0].positions), of: 0, to: 0)
      let answer = try supernet.context.answers(of: [EngineJob(program: program, batch: 0)], statistics: .fixed)[0]
      try note(answer.logits, of: group, extents, channels: channels)
    }
  }

  private mutating func note(_ numbers: [Double], of group: [Node], _ extents: [BoundExtents], channels: Int) throws {
    var first = 0
    for (node, extent) in zip(group, extents) {
      var (least, greatest) = (Double.infinity, -Double.infinity)
      for row in stride(from: first, to: numbers.count, by: channels) {
        for number in numbers[row..<row + extent.allChannels] {
          // A comparison with what is no number would leave it out.
          guard Float(number).isFinite else {
            throw CommandFailure("a value of the network is no finite number on these images, so it has no range")
          }
          least = min(least, number)
          greatest = max(greatest, number)
        }
      }
      first += extent.allChannels
      let seen = ranges[node.id] ?? Float(least)...Float(greatest)
      ranges[node.id] = min(seen.lowerBound, Float(least))...max(seen.upperBound, Float(greatest))
    }
  }
}

extension BoundNetwork {
  /// The nodes of each size of maps, in the order of the network.
  fileprivate var groups: [[Node]] {
    var order: [[Int]] = []
    var members: [[Int]: [Node]] = [:]
    for node in nodes {
      let extents = node.type.extents4
      let size = [extents.height, extents.width]
      if members[size] == nil { order.append(size) }
      members[size, default: []].append(node)
    }
    return order.compactMap { members[$0] }
  }
}

extension Space {
  /// A bound space whose only output is these nodes side by side.
  fileprivate func returning(_ group: [Node], channels: Int) -> Space {
    let last = (body.nodes.map(\.id.index).max() ?? 0) + 1
    let sides = group[0].type
    let joined = Node(
      id: NodeID(index: last), operation: .join(.concat, group.map { Operand($0.id) }),
      type: TensorType(channels: .integer(channels), height: sides.height, width: sides.width), layer: group[0].layer,
      place: "calibration")
    var space = self
    space.body.nodes.append(joined)
    space.body.result = joined.id
    let extents = sides.extents4
    space.output = ImageShape(channels: channels, height: extents.height, width: extents.width)
    space.otherOutputs = []
    return space
  }
}
