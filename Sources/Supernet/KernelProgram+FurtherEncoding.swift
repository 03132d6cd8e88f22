import Engine
import SpaceIR
import SpacePlanner

/// The kernels beyond those of mobile networks.
extension Instruction {
  var furtherWeighted: EngineInstruction {
    switch kernel {
    case .groupedConvolution(let window):
      .groupedConvolution(x: input(0), y: written(0), weight: weight(0), bias: slice(1), window.encoded)
    case .groupedConvolutionBackward(let window, let adds):
      .groupedConvolutionBackward(
        dy: input(0), x: operand, dx: output(0), weight: weight(0), bias: slice(1), window.encoded, delivery(adds))
    case .dilatedDepthwise(let window, let copies, let dilation):
      .dilatedDepthwise(
        x: input(0), y: written(0), weight: weight(0), window.encoded, copies: copies, dilation: dilation)
    case .dilatedDepthwiseBackward(let window, let copies, let dilation, let adds):
      .dilatedDepthwiseBackward(
        dy: input(0), x: operand, dx: output(0), weight: weight(0), window.encoded, copies: copies,
        dilation: dilation, delivery(adds))
    case .layerNorm(let epsilon):
      .layerNorm(
        x: input(0), y: written(0), mean: written(1), rstd: written(2), scale: weight(0), shift: weight(1),
        epsilon: epsilon)
    case .layerNormBackward(let adds):
      .layerNormBackward(
        dy: input(0), x: input(1), mean: input(2), rstd: input(3), dx: written(0), scale: weight(0), shift: weight(1),
        delivery(adds))
    case .positionEmbedding: .positionEmbedding(x: input(0), y: written(0), weight(0))
    case .positionEmbeddingBackward(let adds):
      .positionEmbeddingBackward(dy: input(0), dx: output(0), weight(0), delivery(adds))
    default: preconditionFailure("\(kernel) is encoded elsewhere")
    }
  }

  var furtherPlain: EngineInstruction {
    switch kernel {
    case .multiply: .multiply(input(0), input(1), y: written(0))
    case .multiplyBackward(let adds, let addsToSecond):
      .multiplyBackward(
        dy: input(0), a: input(1), b: input(2), da: output(0), db: output(1), deliverDa: delivery(adds),
        deliverDb: delivery(addsToSecond))
    case .copyChannels(let range, let adds):
      .copyChannels(from: input(0), to: written(0), range.encoded, delivery(adds))
    case .shuffle(let groups, let adds): .shuffle(x: input(0), y: written(0), groups: groups, delivery(adds))
    case .softmax(let parts, let groups): .softmax(x: input(0), y: written(0), parts: parts, groups: groups)
    case .softmaxBackward(let parts, let groups, let adds):
      .softmaxBackward(dy: input(0), y: input(1), dx: written(0), parts: parts, groups: groups, delivery(adds))
    case .zero: .zero(written(0))
    case .resize(let method): .resize(x: input(0), y: written(0), method.encoded)
    case .resizeBackward(let method, let adds):
      .resizeBackward(dy: input(0), dx: written(0), method.encoded, delivery(adds))
    case .attention(let heads): .attention(q: input(0), k: input(1), v: input(2), y: written(0), heads: heads)
    case .attentionBackward(let heads):
      .attentionBackward(
        dy: input(0), q: input(1), k: input(2), v: input(3), dq: written(0), dk: written(1), dv: written(2),
        heads: heads)
    case .mask(let adds): .mask(x: input(0), y: written(0), weight(0), delivery(adds))
    case .maskBackward(let adds):
      .maskBackward(
        dy: input(0), x: operand, dx: output(0), weight(0), delivery(adds))
    case .contrast(let temperature):
      .contrast(z: input(0), positives: input(1), negatives: slice(0), temperature: temperature)
    case .contrastBackward(let temperature, let factor):
      .contrastBackward(
        z: input(0), positives: input(1), dz: written(0), negatives: slice(0), temperature: temperature,
        factor: factor)
    case .quantize(let bits, let mode): .quantize(x: input(0), y: written(0), bits: bits, mode.encoded)
    default: preconditionFailure("\(kernel) is encoded elsewhere")
    }
  }
}

extension GroupedWindow {
  fileprivate var encoded: EngineInstruction.GroupedWindow {
    EngineInstruction.GroupedWindow(
      height: height, width: width, stride: stride, dilation: dilation, groups: groups)
  }
}

extension ChannelRange {
  fileprivate var encoded: EngineInstruction.ChannelRange {
    EngineInstruction.ChannelRange(first: first, place: place, count: count)
  }
}

extension Resize.Method {
  fileprivate var encoded: EngineInstruction.Resampling {
    switch self {
    case .nearest: .nearest
    case .bilinear: .bilinear
    }
  }
}

extension QuantizationMode {
  fileprivate var encoded: EngineInstruction.Rounding {
    switch self {
    case .symmetric: .symmetric
    case .asymmetric: .asymmetric
    case .perChannel: .perChannel
    }
  }
}
