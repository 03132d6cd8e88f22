/// Why parts of a one-shot search cannot be put together for a space.
package enum OneShotError: Error, Hashable, Sendable {
  /// An operator does not end in a batch norm of its own, so that the indicator has nothing to read.
  case noNormAtEnd(layer: String, option: String, ends: [String])
  /// No operator of any layer that decides something ends in a batch norm.
  case noNorms
  /// What a layer is depends on decisions that are made apart.
  case noTable(layer: String, decisions: [String])
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
      \(decisions.map { "'\($0)'" }.joined(separator: " and ")), which are made apart
      help: let one stage or layer make these decisions, or take 'oneshot: {score: recalibrated}'
      """
    case .nothingTrained(let weights):
      """
      'oneshot.weights: \(weights)' trains batch norms, and this space has none of them
      help: take 'oneshot: {weights: all}'
      """
    }
  }
}
