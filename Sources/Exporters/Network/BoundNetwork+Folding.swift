import SpaceIR

extension BoundNetwork {
  /// Batch normalisations that directly follow a convolution or a linear map which nothing else reads, by that.
  var foldableNorms: [NodeID: Node] {
    let readers = readers
    let makers = Dictionary(nodes.map { ($0.id, $0) }) { first, _ in first }
    var folds: [NodeID: Node] = [:]
    for node in nodes {
      guard case .batchNorm(let x) = node.operation, readers[x] == 1, let maker = makers[x] else { continue }
      switch maker.operation {
      case .convolution, .depthwise, .linear: folds[x] = node
      case .input, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool, .globalPool, .layerNorm, .slice,
        .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize, .zero, .add, .join, .choice:
        break
      }
    }
    return folds
  }
}
