import SpaceIR

/// Builds graphs of mobile blocks by hand, with constants or decisions as attributes.
struct NetworkBuilder {
  var decisions: [Decision] = []
  /// Of hidden and inner widths: `make_divisible(x, 8, 0.95)` is FBNetV2's.
  var rounding: (Expression) -> Expression = {
    .call(.makeDivisible, [$0, .integer(8), .constant(Value(Rational(19, 20)))])
  }
  private(set) var current: (node: NodeID, type: TensorType)
  private var nodes: [Node] = []
  private var nextNode = 0
  private let input: ImageShape

  init(input: ImageShape) {
    self.input = input
    let type = TensorType(
      channels: .integer(input.channels), height: .integer(input.height), width: .integer(input.width))
    current = (NodeID(index: 0), type)
    append(.input(0), type)
  }

  func space(classes: Int) -> Space {
    Space(
      name: "test", decisions: decisions, layers: [Layer(name: "all", decisions: [])], input: input, classes: classes,
      hints: Hints(), body: Region(nodes: nodes, result: current.node))
  }

  mutating func decide(
    _ owner: String, _ parameter: String, _ options: [Value], existence: Existence? = nil
  ) -> Expression {
    guard options.count > 1 else { return .constant(options[0]) }
    decisions.append(
      Decision(
        name: "\(owner).\(parameter)", parameter: parameter, owner: owner, options: options, existence: existence))
    return .decision(DecisionID(index: decisions.count - 1))
  }

  mutating func append(_ operation: Operation, _ type: TensorType) {
    let id = NodeID(index: nextNode)
    nextNode += 1
    nodes.append(Node(id: id, operation: operation, type: type, layer: LayerID(index: 0), place: "\(id.index)"))
    current = (id, type)
  }

  /// One alternative for each case, all starting from the current value; `type` is that of the result.
  mutating func choose(
    _ selector: Expression, type: TensorType, _ cases: [([Value], (inout NetworkBuilder) -> Void)]
  ) {
    let (start, outer) = (current, nodes)
    var alternatives: [Alternative] = []
    for (values, body) in cases {
      (current, nodes) = (start, [])
      body(&self)
      alternatives.append(Alternative(values: values, region: Region(nodes: nodes, result: current.node)))
    }
    nodes = outer
    append(.choice(Choice(selector: selector, alternatives: alternatives)), type)
  }

  func strided(_ type: TensorType, by stride: Int) -> TensorType {
    var result = type
    result.height = .integer((type.height.constant!.integer! + stride - 1) / stride)
    result.width = .integer((type.width.constant!.integer! + stride - 1) / stride)
    return result
  }

  mutating func convolution(_ channels: Expression, kernel: Int, stride: Int = 1, bias: Bool = false) {
    var type = strided(current.type, by: stride)
    type.channels = channels
    let payload = Convolution(
      channels: channels, kernel: .integer(kernel), stride: .integer(stride), bias: bias)
    append(.convolution(payload, of: current.node), type)
  }

  mutating func normActivation(_ function: Expression?) {
    append(.batchNorm(of: current.node), current.type)
    if let function { append(.activation(function, of: current.node), current.type) }
  }

  mutating func linear(_ features: Int, bias: Bool) {
    var type = current.type
    type.channels = .integer(features)
    append(.linear(Linear(features: .integer(features), bias: bias), of: current.node), type)
  }

  mutating func globalPool() {
    var type = current.type
    (type.height, type.width) = (.integer(1), .integer(1))
    append(.globalPool(of: current.node), type)
  }
}
