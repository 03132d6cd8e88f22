import CEngine

extension EngineInstruction {
  /// The C form. Operand order is that of the opcode's comment in CEngine.h.
  var encoded: es_instruction {
    switch self {
    case .convolution(let x, let y, let weight, let bias, let window):
      .make(ES_CONVOLUTION, [x], [y], slices: [weight, bias], [window.kernel, window.stride])
    case .convolutionBackward(let dy, let x, let dx, let weight, let bias, let window, let delivery):
      .make(
        ES_CONVOLUTION_BACKWARD, [dy, x], [dx], slices: [weight, bias],
        [window.kernel, window.stride, delivery.encoded])
    case .depthwise(let x, let y, let weight, let window, let copies):
      .make(ES_DEPTHWISE, [x], [y], slices: [weight], [window.kernel, window.stride, copies])
    case .depthwiseBackward(let dy, let x, let dx, let weight, let window, let copies, let delivery):
      .make(
        ES_DEPTHWISE_BACKWARD, [dy, x], [dx], slices: [weight],
        [window.kernel, window.stride, copies, delivery.encoded])
    case .batchNorm(let x, let y, let mean, let rstd, let norm, let function):
      .make(
        ES_BATCH_NORM, [x], [y, mean, rstd],
        slices: [norm.scale, norm.shift, norm.running?.mean, norm.running?.variance],
        [function.encoded], scalar: norm.epsilon)
    case .batchNormBackward(
      let dy, let x, let mean, let rstd, let dx, let scale, let shift, let function, let delivery):
      .make(
        ES_BATCH_NORM_BACKWARD, [dy, x, mean, rstd], [dx], slices: [scale, shift],
        [delivery.encoded, function.encoded])
    case .normalise(let x, let mean, let rstd, let y, let scale, let shift, let function):
      .make(ES_NORMALISE, [x, mean, rstd], [y], slices: [scale, shift], [function.encoded])
    case .activation(let x, let y, let function):
      .make(ES_ACTIVATION, [x], [y], [function.encoded])
    case .activationBackward(let dy, let x, let dx, let function, let delivery):
      .make(ES_ACTIVATION_BACKWARD, [dy, x], [dx], [function.encoded, delivery.encoded])
    case .globalPool(let x, let y):
      .make(ES_GLOBAL_POOL, [x], [y])
    case .globalPoolBackward(let dy, let dx, let delivery):
      .make(ES_GLOBAL_POOL_BACKWARD, [dy], [dx], [delivery.encoded])
    case .linear(let x, let y, let weight, let bias):
      .make(ES_LINEAR, [x], [y], slices: [weight, bias])
    case .linearBackward(let dy, let x, let dx, let weight, let bias, let delivery):
      .make(ES_LINEAR_BACKWARD, [dy, x], [dx], slices: [weight, bias], [delivery.encoded])
    case .scale(let x, let factor, let y):
      .make(ES_SCALE, [x, factor], [y])
    case .scaleBackward(let dy, let x, let factor, let dx, let dfactor, let delivery, let factorDelivery):
      .make(ES_SCALE_BACKWARD, [dy, x, factor], [dx, dfactor], [delivery.encoded, factorDelivery.encoded])
    case .copiesSum(let x, let y, let copies):
      .make(ES_COPIES_SUM, [x], [y], [copies])
    case .copiesSumBackward(let dy, let dx, let copies, let delivery):
      .make(ES_COPIES_SUM_BACKWARD, [dy], [dx], [copies, delivery.encoded])
    case .copiesSoftmax(let x, let y, let copies):
      .make(ES_COPIES_SOFTMAX, [x], [y], [copies])
    case .copiesSoftmaxBackward(let dy, let y, let dx, let copies, let delivery):
      .make(ES_COPIES_SOFTMAX_BACKWARD, [dy, y], [dx], [copies, delivery.encoded])
    case .copiesWeightedSum(let x, let weights, let y, let copies):
      .make(ES_COPIES_WEIGHTED_SUM, [x, weights], [y], [copies])
    case .copiesWeightedSumBackward(
      let dy, let x, let weights, let dx, let dweights, let copies, let delivery, let weightDelivery):
      .make(
        ES_COPIES_WEIGHTED_SUM_BACKWARD, [dy, x, weights], [dx, dweights],
        [copies, delivery.encoded, weightDelivery.encoded])
    case .add(let a, let b, let y):
      .make(ES_ADD, [a, b], [y])
    case .copy(let source, let target, let delivery):
      .make(ES_COPY, [source], [target], [delivery.encoded])
    case .crossEntropy(let logits, let smoothing, let output):
      .make(ES_CROSS_ENTROPY, [logits], [], [output], scalar: smoothing)
    case .crossEntropyBackward(let logits, let dlogits, let smoothing, let output):
      .make(ES_CROSS_ENTROPY_BACKWARD, [logits], [dlogits], [output], scalar: smoothing)
    case .pool(let x, let y, let pooling, let window):
      .make(ES_POOL, [x], [y], [pooling.encoded, window.kernel, window.stride])
    case .poolBackward(let dy, let x, let dx, let pooling, let window, let delivery):
      .make(
        ES_POOL_BACKWARD, [dy, x], [dx], [pooling.encoded, window.kernel, window.stride, delivery.encoded])
    case .groupedConvolution(let x, let y, let weight, let bias, let window):
      .make(ES_GROUPED_CONVOLUTION, [x], [y], slices: [weight, bias], window.encoded)
    case .groupedConvolutionBackward(let dy, let x, let dx, let weight, let bias, let window, let delivery):
      .make(
        ES_GROUPED_CONVOLUTION_BACKWARD, [dy, x], [dx], slices: [weight, bias], window.encoded + [delivery.encoded])
    case .dilatedDepthwise(let x, let y, let weight, let window, let copies, let dilation):
      .make(ES_DILATED_DEPTHWISE, [x], [y], slices: [weight], [window.kernel, window.stride, copies, dilation])
    case .dilatedDepthwiseBackward(
      let dy, let x, let dx, let weight, let window, let copies, let dilation, let delivery):
      .make(
        ES_DILATED_DEPTHWISE_BACKWARD, [dy, x], [dx], slices: [weight],
        [window.kernel, window.stride, copies, delivery.encoded, dilation])
    case .multiply(let a, let b, let y):
      .make(ES_MULTIPLY, [a, b], [y])
    case .multiplyBackward(let dy, let a, let b, let da, let db, let first, let second):
      .make(ES_MULTIPLY_BACKWARD, [dy, a, b], [da, db], [first.encoded, second.encoded])
    case .copyChannels(let source, let target, let range, let delivery):
      .make(ES_COPY_CHANNELS, [source], [target], [range.first, range.place, range.count, delivery.encoded])
    case .shuffle(let x, let y, let groups, let delivery):
      .make(ES_SHUFFLE, [x], [y], [groups, delivery.encoded])
    case .softmax(let x, let y, let parts, let groups):
      .make(ES_SOFTMAX, [x], [y], [parts, groups])
    case .softmaxBackward(let dy, let y, let dx, let parts, let groups, let delivery):
      .make(ES_SOFTMAX_BACKWARD, [dy, y], [dx], [parts, groups, delivery.encoded])
    case .zero(let y):
      .make(ES_ZERO, [], [y])
    case .resize(let x, let y, let resampling):
      .make(ES_RESIZE, [x], [y], [resampling.encoded])
    case .resizeBackward(let dy, let dx, let resampling, let delivery):
      .make(ES_RESIZE_BACKWARD, [dy], [dx], [resampling.encoded, delivery.encoded])
    case .layerNorm(let x, let y, let mean, let rstd, let scale, let shift, let epsilon):
      .make(ES_LAYER_NORM, [x], [y, mean, rstd], slices: [scale, shift], scalar: epsilon)
    case .layerNormBackward(let dy, let x, let mean, let rstd, let dx, let scale, let shift, let delivery):
      .make(ES_LAYER_NORM_BACKWARD, [dy, x, mean, rstd], [dx], slices: [scale, shift], [delivery.encoded])
    case .positionEmbedding(let x, let y, let embedding):
      .make(ES_POSITION_EMBEDDING, [x], [y], slices: [embedding])
    case .positionEmbeddingBackward(let dy, let dx, let embedding, let delivery):
      .make(ES_POSITION_EMBEDDING_BACKWARD, [dy], [dx], slices: [embedding], [delivery.encoded])
    case .attention(let q, let k, let v, let y, let heads):
      .make(ES_ATTENTION, [q, k, v], [y], [heads])
    case .attentionBackward(let dy, let q, let k, let v, let dq, let dk, let dv, let heads):
      .make(ES_ATTENTION_BACKWARD, [dy, q, k, v], [dq, dk, dv], [heads])
    case .quantize(let x, let y, let bits, let rounding):
      .make(ES_QUANTIZE, [x], [y], [bits, rounding.encoded])
    case .mask(let x, let y, let mask, let delivery):
      .make(ES_MASK, [x], [y], slices: [mask], [delivery.encoded])
    case .maskBackward(let dy, let x, let dx, let mask, let delivery):
      .make(ES_MASK_BACKWARD, [dy, x], [dx], slices: [mask], [delivery.encoded])
    case .contrast(let z, let positives, let negatives, let temperature):
      .make(ES_CONTRAST, [z, positives], [], slices: [negatives], scalar: temperature)
    case .contrastBackward(let z, let positives, let dz, let negatives, let temperature, let factor):
      .make(
        ES_CONTRAST_BACKWARD, [z, positives], [dz], slices: [negatives], scalar: temperature, secondScalar: factor)
    }
  }
}

