package import Engine
import SpaceIR
package import SpacePlanner

extension EngineProgram {
  /// The planner's program in the engine's terms, one to one.
  package convenience init(_ program: KernelProgram) {
    let instructions = program.instructions.map(\.encoded)
    self.init(
      forward: Array(instructions[..<program.forwardCount]), backward: Array(instructions[program.forwardCount...]),
      buffers: program.buffers.map(\.encoded), slices: program.slices.map(\.encoded),
      logits: EngineBuffer.ID(program.logits.index), arenaBytes: program.arenaBytes)
  }
}

extension KernelProgram.Buffer {
  fileprivate var encoded: EngineBuffer {
    let extents = EngineBuffer.Shape(n: shape[0], h: shape[1], w: shape[2], c: shape[3])
    let outside = input == 0 ? EngineBuffer.Storage.images : .input(input)
    return EngineBuffer(offset.map { .arena(offset: $0) } ?? outside, extents)
  }
}

extension WeightSlice {
  fileprivate var encoded: EngineSlice { EngineSlice(tensor: tensor.index, offset: offset, extent: extent) }
}

extension Instruction {
  func input(_ index: Int) -> EngineBuffer.ID { EngineBuffer.ID(inputs[index].index) }
  /// What a map reads whose weights are trained.
  var operand: EngineBuffer.ID? { inputs.count > 1 ? input(1) : nil }
  func output(_ index: Int) -> EngineBuffer.ID? { outputs[index].map { EngineBuffer.ID($0.index) } }
  func slice(_ index: Int) -> EngineSlice.ID? {
    slices.indices.contains(index) ? slices[index].map { EngineSlice.ID($0.index) } : nil
  }

  func written(_ index: Int) -> EngineBuffer.ID {
    guard let output = output(index) else { preconditionFailure("\(kernel) always writes output \(index)") }
    return output
  }

  func weight(_ index: Int) -> EngineSlice.ID {
    guard let slice = slice(index) else { preconditionFailure("\(kernel) always has slice \(index)") }
    return slice
  }

  fileprivate var encoded: EngineInstruction {
    switch kernel {
    case .convolution, .depthwise, .linear, .batchNorm, .normalise: weighted
    case .convolutionBackward, .depthwiseBackward, .linearBackward, .batchNormBackward: weightedBackward
    case .groupedConvolution, .groupedConvolutionBackward, .dilatedDepthwise, .dilatedDepthwiseBackward, .layerNorm,
      .layerNormBackward, .positionEmbedding, .positionEmbeddingBackward:
      furtherWeighted
    case .multiply, .multiplyBackward, .copyChannels, .shuffle, .softmax, .softmaxBackward, .zero, .resize,
      .resizeBackward, .attention, .attentionBackward, .quantize, .mask, .maskBackward, .contrast, .contrastBackward:
      furtherPlain
    case .copiesSum, .copiesSumBackward, .copiesSoftmax, .copiesSoftmaxBackward, .copiesWeightedSum,
      .copiesWeightedSumBackward:
      overCopies
    default: plain
    }
  }

  private var weighted: EngineInstruction {
    switch kernel {
    case .convolution(let window):
      .convolution(x: input(0), y: written(0), weight: weight(0), bias: slice(1), window.encoded)
    case .depthwise(let window, let copies):
      .depthwise(x: input(0), y: written(0), weight: weight(0), window.encoded, copies: copies)
    case .linear: .linear(x: input(0), y: written(0), weight: weight(0), bias: slice(1))
    case .batchNorm(let epsilon, let function):
      .batchNorm(
        x: input(0), y: written(0), mean: written(1), rstd: written(2),
        EngineInstruction.Normalisation(scale: weight(0), shift: weight(1), running: running, epsilon: epsilon),
        function?.encoded)
    case .normalise(let function):
      .normalise(
        x: input(0), mean: input(1), rstd: input(2), y: written(0), scale: weight(0), shift: weight(1),
        function?.encoded)
    default: preconditionFailure("\(kernel) is encoded elsewhere")
    }
  }

  private var running: EngineInstruction.Normalisation.Running? {
    guard let mean = slice(2), let variance = slice(3) else { return nil }
    return EngineInstruction.Normalisation.Running(mean: mean, variance: variance)
  }

