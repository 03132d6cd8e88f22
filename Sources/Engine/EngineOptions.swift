import CEngine

/// Where a context's tensors live and its kernels run. In words: `cpu`, `cuda` (the first one) or `cuda:NUMBER`.
package enum EngineDevice: Hashable, Sendable {
  case cpu
  /// - index: From 0, in CUDA's own order.
  case cuda(index: Int)
}

extension EngineDevice: LosslessStringConvertible {
  package init?(_ text: String) {
    switch text {
    case "cpu": self = .cpu
    case "cuda": self = .cuda(index: 0)
    default:
      let digits = text.hasPrefix("cuda:") ? text.dropFirst(5) : ""
      // Int reads signs, which no device has.
      guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let index = Int8(digits) else { return nil }
      self = .cuda(index: Int(index))
    }
  }

  package var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }
}

/// The type of every tensor of a context.
package enum EngineElementType: Hashable, Sendable {
  case float32
  /// For tests: exact enough for finite differences, several times slower.
  case float64

  package var byteCount: Int {
    switch self {
    case .float32: 4
    case .float64: 8
    }
  }
}

/// How a context runs jobs.
package struct EngineOptions: Hashable, Sendable {
  /// Who uses the threads.
  package enum Parallelism: Hashable, Sendable {
    /// Up to this many lanes at once, each operation on one thread. Changes no result.
    case lanes(threads: Int)
    /// Operations share the threads; for a context of one lane. May change the last bits of results.
    case operations(threads: Int)
  }

  /// Which implementation of an operation runs where there are several. Results differ in their last bits.
  package enum Kernels: Hashable, Sendable {
    /// The fastest on this machine. ESPALIER_KERNELS=reference in the environment turns it into `reference`.
    case best
    /// ATen's throughout.
    case reference
  }

  package var elementType: EngineElementType
  /// Jobs k, k + lanes, ... run on lane k. Part of the result's definition, since lanes are added up at the end.
  package var lanes: Int
  package var parallelism: Parallelism
  /// Nil: the library's.
  package var device: EngineDevice?
  package var kernels: Kernels

  package init(
    elementType: EngineElementType = .float32, lanes: Int = 1, parallelism: Parallelism = .lanes(threads: 1),
    device: EngineDevice? = nil, kernels: Kernels = .best
  ) {
    self.elementType = elementType
    self.lanes = lanes
    self.parallelism = parallelism
    self.device = device
    self.kernels = kernels
  }

  /// - Parameter standard: The device where none is named.
  func encoded(on standard: EngineDevice) -> es_options {
    var options = es_options()
    switch elementType {
    case .float32: options.dtype = Int32(ES_FLOAT32.rawValue)
    case .float64: options.dtype = Int32(ES_FLOAT64.rawValue)
    }
    options.lanes = Int32(clamping: lanes)
    switch parallelism {
    case .lanes(let threads):
      options.threads = Int32(clamping: threads)
    case .operations(let threads):
      options.threads = Int32(clamping: threads)
      options.intra_op = 1
    }
    switch device ?? standard {
    case .cpu: options.device = -1
    case .cuda(let index): options.device = Int32(clamping: index)
    }
    switch kernels {
    case .best: options.kernels = Int32(ES_BEST_KERNELS.rawValue)
    case .reference: options.kernels = Int32(ES_REFERENCE_KERNELS.rawValue)
    }
    return options
  }
}
