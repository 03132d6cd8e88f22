/// One kernel call of a program, with its operands.
///
/// In every case a name that starts with d is the gradient of what it names. Weights and other slices of a backward
/// case are those of its forward case; their gradients are accumulated. Shapes are in CEngine.h, beside each opcode.
package enum EngineInstruction: Hashable, Sendable {
  package typealias Buffer = EngineBuffer.ID
  package typealias Slice = EngineSlice.ID

  /// What happens to what the output already holds.
  package enum Delivery: Hashable, Sendable {
    case write
    case add
  }

  package enum Function: Hashable, Sendable, CaseIterable {
    case relu
    /// x * sigmoid(x)
    case swish
    /// x * relu6(x + 3) / 6
    case hardSwish
    case sigmoid
    /// relu6(x + 3) / 6
    case hardSigmoid
    /// x * Phi(x), Phi the distribution function of the normal distribution
    case gelu
    case tanh
  }

  package enum Pooling: Hashable, Sendable, CaseIterable {
    case maximum
    /// Padding is not counted.
    case average
  }

  /// A square window with padding kernel / 2.
  package struct Window: Hashable, Sendable {
    package var kernel: Int
    package var stride: Int
    package init(kernel: Int, stride: Int = 1) {
      self.kernel = kernel
      self.stride = stride
    }

    /// The side of the output for an input of `side`, 0 where no window fits. An odd kernel is padded by its half, windows
    /// of an even one lie side by side.
    package func output(side: Int) -> Int {
      let reach = side - (kernel % 2 == 1 ? 1 : kernel)
      return reach < 0 ? 0 : reach / stride + 1
    }
  }

  /// A window whose taps lie `dilation` apart, for channels in groups; padding is dilation * (side / 2).
  package struct GroupedWindow: Hashable, Sendable {
    package var height: Int
    package var width: Int
    package var stride: Int
    package var dilation: Int
    package var groups: Int
    package init(height: Int, width: Int, stride: Int = 1, dilation: Int = 1, groups: Int = 1) {
      self.height = height
      self.width = width
      self.stride = stride
      self.dilation = dilation
      self.groups = groups
    }

    /// The side of the output for an input of `side`.
    package func output(side: Int) -> Int { (side - 1) / stride + 1 }
  }

  /// `count` channels from `first` of what is read, to those from `place` of what is written.
  package struct ChannelRange: Hashable, Sendable {
    package var first: Int
    package var place: Int
    package var count: Int
    package init(first: Int, place: Int, count: Int) {
      self.first = first
      self.place = place
      self.count = count
    }
  }

  package enum Resampling: Hashable, Sendable, CaseIterable {
    case nearest
    /// Between the centres of elements.
    case bilinear
  }

  /// How the step between levels is found.
  package enum Rounding: Hashable, Sendable, CaseIterable {
    case symmetric
    case asymmetric
    case perChannel
  }

  /// Batch norm's parameters. The running statistics, both or none, are needed where they are recorded or used.
  package struct Normalisation: Hashable, Sendable {
    package struct Running: Hashable, Sendable {
      package var mean: Slice
      package var variance: Slice
      package init(mean: Slice, variance: Slice) {
        self.mean = mean
        self.variance = variance
      }
    }

    package var scale: Slice
    package var shift: Slice
    package var running: Running?
    package var epsilon: Double
    package init(scale: Slice, shift: Slice, running: Running?, epsilon: Double) {
      self.scale = scale
      self.shift = shift
      self.running = running
      self.epsilon = epsilon
    }
  }

  case convolution(x: Buffer, y: Buffer, weight: Slice, bias: Slice?, Window)
  /// Without x where the weights are not trained, as those of the other maps.
  case convolutionBackward(dy: Buffer, x: Buffer?, dx: Buffer?, weight: Slice, bias: Slice?, Window, Delivery)
  case depthwise(x: Buffer, y: Buffer, weight: Slice, Window, copies: Int)
  case depthwiseBackward(dy: Buffer, x: Buffer?, dx: Buffer?, weight: Slice, Window, copies: Int, Delivery)
  /// With the function that follows it, if one does.
  case batchNorm(x: Buffer, y: Buffer, mean: Buffer, rstd: Buffer, Normalisation, Function? = nil)
  case batchNormBackward(
    dy: Buffer, x: Buffer, mean: Buffer, rstd: Buffer, dx: Buffer, scale: Slice, shift: Slice,
    function: Function? = nil, Delivery)
  /// What `batchNorm` wrote, from its statistics.
  case normalise(x: Buffer, mean: Buffer, rstd: Buffer, y: Buffer, scale: Slice, shift: Slice, Function?)
  case activation(x: Buffer, y: Buffer, Function)
  case activationBackward(dy: Buffer, x: Buffer, dx: Buffer, Function, Delivery)
  case globalPool(x: Buffer, y: Buffer)
  case globalPoolBackward(dy: Buffer, dx: Buffer, Delivery)
  case linear(x: Buffer, y: Buffer, weight: Slice, bias: Slice?)
  case linearBackward(dy: Buffer, x: Buffer?, dx: Buffer?, weight: Slice, bias: Slice?, Delivery)
  case scale(x: Buffer, by: Buffer, y: Buffer)
  case scaleBackward(
    dy: Buffer, x: Buffer, by: Buffer, dx: Buffer, dby: Buffer, deliverDx: Delivery, deliverDby: Delivery)
  case copiesSum(x: Buffer, y: Buffer, copies: Int)
  case copiesSumBackward(dy: Buffer, dx: Buffer, copies: Int, Delivery)
  case copiesSoftmax(x: Buffer, y: Buffer, copies: Int)
  case copiesSoftmaxBackward(dy: Buffer, y: Buffer, dx: Buffer, copies: Int, Delivery)
  case copiesWeightedSum(x: Buffer, weights: Buffer, y: Buffer, copies: Int)
  case copiesWeightedSumBackward(
    dy: Buffer, x: Buffer, weights: Buffer, dx: Buffer, dweights: Buffer, copies: Int, deliverDx: Delivery,
    deliverDweights: Delivery)
  case add(Buffer, Buffer, y: Buffer)
  case copy(from: Buffer, to: Buffer, Delivery)
  case crossEntropy(logits: Buffer, smoothing: Double, output: Int = 0)
  case crossEntropyBackward(logits: Buffer, dlogits: Buffer, smoothing: Double, output: Int = 0)
  /// Nil: no negatives.
  case contrast(z: Buffer, positives: Buffer, negatives: Slice?, temperature: Double)
  case contrastBackward(
    z: Buffer, positives: Buffer, dz: Buffer, negatives: Slice?, temperature: Double, factor: Double)
  case pool(x: Buffer, y: Buffer, Pooling, Window)
  case poolBackward(dy: Buffer, x: Buffer, dx: Buffer, Pooling, Window, Delivery)
  case groupedConvolution(x: Buffer, y: Buffer, weight: Slice, bias: Slice?, GroupedWindow)
  case groupedConvolutionBackward(
    dy: Buffer, x: Buffer?, dx: Buffer?, weight: Slice, bias: Slice?, GroupedWindow, Delivery)
  case dilatedDepthwise(x: Buffer, y: Buffer, weight: Slice, Window, copies: Int, dilation: Int)
  case dilatedDepthwiseBackward(
    dy: Buffer, x: Buffer?, dx: Buffer?, weight: Slice, Window, copies: Int, dilation: Int, Delivery)
  case multiply(Buffer, Buffer, y: Buffer)
  case multiplyBackward(
    dy: Buffer, a: Buffer, b: Buffer, da: Buffer?, db: Buffer?, deliverDa: Delivery, deliverDb: Delivery)
  case copyChannels(from: Buffer, to: Buffer, ChannelRange, Delivery)
  case shuffle(x: Buffer, y: Buffer, groups: Int, Delivery)
  case softmax(x: Buffer, y: Buffer, parts: Int, groups: Int)
  case softmaxBackward(dy: Buffer, y: Buffer, dx: Buffer, parts: Int, groups: Int, Delivery)
  case zero(Buffer)
  case resize(x: Buffer, y: Buffer, Resampling)
  case resizeBackward(dy: Buffer, dx: Buffer, Resampling, Delivery)
  case layerNorm(x: Buffer, y: Buffer, mean: Buffer, rstd: Buffer, scale: Slice, shift: Slice, epsilon: Double)
  case layerNormBackward(
    dy: Buffer, x: Buffer, mean: Buffer, rstd: Buffer, dx: Buffer, scale: Slice, shift: Slice, Delivery)
  case positionEmbedding(x: Buffer, y: Buffer, Slice)
  case positionEmbeddingBackward(dy: Buffer, dx: Buffer?, Slice, Delivery)
  case attention(q: Buffer, k: Buffer, v: Buffer, y: Buffer, heads: Int)
  case attentionBackward(
    dy: Buffer, q: Buffer, k: Buffer, v: Buffer, dq: Buffer, dk: Buffer, dv: Buffer, heads: Int)
  case quantize(x: Buffer, y: Buffer, bits: Int, Rounding)
  /// The first channels of x times the numbers of a vector, into the first channels of y.
  case mask(x: Buffer, y: Buffer, Slice, Delivery)
  /// Without x where the vector is not trained.
  case maskBackward(dy: Buffer, x: Buffer?, dx: Buffer?, Slice, Delivery)
}
