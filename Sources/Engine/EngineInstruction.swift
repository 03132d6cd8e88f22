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

    /// The side of the output for an input of `side`.
    package func output(side: Int) -> Int { (side + 2 * (kernel / 2) - kernel) / stride + 1 }
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
  case convolutionBackward(dy: Buffer, x: Buffer, dx: Buffer?, weight: Slice, bias: Slice?, Window, Delivery)
  case depthwise(x: Buffer, y: Buffer, weight: Slice, Window, copies: Int)
  case depthwiseBackward(dy: Buffer, x: Buffer, dx: Buffer?, weight: Slice, Window, copies: Int, Delivery)
  case batchNorm(x: Buffer, y: Buffer, mean: Buffer, rstd: Buffer, Normalisation)
  case batchNormBackward(
    dy: Buffer, x: Buffer, mean: Buffer, rstd: Buffer, dx: Buffer, scale: Slice, shift: Slice, Delivery)
  case activation(x: Buffer, y: Buffer, Function)
  case activationBackward(dy: Buffer, x: Buffer, dx: Buffer, Function, Delivery)
  case globalPool(x: Buffer, y: Buffer)
  case globalPoolBackward(dy: Buffer, dx: Buffer, Delivery)
  case linear(x: Buffer, y: Buffer, weight: Slice, bias: Slice?)
  case linearBackward(dy: Buffer, x: Buffer, dx: Buffer?, weight: Slice, bias: Slice?, Delivery)
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
  case crossEntropy(logits: Buffer, smoothing: Double)
  case crossEntropyBackward(logits: Buffer, dlogits: Buffer, smoothing: Double)
  case pool(x: Buffer, y: Buffer, Pooling, Window)
  case poolBackward(dy: Buffer, x: Buffer, dx: Buffer, Pooling, Window, Delivery)
}
