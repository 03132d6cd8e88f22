/// What HURRICANE adds to a one-shot search: a pool of operators for a device, layers in groups, a limit of latency
/// (hurricane.md, sections 4 and 6).
package struct GroupRecipe: Hashable, Sendable, Codable {
  /// Whose table the latencies are of.
  package var device: String
  /// Nanoseconds that every candidate of the last stage keeps.
  package var limit: Int
  /// K.
  package var operators: Int
  /// Bands of latency, of each of which the best operator is kept first.
  package var bands: Int
  /// How multiply-adds and parameters count as capacity.
  package var macsWeight: Double
  package var parametersWeight: Double
  /// Layers behind which a group ends and the next begins, counted from the input and from 1; none: one group of all.
  /// Nil: two groups, at the border of a stage that is nearest to two fifths of the layers.
  package var splits: [Int]?

  package init(device: String, limit: Int) {
    self.device = device
    self.limit = limit
    operators = 4
    bands = 3
    macsWeight = 1
    parametersWeight = 0
    splits = nil
  }
}

extension GroupRecipe {
  /// What is wrong with it, in words; nil: nothing.
  var complaint: String? {
    if limit < 1 { return "a limit of latency is at least 1 ns, not \(limit)" }
    if !(1...1_000_000).contains(operators) { return "a pool keeps at least 1 operator, not \(operators)" }
    if !(1...1_000_000).contains(bands) { return "there is at least 1 band of latency, not \(bands)" }
    for weight in [macsWeight, parametersWeight] where !(weight >= 0 && weight.isFinite) {
      return "how capacity counts is at least 0, not \(weight)"
    }
    if macsWeight == 0 && parametersWeight == 0 {
      return "capacity is multiply-adds, parameters, or both, and not neither"
    }
    if let splits, splits != Array(Set(splits)).sorted() || splits.contains(where: { $0 < 1 }) {
      return "groups of layers begin after different layers, in ascending order from 1 on, not \(splits)"
    }
    return nil
  }
}
