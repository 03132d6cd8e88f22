import CEngine

/// A parameter or a running statistic that a context holds, row-major, of rank 1 to 4.
package struct EngineTensor: Hashable, Sendable {
  package enum Role: Hashable, Sendable {
    /// Trained, with weight decay: the weights of convolutions and linear layers.
    case weight
    /// Trained without weight decay: batch norm's scale and shift, biases.
    case undecayed
    /// Running mean and variance: never touched by an update.
    case statistic
  }

  package let shape: [Int]
  package let role: Role

  /// - Precondition: 1 to 4 axes, none empty.
  package init(shape: [Int], role: Role) {
    precondition((1...4).contains(shape.count) && shape.allSatisfy { $0 > 0 }, "a tensor has 1 to 4 axes, none empty")
    self.shape = shape
    self.role = role
  }

  package var count: Int { shape.reduce(1, *) }

  var encoded: es_tensor {
    var tensor = es_tensor()
    tensor.rank = Int32(shape.count)
    withUnsafeMutableBytes(of: &tensor.shape) { bytes in
      let axes = bytes.assumingMemoryBound(to: Int64.self)
      for (axis, extent) in shape.enumerated() { axes[axis] = Int64(extent) }
    }
    tensor.decayed = role == .weight ? 1 : 0
    tensor.trained = role == .statistic ? 0 : 1
    return tensor
  }
}

/// What is kept of a tensor. Reading and writing all planes but the gradient saves and restores a training run.
package enum EnginePlane: Hashable, Sendable, CaseIterable {
  case value
  /// Of the last `accumulate`. Writing it marks the tensor as touched.
  case gradient
  /// SGD's velocity, Adam's first moment, RMSProp's velocity of the scaled gradient.
  case momentum
  /// The exponential moving average of the value.
  case average
  /// Adam's and RMSProp's mean of the squared gradient.
  case square
  /// One element: how often the tensor was updated (Adam's bias correction).
  case steps

  var encoded: Int32 {
    switch self {
    case .value: Int32(ES_VALUE.rawValue)
    case .gradient: Int32(ES_GRADIENT.rawValue)
    case .momentum: Int32(ES_MOMENTUM.rawValue)
    case .average: Int32(ES_AVERAGE.rawValue)
    case .square: Int32(ES_SQUARE.rawValue)
    case .steps: Int32(ES_STEPS.rawValue)
    }
  }

  /// The number of elements that the plane has for `tensor`.
  package func count(of tensor: EngineTensor) -> Int { self == .steps ? 1 : tensor.count }
}