  private var weightedBackward: EngineInstruction {
    switch kernel {
    case .convolutionBackward(let window, let adds):
      .convolutionBackward(
        dy: input(0), x: operand, dx: output(0), weight: weight(0), bias: slice(1), window.encoded, delivery(adds))
    case .depthwiseBackward(let window, let copies, let adds):
      .depthwiseBackward(
        dy: input(0), x: operand, dx: output(0), weight: weight(0), window.encoded, copies: copies, delivery(adds))
    case .linearBackward(let adds):
      .linearBackward(dy: input(0), x: operand, dx: output(0), weight: weight(0), bias: slice(1), delivery(adds))
    case .batchNormBackward(let function, let adds):
      .batchNormBackward(
        dy: input(0), x: input(1), mean: input(2), rstd: input(3), dx: written(0), scale: weight(0), shift: weight(1),
        function: function?.encoded, delivery(adds))
    default: preconditionFailure("\(kernel) is encoded elsewhere")
    }
  }

  private var overCopies: EngineInstruction {
    switch kernel {
    case .copiesSum(let copies): .copiesSum(x: input(0), y: written(0), copies: copies)
    case .copiesSumBackward(let copies, let adds):
      .copiesSumBackward(dy: input(0), dx: written(0), copies: copies, delivery(adds))
    case .copiesSoftmax(let copies): .copiesSoftmax(x: input(0), y: written(0), copies: copies)
    case .copiesSoftmaxBackward(let copies, let adds):
      .copiesSoftmaxBackward(dy: input(0), y: input(1), dx: written(0), copies: copies, delivery(adds))
    case .copiesWeightedSum(let copies):
      .copiesWeightedSum(x: input(0), weights: input(1), y: written(0), copies: copies)
    case .copiesWeightedSumBackward(let copies, let adds, let addsToWeights):
      .copiesWeightedSumBackward(
        dy: input(0), x: input(1), weights: input(2), dx: written(0), dweights: written(1), copies: copies,
        deliverDx: delivery(adds), deliverDweights: delivery(addsToWeights))
    default: preconditionFailure("\(kernel) is encoded elsewhere")
    }
  }

  private var plain: EngineInstruction {
    switch kernel {
    case .activation(let function): .activation(x: input(0), y: written(0), function.encoded)
    case .activationBackward(let function, let adds):
      .activationBackward(dy: input(0), x: input(1), dx: written(0), function.encoded, delivery(adds))
    case .pool(let kind, let window): .pool(x: input(0), y: written(0), kind.encoded, window.encoded)
    case .poolBackward(let kind, let window, let adds):
      .poolBackward(dy: input(0), x: input(1), dx: written(0), kind.encoded, window.encoded, delivery(adds))
    case .globalPool: .globalPool(x: input(0), y: written(0))
    case .globalPoolBackward(let adds): .globalPoolBackward(dy: input(0), dx: written(0), delivery(adds))
    case .scale: .scale(x: input(0), by: input(1), y: written(0))
    case .scaleBackward(let adds, let addsToScale):
      .scaleBackward(
        dy: input(0), x: input(1), by: input(2), dx: written(0), dby: written(1), deliverDx: delivery(adds),
        deliverDby: delivery(addsToScale))
    case .add: .add(input(0), input(1), y: written(0))
    case .copy(let adds): .copy(from: input(0), to: written(0), delivery(adds))
    case .crossEntropy(let smoothing, let output):
      .crossEntropy(logits: input(0), smoothing: smoothing, output: output)
    case .crossEntropyBackward(let smoothing, let output):
      .crossEntropyBackward(logits: input(0), dlogits: written(0), smoothing: smoothing, output: output)
    default: preconditionFailure("\(kernel) is encoded elsewhere")
    }
  }

  func delivery(_ adds: Bool) -> EngineInstruction.Delivery { adds ? .add : .write }
}

extension Window {
  var encoded: EngineInstruction.Window { EngineInstruction.Window(kernel: kernel, stride: stride) }
}

extension Pool.Kind {
  fileprivate var encoded: EngineInstruction.Pooling {
    switch self {
    case .max: .maximum
    case .average: .average
    }
  }
}

extension ActivationFunction {
  fileprivate var encoded: EngineInstruction.Function {
    switch self {
    case .relu: .relu
    case .swish: .swish
    case .hardSwish: .hardSwish
    case .sigmoid: .sigmoid
    case .hardSigmoid: .hardSigmoid
    case .gelu: .gelu
    case .tanh: .tanh
    }
  }
}
