import SpaceIR

/// Index of a tensor in `SupernetPlan.tensors`.
package struct TensorID: Hashable, Sendable, Comparable {
  package let index: Int
  package init(index: Int) { self.index = index }
  package static func < (a: TensorID, b: TensorID) -> Bool { a.index < b.index }
}

/// A parameter of the supernet at its largest size; an architecture uses a slice.
package struct WeightTensor: Hashable, Sendable {
  /// What the numbers are, which fixes the order of the axes.
  package enum Role: String, Hashable, Sendable, CaseIterable {
    /// `[out, kernel, kernel, in]`; with groups `[out, kernel, kernel, in / groups]`
    case convolution
    /// `[copies, kernel, kernel, channels]`
    case depthwise
    /// `[out, in]`
    case linear
    /// `[copies, out, in]`: one linear map for each split.
    case splitLinear = "split_linear"
    /// `[out]`, or `[copies, out]` after a split linear map
    case bias
    /// `[copies, channels]`, `[channels]` of a layer norm
    case scale
    /// As `scale`
    case shift
    /// `[copies, channels]`, written by batch-norm recalibration, never trained
    case runningMean = "running_mean"
    case runningVariance = "running_variance"
    /// `[out, 1, 1, in]`: a linear map of every position, of an attention
    case projection
    /// `[h, w, channels]`
    case position
    /// `[elements]`: all masks of a mixture, written before a pass and never trained by an update
    case mask
    /// `[vectors, elements]`: negatives of a contrastive loss, written beside the training
    case queue
  }
  /// `s2.expand.conv.convolution[kernel=3,splits=0]`
  package let name: String
  package let role: Role
  package let shape: [Int]
  /// How many inputs one output sums over at full size; sets the scale of the first values.
  package let fanIn: Int

  package var count: Int { shape.reduce(1, *) }
  package var isTrained: Bool { role != .runningMean && role != .runningVariance && role != .mask && role != .queue }
  /// Whether weight decay applies: not to norms, biases and embeddings.
  package var isDecayed: Bool {
    switch role {
    case .convolution, .depthwise, .linear, .splitLinear, .projection: true
    case .bias, .scale, .shift, .runningMean, .runningVariance, .position, .mask, .queue: false
    }
  }
}

extension WeightTensor {
  /// The standard deviation of first values: He's sqrt(2 / fan-in) for convolutions (He et al. 2015, arXiv 1502.01852,
  /// eq. 10), sqrt(1 / fan-in) for linear maps, whose outputs are not rectified, and 0.02 for positions, as in ViT's
  /// released code (arXiv 2010.11929). Nil: all are `firstConstant`.
  package var firstDeviation: Double? {
    switch role {
    case .convolution, .depthwise: (2 / Double(fanIn)).squareRoot()
    case .linear, .splitLinear, .projection: (1 / Double(fanIn)).squareRoot()
    case .position: 0.02
    case .bias, .scale, .shift, .runningMean, .runningVariance, .mask, .queue: nil
    }
  }

  /// What first values are that are not drawn.
  package var firstConstant: Float {
    switch role {
    case .scale, .runningVariance: 1
    case .convolution, .depthwise, .linear, .splitLinear, .bias, .shift, .runningMean, .projection, .position, .mask,
      .queue:
      0
    }
  }

  /// The values before the first step.
  ///
  /// - Parameter normals: A source of standard normal numbers for a tensor, by name, so that a tensor's first values do
  ///   not depend on which other tensors exist.
  package func firstValues(_ normals: (_ tensor: String) -> () -> Double) -> [Float] {
    guard let deviation = firstDeviation else { return [Float](repeating: firstConstant, count: count) }
    let next = normals(name)
    return (0..<count).map { _ in Float(next() * deviation) }
  }
}

/// A box of a tensor: `extent` elements from `offset` along each axis.
package struct WeightSlice: Hashable, Sendable {
  package let tensor: TensorID
  package let offset: [Int]
  package let extent: [Int]
  package init(tensor: TensorID, offset: [Int], extent: [Int]) {
    self.tensor = tensor
    self.offset = offset
    self.extent = extent
  }
}
