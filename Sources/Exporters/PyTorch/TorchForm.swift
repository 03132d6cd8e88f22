import SpaceIR

/// A part of Python text: as it stands, or a value that differs between layers of one class.
enum TorchPiece: Hashable, Sendable {
  case text(String)
  case slot(TorchSlot)

  static func channels(_ role: TorchSlot.Role, _ value: Int) -> TorchPiece {
    .slot(TorchSlot(role: role, value: String(value)))
  }
  static func number(_ role: TorchSlot.Role, _ value: Int) -> TorchPiece { channels(role, value) }
  static func function(_ role: TorchSlot.Role, _ function: ActivationFunction) -> TorchPiece {
    .slot(TorchSlot(role: role, value: function.torch))
  }
}

/// A value that may become a parameter of a class.
struct TorchSlot: Hashable, Sendable {
  enum Role: String, Hashable, Sendable {
    case entering
    case leaving
    case inner
    case kernel
    case stride
    case dilation
    case groups
    case activation
    case gate
    case copies
    case heads
    case width
    case first
    case count
    case height
    case parts
    case bits

    /// Values of one family that are always the same are one parameter.
    var isWidth: Bool {
      switch self {
      case .entering, .leaving, .inner, .width, .count: true
      case .kernel, .stride, .dilation, .groups, .activation, .gate, .copies, .heads, .first, .height, .parts, .bits:
        false
      }
    }
  }
  let role: Role
  /// Python.
  let value: String
}

/// What an operation is in Python.
struct TorchForm: Hashable, Sendable {
  enum Call: Hashable, Sendable {
    /// A submodule is called with the operands.
    case module
    /// A function that is named by a slot.
    case function(TorchSlot)
    case sum
    case product
    case concatenation
    case globalPool
  }
  let call: Call
  /// The expression that makes the submodule; empty: there is none.
  var constructor: [TorchPiece] = []
  /// Which of the file's own classes it needs.
  var support: TorchSupport?
  /// Whether operands are `[batch, features]`.
  var takesFlat = false
}

extension ActivationFunction {
  var torch: String {
    switch self {
    case .relu: "F.relu"
    case .swish: "F.silu"
    case .hardSwish: "F.hardswish"
    case .sigmoid: "torch.sigmoid"
    case .hardSigmoid: "F.hardsigmoid"
    case .gelu: "F.gelu"
    case .tanh: "torch.tanh"
    }
  }
}

extension BoundNetwork {
  /// - Parameter type: Of every value.
  func torchForm(of node: Node, type: (NodeID) -> BoundExtents) -> TorchForm {
    let extents = node.type.extents4
    let entering = node.operation.operands.first.map(type) ?? extents
    switch node.operation {
    case .convolution(let it, _):
      return TorchForm(call: .module, constructor: convolution(it, entering.channels, extents.channels))
    case .depthwise(let it, _): return TorchForm(call: .module, constructor: depthwise(it, extents))
    case .batchNorm:
      return TorchForm(
        call: .module,
        constructor: [.text("nn.BatchNorm2d("), .channels(.entering, extents.allChannels), .text(")")])
    case .activation(let function, _):
      return TorchForm(call: .function(TorchSlot(role: .activation, value: function.boundFunction.torch)))
    case .squeezeExcite(let it, _):
      return supported(
        .squeezeExcite, .channels(.entering, extents.channels), .channels(.inner, it.inner.boundInteger),
        .function(.activation, it.function.boundFunction), .function(.gate, it.gate.boundFunction))
    case .splitAttention(let it, _):
      return supported(
        .splitAttention, .channels(.entering, extents.channels), .channels(.inner, it.inner.boundInteger),
        .number(.copies, entering.copies), .function(.activation, it.function.boundFunction))
    case .pool(let it, _): return TorchForm(call: .module, constructor: pool(it))
    case .globalPool: return TorchForm(call: .globalPool)
    case .linear(let it, _):
      let pieces: [TorchPiece] = [
        .text("nn.Linear("), .channels(.entering, entering.allChannels), .text(", "),
        .channels(.leaving, extents.channels), .text(it.bias ? ")" : ", bias=False)"),
      ]
      return TorchForm(call: .module, constructor: pieces, takesFlat: true)
    case .layerNorm: return supported(.layerNorm, .channels(.entering, extents.channels))
    case .slice(let it, _):
      return supported(.slice, .number(.first, it.first.boundInteger), .number(.count, extents.channels))
    case .shuffle(let groups, _): return supported(.shuffle, .number(.groups, groups.boundInteger))
    case .softmax(let it, _):
      return supported(
        .softmax, .number(.parts, it.parts.boundInteger), .number(.groups, it.groups.boundInteger))
    case .resize(let it, _):
      return supported(
        .resize, .number(.height, extents.height), .number(.width, extents.width),
        .text("\"\(it.method.rawValue)\""))
    case .attention(let it, _, let memory):
      return supported(
        .attention, .channels(.entering, extents.channels), .channels(.inner, type(memory).channels),
        .number(.width, it.width.boundInteger), .number(.heads, it.heads.boundInteger))
    case .positionEmbedding:
      return supported(
        .positionEmbedding, .channels(.entering, extents.channels), .number(.height, extents.height),
        .number(.width, extents.width))
    case .quantize(let it, _):
      let mode = it.mode.constant?.word ?? QuantizationMode.symmetric.rawValue
      return supported(.rounding, .number(.bits, it.bits.boundInteger), .text("\"\(mode)\""))
    case .zero:
      return supported(
        .zeros, .channels(.leaving, extents.allChannels), .number(.height, extents.height),
        .number(.width, extents.width))
    case .add, .join(.add, _): return TorchForm(call: .sum)
    case .join(.multiply, _): return TorchForm(call: .product)
    case .join(.concat, _): return TorchForm(call: .concatenation)
    case .input, .choice: preconditionFailure("inputs and choices are no modules")
    }
  }

