/// Why parts of a one-shot search cannot be put together for a space.
package enum OneShotError: Error, Hashable, Sendable {
  /// An operator does not end in a batch norm of its own, so that the indicator has nothing to read.
  case noNormAtEnd(layer: String, option: String, ends: [String])
  /// No operator of any layer that decides something ends in a batch norm.
  case noNorms
  /// What a layer is depends on decisions that are made apart.
  case noTable(layer: String, decisions: [String])
  /// No operator of a layer is kept, because the device's table has a time for none.
  case emptyPool(layer: String, device: String, [String])
  case noSuchLayer(Int, of: Int)
  /// The space has no latency table of the device, or of several the recipe does not say which.
  case noDevice(String?, known: [String])
  /// The recipe bounds no latency.
  case noLimit(device: String, least: Int, greatest: Int)
  /// No network of the pool is so fast.
  case outOfReach(device: String, limit: Int, least: Int, greatest: Int)
  /// The space has nothing that these weights are.
  case nothingTrained(weights: String)
}

extension OneShotError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noNormAtEnd(let layer, let option, let ends):
      """
      'bn-indicator' scores an operator by the batch norm at its end, but that of '\(layer)' with \(option) ends in a \
      \(ends.joined(separator: " and a "))
      help: end every operator with a batch norm of its own; or set 'oneshot.bare-score' to what such operators count, \
      which is another method; or take 'oneshot: {score: recalibrated}'
      """
    case .noNorms:
      """
      'bn-indicator' scores operators by the batch norms at their ends, and this space has none there
      help: end every operator with a batch norm of its own, or take 'oneshot: {score: recalibrated}'
      """
    case .noTable(let layer, let decisions):
      """
      'bn-indicator' is a table with a row for each layer, but '\(layer)' is decided by \
      \(decisions.prefix(3).map { "'\($0)'" }.joined(separator: " and "))\
      \(decisions.count > 3 ? " and \(decisions.count - 3) more" : ""), which are made apart
      help: let one stage or layer make these decisions, or take 'oneshot: {score: recalibrated}'
      """
    case .emptyPool(let layer, let device, let unmeasured):
      """
      no operator of '\(layer)' was measured on '\(device)', so the layer has none to choose from
      note: not measured: \(unmeasured.prefix(8).joined(separator: "; "))\(unmeasured.count > 8 ? "; ..." : "")
      help: 'espalier device rows' lists the kernels that the table lacks
      """
    case .noSuchLayer(let layer, let count):
      "'pool.groups' has a group behind layer \(layer), but only \(count) layers decide something"
    case .noDevice(let name?, let known):
      "there is no latency table of '\(name)'"
        + (known.isEmpty
          ? "; give one with '--device \(name)=FILE'"
          : "; there are tables of \(known.map { "'\($0)'" }.joined(separator: ", "))")
    case .noDevice(nil, let known):
      known.isEmpty
        ? "a pool of operators is one for a device: give its latency table with '--device NAME=FILE'"
        : "'pool.device' says which device the pool is for: \(known.map { "'\($0)'" }.joined(separator: ", "))"
    case .noLimit(let device, let least, let greatest):
      """
      'pool.latency' says how long a network may take on '\(device)', such as '5 ms'
      note: the networks of the space take from \(least.inGroups) to \(greatest.inGroups) ns there
      help: say '--measure "latency(\(device))" --target "5 ms"', or 'pool: {latency: 5 ms}' in a recipe
      """
    case .outOfReach(let device, let limit, let least, let greatest):
      """
      no network of the pool is within \(limit.inGroups) ns on '\(device)': the fastest takes \(least.inGroups) ns, the \
      slowest \(greatest.inGroups) ns
      help: raise 'pool.latency' to at least \(least.inGroups) ns, or keep more operators by 'pool.operators' and 'pool.bands'
      """
    case .nothingTrained(let weights):
      """
      'oneshot.weights: \(weights)' trains batch norms, and this space has none of them
      help: take 'oneshot: {weights: all}'
      """
    }
  }
}

extension Int {
  /// `1,234,567`.
  var inGroups: String {
    let digits = Array(String(magnitude))
    let groups = stride(from: digits.count, to: 0, by: -3).map { String(digits[Swift.max(0, $0 - 3)..<$0]) }.reversed()
    return (self < 0 ? "-" : "") + groups.joined(separator: ",")
  }
}
