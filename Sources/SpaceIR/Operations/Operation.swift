/// Everything a graph can compute. Text forms are in `grammar/ir.ebnf`.
///
/// Spatial rule of every windowed operation: odd kernel, padding kernel / 2, so a side h becomes ceil(h / stride).
package enum Operation: Hashable, Sendable {
  /// The images of a batch, `[n, c, h, w]`: those of the space's first input, or of a further one. `input`, `input 1`
  case input(Int)
  /// `convolution %0 channels 16 kernel 3 stride 2 bias false`
  case convolution(Convolution, of: NodeID)
  /// Copies of a depthwise convolution of one operand. `depthwise %3 kernel $s2.kernel stride 1 copies 2`
  case depthwise(Depthwise, of: NodeID)
  /// Per channel and copy, with scale and shift. `batch_norm %4`
  case batchNorm(of: NodeID)
  /// `activation %5 function $s2.activation`
  case activation(Expression, of: NodeID)
  /// Global average pool, linear, activation, linear, gate, multiply (Hu et al. 2018, arXiv 1709.01507).
  /// `squeeze_excite %6 inner round_to(...) function relu gate hard_sigmoid`
  case squeezeExcite(SqueezeExcite, of: NodeID)
  /// Joins the copies of its operand by attention over them (ResNeSt, arXiv 2004.08955). Copies become 1.
  /// `split_attention %6 inner max(...) function relu`
  case splitAttention(SplitAttention, of: NodeID)
  /// Window pooling. `pool %6 kind max kernel 3 stride 2`
  case pool(Pool, of: NodeID)
  /// Mean over height and width. `global_pool %7`
  case globalPool(of: NodeID)
  /// On `[n, c, 1, 1]`. `linear %8 features 10 bias true`
  case linear(Linear, of: NodeID)
  /// Over the channels of each position, with scale and shift (Ba et al. 2016, arXiv 1607.06450). `layer_norm %8`
  case layerNorm(of: NodeID)
  /// A range of channels. `slice %8 first 0 channels 16`
  case slice(Slice, of: NodeID)
  /// Channels transposed in groups (ShuffleNet, arXiv 1707.01083). `shuffle %8 groups 2`
  case shuffle(Expression, of: NodeID)
  /// Over so many parts of the channels, position by position, as ResNeSt weighs the branches of its groups
  /// (arXiv 2004.08955): channels `[groups, parts, rest]` become `[parts, groups, rest]`. `softmax %8 parts 2 groups 1`
  case softmax(Softmax, of: NodeID)
  /// `resize %8 height 64 width 64 method nearest`
  case resize(Resize, of: NodeID)
  /// Scaled dot-product attention of every position over the positions of `memory`, with maps for queries, keys, values
  /// and output, all with bias (Vaswani et al. 2017, arXiv 1706.03762). `attention %8 %8 heads 4 width 256`
  case attention(Attention, of: NodeID, memory: NodeID)
  /// A trained number for each channel and position, added. `position_embedding %8`
  case positionEmbedding(of: NodeID)
  /// Rounds to so many bits on the way forward, and passes gradients. `quantize %8 bits 8 mode symmetric`
  case quantize(Quantization, of: NodeID)
  /// Zeros of the type that is written on them. `zero`
  case zero
  /// Operands of one type. `add %9 %3`
  case add(NodeID, NodeID)
  /// Operands that are there, joined; of no operand that is there it has no value unless it is a sum, which is zero.
  /// `join concat %9 %3 when $s2.layers >= 2`
  case join(Join, [Operand])
  /// The region of the alternative that the selector names. `choice $s2.kernel { case 0 { ... } case 3, 5 { ... } }`
  case choice(Choice)
}

package struct Convolution: Hashable, Sendable {
  package var channels: Expression
  /// Its height; `kernelWidth` is the same where nothing else is said.
  package var kernel: Expression
  package var kernelWidth: Expression
  package var stride: Expression
  package var dilation: Expression
  /// Divides the channels that enter and those that leave.
  package var groups: Expression
  package var bias: Bool
  package init(
    channels: Expression, kernel: Expression, kernelWidth: Expression? = nil, stride: Expression,
    dilation: Expression = .integer(1), groups: Expression = .integer(1), bias: Bool
  ) {
    self.channels = channels
    self.kernel = kernel
    self.kernelWidth = kernelWidth ?? kernel
    self.stride = stride
    self.dilation = dilation
    self.groups = groups
    self.bias = bias
  }
}

package struct Depthwise: Hashable, Sendable {
  package var kernel: Expression
  package var stride: Expression
  package var dilation: Expression
  package var copies: Expression
  package init(kernel: Expression, stride: Expression, dilation: Expression = .integer(1), copies: Expression) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.copies = copies
  }
}

