package import SpaceIR

/// Index of a value in `KernelProgram.buffers`.
package struct BufferID: Hashable, Sendable {
  package let index: Int
  package init(index: Int) { self.index = index }
}

/// Index of a slice in `KernelProgram.slices`.
package struct SliceID: Hashable, Sendable {
  package let index: Int
  package init(index: Int) { self.index = index }
}

/// One architecture as a flat list of kernels over numbered buffers: forward, then backward.
///
/// Buffers that are never alive together share memory; the arena is as large as this architecture needs.
package struct KernelProgram: Hashable, Sendable {
  package var buffers: [Buffer]
  package var slices: [WeightSlice]
  package var instructions: [Instruction]
  /// The forward pass is `instructions[..<forwardCount]`.
  package var forwardCount: Int
  /// Of the first output.
  package var logits: BufferID
  /// Of the outputs after the first, in their order; each has a loss of its own.
  package var furtherLogits: [BufferID] = []
  /// What the batch has to say about branches, from the first to the last; empty unless the options ask for it.
  package var branches: [BranchInput] = []
  package var arenaBytes: Int
  /// The forward instructions that one fused kernel can carry out together.
  package var segments: [ProgramSegment]

  /// A dense tensor `[n, h, w, c]`.
  package struct Buffer: Hashable, Sendable {
    package let shape: [Int]
    /// Bytes from the start of the arena; nil for an input of the batch.
    package var offset: Int?
    /// Which input of the batch it is; 0 for the images, and for what lies in the arena.
    package var input = 0
  }

  package struct ProgramSegment: Hashable, Sendable {
    package let layer: LayerID
    package let instructions: Range<Int>
  }
}

/// One kernel call. What each list holds is stated case by case in `CEngine.h`, in this order.
package struct Instruction: Hashable, Sendable {
  package let kernel: Kernel
  package let inputs: [BufferID]
  /// Nil: the kernel does not compute this output.
  package let outputs: [BufferID?]
  package let slices: [SliceID?]
}

/// The kernels of the engine with their attributes. `adds` says whether an output is added to what is there.
package enum Kernel: Hashable, Sendable {
  case convolution(Window)
  case convolutionBackward(Window, adds: Bool)
  case depthwise(Window, copies: Int)
  case depthwiseBackward(Window, copies: Int, adds: Bool)
  /// With the activation that follows it, if one does and nothing else reads what lies between.
  case batchNorm(epsilon: Double, function: ActivationFunction?)
  case batchNormBackward(function: ActivationFunction?, adds: Bool)
  /// What `batchNorm` wrote, computed again from its statistics.
  case normalise(function: ActivationFunction?)
  case activation(ActivationFunction)
  case activationBackward(ActivationFunction, adds: Bool)
  case pool(Pool.Kind, Window)
  case poolBackward(Pool.Kind, Window, adds: Bool)
  case globalPool
  case globalPoolBackward(adds: Bool)
  case linear
  case linearBackward(adds: Bool)
  case scale
  case scaleBackward(adds: Bool, addsToScale: Bool)
  case copiesSum(copies: Int)
  case copiesSumBackward(copies: Int, adds: Bool)
  case copiesSoftmax(copies: Int)
  case copiesSoftmaxBackward(copies: Int, adds: Bool)
  case copiesWeightedSum(copies: Int)
  case copiesWeightedSumBackward(copies: Int, adds: Bool, addsToWeights: Bool)
  case add
  case copy(adds: Bool)
  case crossEntropy(smoothing: Double, output: Int)
  case crossEntropyBackward(smoothing: Double, output: Int)
  case groupedConvolution(GroupedWindow)
  case groupedConvolutionBackward(GroupedWindow, adds: Bool)
  case dilatedDepthwise(Window, copies: Int, dilation: Int)
  case dilatedDepthwiseBackward(Window, copies: Int, dilation: Int, adds: Bool)
  case multiply
  case multiplyBackward(adds: Bool, addsToSecond: Bool)
  /// Writes or adds to a range of channels; belongs to either pass, as do `shuffle` and `zero`.
  case copyChannels(ChannelRange, adds: Bool)
  case shuffle(groups: Int, adds: Bool)
  case softmax(parts: Int, groups: Int)
  case softmaxBackward(parts: Int, groups: Int, adds: Bool)
  case zero
  case resize(Resize.Method)
  case resizeBackward(Resize.Method, adds: Bool)
  case layerNorm(epsilon: Double)
  case layerNormBackward(adds: Bool)
  case positionEmbedding
  case positionEmbeddingBackward(adds: Bool)
  /// Without the maps of queries, keys, values and output.
  case attention(heads: Int)
  case attentionBackward(heads: Int)
  /// Its gradient is passed by a copy.
  case quantize(bits: Int, QuantizationMode)
  /// The first channels times a slice of masks.
  case mask(adds: Bool)
  /// Without the value that was masked where no gradient of the masks is wanted.
  case maskBackward(adds: Bool)
  /// In the place of the cross-entropy: vectors against positives, an input of the batch, and negatives, a slice.
  case contrast(temperature: Double)
  case contrastBackward(temperature: Double, factor: Double)
}

