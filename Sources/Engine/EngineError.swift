import CEngine

/// Why the engine refused or could not finish a call.
package struct EngineError: Error, Hashable, CustomStringConvertible {
  package enum Status: Hashable, Sendable {
    /// A malformed program, slice or argument: a bug of the caller.
    case invalid
    case outOfMemory
    /// A loss or a gradient is not a number; parameters are as they were before the call.
    case notFinite
    /// The device is absent or failed.
    case device
    /// The kernel library failed in a way that the engine does not know.
    case unknown
  }

  package let status: Status
  /// Names the job, the instruction and its opcode where they are known.
  package let message: String

  package init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }

  package var description: String {
    switch status {
    case .invalid: "the engine refuses the call: \(message)"
    case .outOfMemory:
      """
      the engine is out of memory: \(message)
      help: 'espalier plan' states how large a network's arena is; free memory, or take a smaller input or batch
      """
    case .notFinite: "a value is not finite: \(message)"
    case .device:
      """
      the device cannot be used: \(message)
      help: 'cpu' always works
      """
    case .unknown: "the engine failed: \(message)"
    }
  }
}

/// The one place where a C status becomes a Swift error.
func callEngine(_ body: (UnsafeMutablePointer<es_message>) -> Int32) throws(EngineError) {
  var message = es_message()
  let code = body(&message)
  guard code != Int32(ES_OK.rawValue) else { return }
  let text = withUnsafeBytes(of: message.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  let status: EngineError.Status =
    switch UInt32(code) {
    case ES_INVALID.rawValue: .invalid
    case ES_OUT_OF_MEMORY.rawValue: .outOfMemory
    case ES_NOT_FINITE.rawValue: .notFinite
    case ES_DEVICE.rawValue: .device
    default: .unknown
    }
  throw EngineError(status, text)
}
