/// Number of a node, unique in a space: `%12`.
package struct NodeID: Hashable, Sendable, Comparable {
  package let index: Int
  package init(index: Int) { self.index = index }
  package static func < (a: NodeID, b: NodeID) -> Bool { a.index < b.index }
}

/// An operation with its result type and the layer it belongs to.
package struct Node: Hashable, Sendable {
  package let id: NodeID
  package var operation: Operation
  package var type: TensorType
  package var layer: LayerID
  /// The operation's place inside its layer, unique there: `1`, `2.else.1`. Names weights.
  package var place: String

  package init(id: NodeID, operation: Operation, type: TensorType, layer: LayerID, place: String) {
    self.id = id
    self.operation = operation
    self.type = type
    self.layer = layer
    self.place = place
  }
}

/// Nodes in dependency order with one result. A region sees the nodes before it in every enclosing region.
package struct Region: Hashable, Sendable {
  package var nodes: [Node]
  package var result: NodeID
  package init(nodes: [Node], result: NodeID) {
    self.nodes = nodes
    self.result = result
  }
}

/// A batch of feature maps, `tensor<[n, copies x channels, height, width]>`; each extent is an integer expression over
/// decisions. `copies` is 1 but between a depthwise convolution with several copies and the attention that joins them.
package struct TensorType: Hashable, Sendable {
  package var copies: Expression
  package var channels: Expression
  package var height: Expression
  package var width: Expression

  package init(copies: Expression = .integer(1), channels: Expression, height: Expression, width: Expression) {
    self.copies = copies
    self.channels = channels
    self.height = height
    self.width = width
  }
}

extension Region {
  /// Every node, those of alternatives included, in text order.
  package func forEachNode(_ body: (Node) -> Void) {
    for node in nodes {
      body(node)
      if case .choice(let choice) = node.operation {
        for alternative in choice.alternatives { alternative.region.forEachNode(body) }
      }
    }
  }
}