  private func supported(_ support: TorchSupport, _ arguments: TorchPiece...) -> TorchForm {
    var pieces: [TorchPiece] = [.text("\(support.className)(")]
    for (index, argument) in arguments.enumerated() {
      if index > 0 { pieces.append(.text(", ")) }
      pieces.append(argument)
    }
    return TorchForm(call: .module, constructor: pieces + [.text(")")], support: support)
  }

  private func convolution(_ it: Convolution, _ entering: Int, _ leaving: Int) -> [TorchPiece] {
    let (height, width) = (it.kernel.boundInteger, it.kernelWidth.boundInteger)
    var pieces: [TorchPiece] = [
      .text("nn.Conv2d("), .channels(.entering, entering), .text(", "), .channels(.leaving, leaving), .text(", "),
    ]
    let (stride, dilation) = (it.stride.boundInteger, it.dilation.boundInteger)
    if height == width {
      pieces += window(kernel: height, stride: stride, dilation: dilation)
    } else {
      let (h, w) = (windowPadding(height, dilation: dilation), windowPadding(width, dilation: dilation))
      pieces.append(.text("(\(height), \(width)), stride=\(stride), padding=(\(h), \(w))"))
      if dilation > 1 { pieces.append(.text(", dilation=\(dilation)")) }
    }
    let groups = it.groups.boundInteger
    if groups > 1 { pieces += [.text(", groups="), .number(.groups, groups)] }
    return pieces + [.text(it.bias ? ")" : ", bias=False)")]
  }

  private func depthwise(_ it: Depthwise, _ extents: BoundExtents) -> [TorchPiece] {
    [
      .text("nn.Conv2d("), .channels(.entering, extents.channels), .text(", "),
      .channels(.leaving, extents.allChannels), .text(", "),
    ]
      + window(
        kernel: it.kernel.boundInteger, stride: it.stride.boundInteger, dilation: it.dilation.boundInteger)
      + [.text(", groups="), .channels(.entering, extents.channels), .text(", bias=False)")]
  }

  /// Kernel, stride, padding and dilation; an odd kernel is padded on both sides, an even one not.
  private func window(kernel: Int, stride: Int, dilation: Int = 1) -> [TorchPiece] {
    var pieces: [TorchPiece] = [.number(.kernel, kernel), .text(", stride="), .number(.stride, stride)]
    if dilation > 1 {
      pieces += [.text(", padding=\(windowPadding(kernel, dilation: dilation)), dilation=\(dilation)")]
    } else if !kernel.isMultiple(of: 2) {
      pieces += [.text(", padding="), .number(.kernel, kernel), .text(" // 2")]
    }
    return pieces
  }

  private func pool(_ it: Pool) -> [TorchPiece] {
    let window = window(kernel: it.kernel.boundInteger, stride: it.stride.boundInteger)
    switch it.kind {
    case .max: return [.text("nn.MaxPool2d(")] + window + [.text(")")]
    case .average: return [.text("nn.AvgPool2d(")] + window + [.text(", count_include_pad=False)")]
    }
  }
}
