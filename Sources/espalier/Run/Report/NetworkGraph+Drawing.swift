import Reports
import SpaceIR

extension NetworkGraph {
  /// A network for a drawing: what its results need, with the batch norm and the activation of an operation in one box
  /// with it.
  ///
  /// - Parameter network: A space that is bound to one architecture.
  init(drawing network: Space) {
    var drawing = NetworkDrawing(network)
    self.init(nodes: drawing.nodes())
  }
}

private struct NetworkDrawing {
  private struct Box {
    var name: String
    var details: [String]
    var shape: String
    let layer: String
    let operands: [Int]
    let kind: NetworkGraph.Kind
  }

  private let network: Space
  /// Users of each node among those that a result needs; the results count as users.
  private var users: [NodeID: Int] = [:]
  private var boxes: [Box] = []
  private var boxOf: [NodeID: Int] = [:]

  init(_ network: Space) {
    self.network = network
    let results = [network.body.result] + network.otherOutputs.map(\.node)
    for result in results { users[result, default: 0] += 1 }
    // Operands have smaller numbers, so that users are known before what they use.
    for node in network.body.nodes.reversed() where users[node.id] != nil {
      for operand in node.operation.operands { users[operand, default: 0] += 1 }
    }
  }

  mutating func nodes() -> [NetworkGraph.Node] {
    for node in network.body.nodes where users[node.id] != nil { add(node) }
    let first = network.outputName.isEmpty ? "output" : network.outputName
    let ends =
      [(first, network.body.result, network.output)]
      + network.otherOutputs.map { ($0.name, $0.node, $0.shape) }
    for (name, result, shape) in ends {
      guard let box = boxOf[result] else { continue }
      boxes.append(
        Box(
          name: name, details: [], shape: "\(shape.channels) × \(shape.height) × \(shape.width)", layer: "",
          operands: [box], kind: .end))
    }
    return boxes.map { box in
      let details = box.details.isEmpty ? [] : [box.details.joined(separator: ", ")]
      return NetworkGraph.Node(
        lines: [box.name] + details + [box.shape], layer: box.layer, operands: box.operands, kind: box.kind)
    }
  }

  private mutating func add(_ node: Node) {
    if let (word, operand) = follower(node.operation), users[operand] == 1, let box = boxOf[operand],
      boxes[box].kind != .end
    {
      boxes[box].details.append(word)
      boxes[box].shape = node.type.words
      boxOf[node.id] = box
      return
    }
    let (name, details, kind) = words(of: node.operation)
    boxOf[node.id] = boxes.count
    boxes.append(
      Box(
        name: name, details: details, shape: node.type.words, layer: layer(of: node),
        operands: node.operation.operands.compactMap { boxOf[$0] }, kind: kind))
  }

  private func layer(of node: Node) -> String {
    guard case .input = node.operation else { return network.layers[node.layer.index].name }
    return ""
  }

  /// What goes into the box of its operand; nil: has one of its own.
  private func follower(_ operation: Operation) -> (word: String, operand: NodeID)? {
    switch operation {
    case .batchNorm(let x): ("bn", x)
    case .activation(let function, let x): (text(function), x)
    case .input, .convolution, .depthwise, .squeezeExcite, .splitAttention, .pool, .globalPool, .linear, .layerNorm,
      .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize, .zero, .add, .join, .choice:
      nil
    }
  }

  /// The name of an operation, and what has no place in it.
  private func words(of operation: Operation) -> (name: String, details: [String], kind: NetworkGraph.Kind) {
    switch operation {
    case .input(let number):
      (
        number > 0 ? network.otherInputs[number - 1].name : network.inputName.isEmpty ? "images" : network.inputName,
        [], .end
      )
    case .convolution(let it, _):
      (
        "conv \(text(it.kernel))×\(text(it.kernelWidth))",
        many(("stride", it.stride), ("dilation", it.dilation), ("groups", it.groups)), .weighted
      )
    case .depthwise(let it, _):
      (
        "depthwise \(text(it.kernel))×\(text(it.kernel))",
        many(("stride", it.stride), ("dilation", it.dilation), ("copies", it.copies)), .weighted
      )
    case .batchNorm: ("batch norm", [], .weighted)
    case .activation(let function, _): (text(function), [], .plain)
    case .squeezeExcite(let it, _): ("squeeze-excite", ["inner \(text(it.inner))"], .attention)
    case .splitAttention(let it, _): ("split attention", ["inner \(text(it.inner))"], .attention)
    case .pool(let it, _):
      (
        "\(it.kind == .max ? "max" : "avg") pool \(text(it.kernel))×\(text(it.kernel))", many(("stride", it.stride)),
        .plain
      )
    case .globalPool: ("global pool", [], .plain)
    case .linear: ("linear", [], .weighted)
    case .layerNorm: ("layer norm", [], .weighted)
    case .slice(let it, _): ("slice", ["from channel \(text(it.first))"], .plain)
    case .shuffle(let groups, _): ("shuffle", ["groups \(text(groups))"], .plain)
    case .softmax(let it, _): ("softmax", ["parts \(text(it.parts))"], .plain)
    case .resize(let it, _): ("resize", [it.method.rawValue], .plain)
    case .attention(let it, _, _): ("attention", ["heads \(text(it.heads))"], .attention)
    case .positionEmbedding: ("positions", [], .weighted)
    case .quantize(let it, _): ("quantize", ["\(text(it.bits)) bits"], .plain)
    case .zero: ("zeros", [], .plain)
    case .add: ("add", [], .join)
    case .join(let join, _): (join.rawValue, [], .join)
    // A bound network has none.
    case .choice: ("choice", [], .plain)
    }
  }

  /// Those of the numbers that are not 1, each with its word.
  private func many(_ numbers: (word: String, number: Expression)...) -> [String] {
    numbers.filter { $0.number.constant?.integer != 1 }.map { "\($0.word) \(text($0.number))" }
  }

  private func text(_ expression: Expression) -> String { expression.constant?.description ?? "?" }
}

extension TensorType {
  /// `144 × 14 × 14`, with copies before it where there are several.
  fileprivate var words: String {
    let extents = [copies, channels, height, width].map { $0.constant?.integer ?? 0 }
    return extents.enumerated().filter { $0.offset > 0 || $0.element != 1 }.map { String($0.element) }
      .joined(separator: " × ")
  }
}
