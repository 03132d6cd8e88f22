import Diagnostics
import SpaceIR

/// What can be called with `op:`: a primitive operation of the compiler or a block written in the language.
struct Signature: Sendable {
  enum Body: Sendable {
    case primitive(Primitive)
    case block(BlockDeclaration)
  }
  struct Parameter: Sendable {
    let name: String
    let type: ValueType
    /// The words that a word parameter takes; empty: any.
    let words: [String]
    /// Nil: the argument must be given, unless it is optional.
    let defaultValue: Value?
    /// Whether the operation has a rule for a missing argument.
    var isOptional = false
  }

  /// What a call reads.
  enum Reads: Sendable {
    /// One tensor, the current one unless said otherwise.
    case one
    /// A query and, where attention looks elsewhere, a memory.
    case queryAndMemory
    /// Tensors under these names.
    case named([String])
    /// Two or more, which are joined.
    case many
  }
  let name: String
  let parameters: [Parameter]
  let body: Body
  var reads = Reads.one
  /// Whether an error hides what the parameters are; calls stay silent.
  var isPoison = false
}

/// The operations that blocks are made of.
enum Primitive: String, Sendable, CaseIterable {
  case convolution = "conv"
  case depthwise
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
  case linear
  case slice
  case shuffle
  case softmax
  case resize
  case quantize
  case add
  case multiply
  case concat
  case zero
  case identity

  var signature: Signature {
    Signature(name: rawValue, parameters: parameters, body: .primitive(self), reads: reads)
  }

  private var reads: Signature.Reads {
    switch self {
    case .add, .multiply, .concat: .many
    case .attention: .queryAndMemory
    case .convolution, .depthwise, .batchNorm, .layerNorm, .activation, .squeezeExcite, .splitAttention,
      .positionEmbedding, .maxPool, .averagePool, .globalPool, .linear, .slice, .shuffle, .softmax, .resize, .quantize,
      .zero,
      .identity:
      .one
    }
  }

  private var parameters: [Signature.Parameter] {
    switch self {
    case .convolution:
      [
        .number("channels"), .number("kernel"), .optional("kernel_width"), .number("stride", default: 1),
        .number("dilation", default: 1), .number("groups", default: 1), .flag("bias", false),
      ]
    case .depthwise:
      [
        .number("kernel"), .number("stride", default: 1), .number("dilation", default: 1),
        .number("copies", default: 1),
      ]
    case .batchNorm, .layerNorm, .globalPool, .identity, .positionEmbedding, .add, .multiply, .concat: []
    case .activation: [.function("function")]
    case .squeezeExcite:
      [.number("inner"), .function("function", default: "relu"), .function("gate", default: "hard_sigmoid")]
    case .splitAttention: [.number("inner"), .function("function", default: "relu")]
    case .attention: [.number("heads"), .number("width")]
    case .maxPool, .averagePool: [.number("kernel"), .number("stride", default: 1)]
    case .linear: [.number("features"), .flag("bias", true)]
    case .slice: [.number("first", default: 0), .number("channels")]
    case .shuffle: [.number("groups")]
    case .softmax: [.number("parts"), .number("groups", default: 1)]
    case .resize:
      [
        .number("height"), .number("width"),
        .word("method", Resize.Method.allCases.map(\.rawValue), default: Resize.Method.nearest.rawValue),
      ]
    case .quantize:
      [
        .number("bits"),
        .word("mode", QuantizationMode.allCases.map(\.rawValue), default: QuantizationMode.symmetric.rawValue),
      ]
    case .zero: [.optional("channels"), .number("stride", default: 1)]
    }
  }
}

extension Signature.Parameter {
  fileprivate static func number(_ name: String, default value: Int? = nil) -> Self {
    .init(name: name, type: .integer, words: [], defaultValue: value.map(Value.integer))
  }

  fileprivate static func optional(_ name: String) -> Self {
    .init(name: name, type: .integer, words: [], defaultValue: nil, isOptional: true)
  }

  fileprivate static func word(_ name: String, _ words: [String], default value: String? = nil) -> Self {
    .init(name: name, type: .word, words: words, defaultValue: value.map(Value.word))
  }

  fileprivate static func function(_ name: String, default value: String? = nil) -> Self {
    .word(name, ActivationFunction.allCases.map(\.rawValue), default: value)
  }

  fileprivate static func flag(_ name: String, _ value: Bool) -> Self {
    .init(name: name, type: .boolean, words: [], defaultValue: .boolean(value))
  }
}

extension BlockDeclaration {
  var signature: Signature {
    let parameters = parameters.map {
      Signature.Parameter(
        name: $0.name.value, type: $0.type, words: $0.words, defaultValue: $0.defaultValue?.value)
    }
    return Signature(
      name: name.value, parameters: parameters, body: .block(self),
      reads: inputs.count == 1 ? .one : .named(inputs.map(\.value)), isPoison: isPoison)
  }
}
