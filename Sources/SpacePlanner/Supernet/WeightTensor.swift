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
  }
  /// `s2.expand.conv.convolution[kernel=3,splits=0]`
  package let name: String
  package let role: Role
  package let shape: [Int]
  /// How many inputs one output sums over at full size; sets the scale of the first values.
  package let fanIn: Int

  package var count: Int { shape.reduce(1, *) }
  package var isTrained: Bool { role != .runningMean && role != .runningVariance && role != .mask }
  /// Whether weight decay applies: not to norms, biases and embeddings.
  package var isDecayed: Bool {
    switch role {
    case .convolution, .depthwise, .linear, .splitLinear, .projection: true
    case .bias, .scale, .shift, .runningMean, .runningVariance, .position, .mask: false
    }
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