/// A square window; padding is kernel / 2, of an even kernel 0.
package struct Window: Hashable, Sendable {
  package let kernel: Int
  package let stride: Int
  package init(kernel: Int, stride: Int) {
    self.kernel = kernel
    self.stride = stride
  }
}

/// A window whose taps lie `dilation` apart, for channels in groups; padding is dilation * (side / 2), of an even side 0.
package struct GroupedWindow: Hashable, Sendable {
  package let height: Int
  package let width: Int
  package let stride: Int
  package let dilation: Int
  package let groups: Int
  package init(height: Int, width: Int, stride: Int, dilation: Int, groups: Int) {
    self.height = height
    self.width = width
    self.stride = stride
    self.dilation = dilation
    self.groups = groups
  }

  /// The plain window, where it is one.
  var plain: Window? {
    guard height == width, dilation == 1, groups == 1 else { return nil }
    return Window(kernel: height, stride: stride)
  }
}

/// `count` channels from `first` of what is read, to those from `place` of what is written.
package struct ChannelRange: Hashable, Sendable {
  package let first: Int
  package let place: Int
  package let count: Int
  package init(first: Int, place: Int, count: Int) {
    self.first = first
    self.place = place
    self.count = count
  }

  var reversed: ChannelRange { ChannelRange(first: place, place: first, count: count) }
}

/// What a program is bound for.
package struct BindingOptions: Hashable, Sendable {
  package enum Pass: Hashable, Sendable {
    case forward
    case forwardAndBackward
  }
  package enum Recomputation: Hashable, Sendable {
    /// Normalised values, activations and scaled values, which cost a pass over memory.
    case elementwise
    /// Also 1x1 convolutions that widen, the expansions of inverted residuals, whose results are the largest. A network
    /// whose peak is no expansion can take a little more for it: placing buffers is a heuristic.
    case elementwiseAndExpansions
  }
  /// Images.
  package var batch: Int
  package var pass: Pass
  /// Of the loss that is trained on; the reported loss is without it.
  package var labelSmoothing: Double
  /// 4 for float32, 8 for float64.
  package var elementBytes: Int
  /// Batch and layer norm's, added to the variance.
  package var epsilon: Double
  /// What the backward pass computes again instead of keeping it.
  package var recomputation: Recomputation
  /// Whether the backward pass of a mixture has the gradient of its masks.
  package var trainsMasks: Bool
  /// Whether residual branches are scaled by inputs of the batch.
  package var dropsBranches: Bool
  /// By tensor, whether it is not trained: no gradient of it is computed, nothing is kept for one, and what lies before the
  /// first trained tensor has no backward pass. Nil: every trained tensor of the plan is.
  package var frozen: [Bool]?

  package init(
    batch: Int, pass: Pass, labelSmoothing: Double = 0, elementBytes: Int = 4, epsilon: Double = 1e-5,
    recomputation: Recomputation = .elementwise, trainsMasks: Bool = true, dropsBranches: Bool = false,
    frozen: [Bool]? = nil
  ) {
    self.batch = batch
    self.pass = pass
    self.labelSmoothing = labelSmoothing
    self.elementBytes = elementBytes
    self.epsilon = epsilon
    self.recomputation = recomputation
    self.trainsMasks = trainsMasks
    self.dropsBranches = dropsBranches
    self.frozen = frozen
  }
}