extension EngineInstruction.GroupedWindow {
  fileprivate var encoded: [Int] { [height, width, stride, dilation, groups] }
}

extension EngineInstruction.Resampling {
  fileprivate var encoded: Int {
    switch self {
    case .nearest: 0
    case .bilinear: 1
    }
  }
}

extension EngineInstruction.Rounding {
  fileprivate var encoded: Int {
    switch self {
    case .symmetric: 0
    case .asymmetric: 1
    case .perChannel: 2
    }
  }
}

extension EngineInstruction.Delivery {
  var encoded: Int {
    switch self {
    case .write: 0
    case .add: 1
    }
  }
}

extension EngineInstruction.Function {
  var encoded: Int {
    switch self {
    case .relu: Int(ES_RELU.rawValue)
    case .swish: Int(ES_SWISH.rawValue)
    case .hardSwish: Int(ES_HARD_SWISH.rawValue)
    case .sigmoid: Int(ES_SIGMOID.rawValue)
    case .hardSigmoid: Int(ES_HARD_SIGMOID.rawValue)
    case .gelu: Int(ES_GELU.rawValue)
    case .tanh: Int(ES_TANH.rawValue)
    }
  }
}

extension EngineInstruction.Function? {
  /// -1 where there is none.
  fileprivate var encoded: Int { self?.encoded ?? -1 }
}

