/// What heads a kernel of a device: the operations of the language that compute, copy or move numbers.
///
/// Raw values are the words of the space language. Inputs, zeros and choices are no kernels: they take no time of their
/// own.
package enum DeviceOperation: String, Hashable, Sendable, CaseIterable {
  case conv
  case depthwise
  case linear
  case batchNorm = "batch_norm"
  case layerNorm = "layer_norm"
  case activation
  case squeezeExcite = "squeeze_excite"
  case splitAttention = "split_attention"
  case attention
  case positionEmbedding = "position_embedding"
  case maxPool = "max_pool"
  case averagePool = "average_pool"
  case globalPool = "global_pool"
  case add
  case multiply
  case concat
  case slice
  case shuffle
  case softmax
  case resize
  case quantize
}

/// One key of a kernel: what a row of a latency table says about it, beside the time.
package struct KernelField: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// Channels, height and width of one image, written `16x56x56`; three values of a kernel.
    case shape
    /// A whole number of at least 1.
    case number
    case word([String])
    case flag
  }
  package let name: String
  package let content: Content
  /// What a row means that leaves the key out.
  package let fallback: Fallback

  package enum Fallback: Hashable, Sendable {
    /// The key is needed.
    case none
    case value(Value)
    /// What another key says.
    case field(String)
  }

  /// How many values of a kernel it is.
  package var width: Int { content == .shape ? 3 : 1 }

  fileprivate init(_ name: String, _ content: Content, _ fallback: Fallback = .none) {
    self.name = name
    self.content = content
    self.fallback = fallback
  }

  fileprivate static func number(_ name: String, _ fallback: Int? = nil) -> KernelField {
    KernelField(name, .number, fallback.map { .value(.integer($0)) } ?? .none)
  }

  fileprivate static func function(_ name: String, _ fallback: ActivationFunction? = nil) -> KernelField {
    KernelField(
      name, .word(ActivationFunction.allCases.map(\.rawValue)), fallback.map { .value(.word($0.rawValue)) } ?? .none)
  }

  fileprivate static let entering = KernelField("in", .shape)
  /// Of joins whose operands differ in shape.
  fileprivate static let leaving = KernelField("out", .shape)
}

extension DeviceOperation {
  /// In the order in which a row writes them. Names are those of the operation's parameters in the language.
  package var fields: [KernelField] {
    switch self {
    case .conv:
      [
        .entering, .number("channels"), .number("kernel"), KernelField("kernel_width", .number, .field("kernel")),
        .number("stride", 1), .number("dilation", 1), .number("groups", 1),
        KernelField("bias", .flag, .value(.boolean(false))),
      ]
    case .depthwise: [.entering, .number("kernel"), .number("stride", 1), .number("dilation", 1), .number("copies", 1)]
    case .linear: [.entering, .number("features"), KernelField("bias", .flag, .value(.boolean(true)))]
    case .batchNorm, .globalPool: [.entering, .number("copies", 1)]
    case .layerNorm, .positionEmbedding: [.entering]
    case .activation: [.entering, .function("function"), .number("copies", 1)]
    case .squeezeExcite:
      [.entering, .number("inner"), .function("function", .relu), .function("gate", .hardSigmoid)]
    case .splitAttention: [.entering, .number("copies"), .number("inner"), .function("function", .relu)]
    case .attention:
      [.entering, KernelField("memory", .shape, .field("in")), .number("heads"), .number("width")]
    case .maxPool, .averagePool: [.entering, .number("kernel"), .number("stride", 1), .number("copies", 1)]
    case .add: [.entering, .number("operands", 2)]
    case .multiply, .concat: [.leaving, .number("operands", 2)]
    case .slice: [.entering, .number("channels")]
    case .shuffle: [.entering, .number("groups")]
    case .softmax: [.entering, .number("parts"), .number("groups", 1)]
    case .resize:
      [
        .entering, .number("height"), .number("width"),
        KernelField("method", .word(Resize.Method.allCases.map(\.rawValue)), .value(.word("nearest"))),
      ]
    case .quantize:
      [
        .entering, .number("bits"),
        KernelField("mode", .word(QuantizationMode.allCases.map(\.rawValue)), .value(.word("symmetric"))),
      ]
    }
  }
}
