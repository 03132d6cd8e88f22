/// Everything a graph can compute. Text forms are in `grammar/ir.ebnf`.
///
/// Spatial rule of every windowed operation: odd kernel, padding kernel / 2, so a side h becomes ceil(h / stride).
package enum Operation: Hashable, Sendable {
  /// The images of a batch, `[n, c, h, w]`. `input`
  case input
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
  /// Operands of one type. `add %9 %3`
  case add(NodeID, NodeID)
  /// The region of the alternative that the selector names. `choice $s2.kernel { case 0 { ... } case 3, 5 { ... } }`
  case choice(Choice)
}

package struct Convolution: Hashable, Sendable {
  package var channels: Expression
  package var kernel: Expression
  package var stride: Expression
  package var bias: Bool
  package init(channels: Expression, kernel: Expression, stride: Expression, bias: Bool) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.bias = bias
  }
}

package struct Depthwise: Hashable, Sendable {
  package var kernel: Expression
  package var stride: Expression
  package var copies: Expression
  package init(kernel: Expression, stride: Expression, copies: Expression) {
    self.kernel = kernel
    self.stride = stride
    self.copies = copies
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
}

extension Operation {
  /// The nodes read directly; the regions of a choice read their own.
  package var operands: [NodeID] {
    switch self {
    case .input, .choice: []
    case .convolution(_, let x), .depthwise(_, let x), .batchNorm(let x), .activation(_, let x),
      .squeezeExcite(_, let x), .splitAttention(_, let x), .pool(_, let x), .globalPool(let x), .linear(_, let x):
      [x]
    case .add(let a, let b): [a, b]
    }
  }
}
