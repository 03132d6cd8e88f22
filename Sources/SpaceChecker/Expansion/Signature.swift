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
    /// Nil: the argument must be given.
    let defaultValue: Value?
  }
  let name: String
  let parameters: [Parameter]
  let body: Body
  /// Whether an error hides what the parameters are; calls stay silent.
  var isPoison = false
}

/// The operations that blocks are made of.
enum Primitive: String, Sendable, CaseIterable {
  case convolution = "conv"
  case depthwise
  case batchNorm = "batch_norm"
  case activation
  case squeezeExcite = "squeeze_excite"
  case splitAttention = "split_attention"
  case maxPool = "max_pool"
  case averagePool = "average_pool"
  case globalPool = "global_pool"
  case linear
  case identity

  var signature: Signature { Signature(name: rawValue, parameters: parameters, body: .primitive(self)) }

  private var parameters: [Signature.Parameter] {
    let functions = ActivationFunction.allCases.map(\.rawValue)
    func number(_ name: String, default value: Int? = nil) -> Signature.Parameter {
      .init(name: name, type: .integer, words: [], defaultValue: value.map(Value.integer))
    }
    func function(_ name: String, default value: String? = nil) -> Signature.Parameter {
      .init(name: name, type: .word, words: functions, defaultValue: value.map(Value.word))
    }
    func bias(_ value: Bool) -> Signature.Parameter {
      .init(name: "bias", type: .boolean, words: [], defaultValue: .boolean(value))
    }
    return switch self {
    case .convolution: [number("channels"), number("kernel"), number("stride", default: 1), bias(false)]
    case .depthwise: [number("kernel"), number("stride", default: 1), number("copies", default: 1)]
    case .batchNorm, .globalPool, .identity: []
    case .activation: [function("function")]
    case .squeezeExcite:
      [number("inner"), function("function", default: "relu"), function("gate", default: "hard_sigmoid")]
    case .splitAttention: [number("inner"), function("function", default: "relu")]
    case .maxPool, .averagePool: [number("kernel"), number("stride", default: 1)]
    case .linear: [number("features"), bias(true)]
    }
  }
}

extension BlockDeclaration {
  var signature: Signature {
    let parameters = parameters.map {
      Signature.Parameter(
        name: $0.name.value, type: $0.type, words: $0.words, defaultValue: $0.defaultValue?.value)
    }
    return Signature(name: name.value, parameters: parameters, body: .block(self), isPoison: isPoison)
  }
}
