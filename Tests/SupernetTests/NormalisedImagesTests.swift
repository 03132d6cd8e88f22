import Distributions
import Engine
import SpaceIR
import SpacePlanner
import Supernet
import Testing

/// Networks whose first operation's backward kernel always computes a gradient, although nobody wants that of the images.
@Suite struct NormalisedImagesTests {
  /// Images, the operations on them in a chain, global pool, classifier.
  private func network(_ first: [(NodeID) -> Operation]) -> Space {
    var nodes: [Node] = []
    func append(_ operation: Operation, channels: Int, side: Int) {
      let type = TensorType(channels: .integer(channels), height: .integer(side), width: .integer(side))
      let id = NodeID(index: nodes.count)
      nodes.append(Node(id: id, operation: operation, type: type, layer: LayerID(index: 0), place: "\(nodes.count)"))
    }
    func last() -> NodeID { NodeID(index: nodes.count - 1) }
    append(.input(0), channels: 3, side: 6)
    for make in first { append(make(last()), channels: 3, side: 6) }
    append(.globalPool(of: last()), channels: 3, side: 1)
    append(.linear(Linear(features: .integer(4), bias: true), of: last()), channels: 4, side: 1)
    return Space(
      name: "images", decisions: [], layers: [Layer(name: "all", decisions: [])],
      input: ImageShape(channels: 3, height: 6, width: 6), classes: 4, hints: Hints(),
      body: Region(nodes: nodes, result: last()))
  }

  fileprivate static let excite = SqueezeExcite(
    inner: .integer(8), function: .word("relu"), gate: .word("hard_sigmoid"))

  enum Beginning: CaseIterable, Sendable {
    case batchNorm
    case squeezeExcite
    /// A value that is added to itself receives its gradient twice.
    case sumWithItself

    fileprivate var operations: [(NodeID) -> Operation] {
      switch self {
      case .batchNorm: [{ .batchNorm(of: $0) }]
      case .squeezeExcite: [{ .squeezeExcite(excite, of: $0) }]
      case .sumWithItself: [{ .batchNorm(of: $0) }, { .add($0, $0) }]
      }
    }
  }

  @Test(arguments: Beginning.allCases)
  func `an operation right on the images is trained`(beginning: Beginning) throws {
    let space = network(beginning.operations)
    var options = EngineOptions()
    options.elementType = .float64
    let supernet = try Supernet(SupernetPlan(for: space), library: TestEngine.library(), options: options)
    try supernet.fill(from: NumberPool(seed: 51))
    try TestBatch(of: space, images: 4, seed: 52).write(to: supernet)
    let network = Architecture(choices: [])
    let forward = EngineJob(program: try supernet.program(for: network, batch: 4, pass: .forward), batch: 0)
    let whole = EngineJob(program: try supernet.program(for: network, batch: 4, pass: .forwardAndBackward), batch: 0)
    _ = try supernet.context.accumulate([whole], weighting: .uniform)
    for index in supernet.plan.tensors.indices {
      let gradient = try supernet.context.read(.gradient, of: index, as: Double.self)
      let original = try supernet.context.read(.value, of: index, as: Double.self)
      let losses = try [1e-5, -1e-5].map { step in
        try supernet.context.write([original[0] + step] + original.dropFirst(), of: index)
        return try supernet.context.evaluate([forward], statistics: .batch)[0].loss
      }
      try supernet.context.write(original, of: index)
      #expect(abs((losses[0] - losses[1]) / 2e-5 - gradient[0]) < 1e-7)
    }
  }
}