extension EngineInstruction.Pooling {
  var encoded: Int {
    switch self {
    case .maximum: 0
    case .average: 1
    }
  }
}

extension es_instruction {
  fileprivate static func make(
    _ opcode: es_opcode, _ inputs: [EngineBuffer.ID?], _ outputs: [EngineBuffer.ID?],
    slices: [EngineSlice.ID?] = [], _ attributes: [Int] = [], scalar: Double = 0, secondScalar: Double = 0
  ) -> es_instruction {
    var instruction = es_instruction()
    instruction.opcode = Int32(opcode.rawValue)
    fill(&instruction.inputs, inputs.map { $0.map(\.index) }, absent: -1)
    fill(&instruction.outputs, outputs.map { $0.map(\.index) }, absent: -1)
    fill(&instruction.slices, slices.map { $0.map(\.index) }, absent: -1)
    fill(&instruction.attributes, attributes, absent: 0)
    instruction.scalars.0 = scalar
    instruction.scalars.1 = secondScalar
    return instruction
  }

  /// Writes `values` into a C array of Int32, and `absent` where one is nil or the list has ended.
  private static func fill<Tuple>(_ tuple: inout Tuple, _ values: [Int?], absent: Int32) {
    withUnsafeMutableBytes(of: &tuple) { bytes in
      let places = bytes.assumingMemoryBound(to: Int32.self)
      for place in places.indices {
        places[place] = place < values.count ? values[place].map { Int32(clamping: $0) } ?? absent : absent
      }
    }
  }
}