/// Channels from `first`, counted from 0.
package struct Slice: Hashable, Sendable {
  package var first: Expression
  package var channels: Expression
  package init(first: Expression, channels: Expression) {
    self.first = first
    self.channels = channels
  }
}

package struct Softmax: Hashable, Sendable {
  package var parts: Expression
  /// Parts times groups divides the channels.
  package var groups: Expression
  package init(parts: Expression, groups: Expression) {
    self.parts = parts
    self.groups = groups
  }
}

package struct Resize: Hashable, Sendable {
  package enum Method: String, Hashable, Sendable, CaseIterable {
    case nearest
    case bilinear
  }
  package var height: Expression
  package var width: Expression
  package var method: Method
  package init(height: Expression, width: Expression, method: Method) {
    self.height = height
    self.width = width
    self.method = method
  }
}

package struct Attention: Hashable, Sendable {
  /// Divides the width.
  package var heads: Expression
  /// Of queries, keys and values, over all heads.
  package var width: Expression
  package init(heads: Expression, width: Expression) {
    self.heads = heads
    self.width = width
  }
}

package struct Quantization: Hashable, Sendable {
  package var bits: Expression
  /// A `QuantizationMode`.
  package var mode: Expression
  package init(bits: Expression, mode: Expression) {
    self.bits = bits
    self.mode = mode
  }
}

/// How a quantized tensor's scale is found.
package enum QuantizationMode: String, Hashable, Sendable, CaseIterable {
  case symmetric
  case asymmetric
  case perChannel = "per_channel"
}

package enum Join: String, Hashable, Sendable, CaseIterable {
  /// Of one type.
  case add
  /// Of one type; an operand of one pixel meets every pixel of the others.
  case multiply
  /// Of one height and width; channels one after another.
  case concat
}

/// What a join reads.
package struct Operand: Hashable, Sendable {
  package var node: NodeID
  /// Where the operand is there; nil: everywhere.
  package var presence: Expression?
  package init(_ node: NodeID, when presence: Expression? = nil) {
    self.node = node
    self.presence = presence
  }
}

package struct SqueezeExcite: Hashable, Sendable {
  package var inner: Expression
  package var function: Expression
  package var gate: Expression
  package init(inner: Expression, function: Expression, gate: Expression) {
    self.inner = inner
    self.function = function
    self.gate = gate
  }
}

package struct SplitAttention: Hashable, Sendable {
  package var inner: Expression
  package var function: Expression
  package init(inner: Expression, function: Expression) {
    self.inner = inner
    self.function = function
  }
}

package struct Pool: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case max
    case average
  }
  package var kind: Kind
  package var kernel: Expression
  package var stride: Expression
  package init(kind: Kind, kernel: Expression, stride: Expression) {
    self.kind = kind
    self.kernel = kernel
    self.stride = stride
  }
}

package struct Linear: Hashable, Sendable {
  package var features: Expression
  package var bias: Bool
  package init(features: Expression, bias: Bool) {
    self.features = features
    self.bias = bias
  }
}

/// Alternatives of which the selector's value names exactly one.
package struct Choice: Hashable, Sendable {
  package var selector: Expression
  package var alternatives: [Alternative]
  package init(selector: Expression, alternatives: [Alternative]) {
    self.selector = selector
    self.alternatives = alternatives
  }
}

package struct Alternative: Hashable, Sendable {
  /// The selector's values that lead here; the lists of one choice are disjoint and together cover every value.
  package var values: [Value]
  package var region: Region
  package init(values: [Value], region: Region) {
    self.values = values
    self.region = region
  }
}

/// The functions an `activation` can name.
package enum ActivationFunction: String, Hashable, Sendable, CaseIterable {
  case relu
  case swish
  case hardSwish = "hard_swish"
  case sigmoid
  case hardSigmoid = "hard_sigmoid"
  case gelu
  case tanh
}

extension Operation {
  /// The nodes read directly; the regions of a choice read their own.
  package var operands: [NodeID] {
    switch self {
    case .input, .zero, .choice: []
    case .convolution(_, let x), .depthwise(_, let x), .batchNorm(let x), .activation(_, let x),
      .squeezeExcite(_, let x), .splitAttention(_, let x), .pool(_, let x), .globalPool(let x), .linear(_, let x),
      .layerNorm(let x), .slice(_, let x), .shuffle(_, let x), .softmax(_, let x), .resize(_, let x),
      .positionEmbedding(let x),
      .quantize(_, let x):
      [x]
    case .add(let a, let b): [a, b]
    case .attention(_, let x, let memory): [x, memory]
    case .join(_, let operands): operands.map(\.node)
    }
  }
}
