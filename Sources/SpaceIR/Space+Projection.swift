extension Space {
  /// The space with a projection head in the place of its classifier: linear, ReLU, linear, as of MoCo v2 (Chen et al. 2020,
  /// arXiv 2003.04297); its output is a vector.
  ///
  /// - Returns: Nil where the result is not a linear map of the network itself.
  package func projected(to dimension: Int, hidden: Int) -> Space? {
    guard let last = body.nodes.firstIndex(where: { $0.id == body.result }),
      case .linear(_, let features) = body.nodes[last].operation, otherOutputs.isEmpty
    else { return nil }
    var space = self
    var next = body.result.index
    body.forEachNode { next = max(next, $0.id.index) }
    space.layers.append(Layer(name: "neck", decisions: []))
    let layer = LayerID(index: space.layers.count - 1)
    func vector(_ count: Int) -> TensorType {
      TensorType(channels: .integer(count), height: .integer(1), width: .integer(1))
    }
    func node(_ number: Int, _ operation: Operation, _ count: Int) -> Node {
      Node(
        id: NodeID(index: next + number), operation: operation, type: vector(count), layer: layer, place: String(number)
      )
    }
    space.body.nodes.remove(at: last)
    space.body.nodes += [
      node(1, .linear(Linear(features: .integer(hidden), bias: true), of: features), hidden),
      node(2, .activation(.word("relu"), of: NodeID(index: next + 1)), hidden),
      node(3, .linear(Linear(features: .integer(dimension), bias: true), of: NodeID(index: next + 2)), dimension),
    ]
    space.body.result = NodeID(index: next + 3)
    space.output = ImageShape(channels: dimension, height: 1, width: 1)
    // Budgets are about the network with its classifier, and hold for what is drawn.
    return space
  }
}
