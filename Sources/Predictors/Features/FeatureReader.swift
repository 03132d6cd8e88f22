package import SpaceIR

/// A feature found in a space, so that it can be read off networks.
package struct FeatureReader: Hashable, Sendable {
  package let feature: Feature
  /// The decisions that say the value; of a mean and a sum those of blocks 2 and later in order.
  package let decisions: [DecisionID]
  private let kind: Kind
  /// By decision and option.
  private let values: [[Double]]

  private enum Kind: Hashable, Sendable {
    /// Depth of a stage that has always as many blocks.
    case constant(Double)
    case single
    case mean
    case sum
  }

  /// - Throws: `FeatureError` where the space has no such stage or decision.
  package init(_ feature: Feature, of parts: SearchedParts) throws(FeatureError) {
    self.feature = feature
    if case .value(let quantity) = feature {
      guard let id = parts.space.decisionIDs.first(where: { parts.space[$0].name == quantity.name }) else {
        throw .noDecision(feature, quantity.name)
      }
      (decisions, kind) = ([id], .single)
      values = try Self.values(of: quantity, [parts.space[id]], feature)
      return
    }
    guard let stage = parts.stages.first(where: { $0.name == feature.stage }) else {
      throw .noStage(feature, stages: parts.stages.map(\.name))
    }
    guard let quantity = feature.quantity else {
      decisions = [stage.depth].compactMap(\.self)
      kind = stage.depth == nil ? .constant(Double(stage.blocks.count)) : .single
      values = decisions.map { parts.space[$0].options.map { Double($0.integer ?? 0) } }
      return
    }
    guard stage.parameters.contains(quantity.name) else {
      throw .noParameter(feature, stage: stage.name, parameters: stage.parameters)
    }
    let blocks: ArraySlice<[String: DecisionID]>
    switch feature {
    case .first: (blocks, kind) = (stage.firstBlock, .single)
    case .mean: (blocks, kind) = (stage.laterBlocks, .mean)
    case .sum: (blocks, kind) = (stage.laterBlocks, .sum)
    case .depth, .value: preconditionFailure("both have left")
    }
    decisions = blocks.compactMap { $0[quantity.name] }
    values = try Self.values(of: quantity, decisions.map { parts.space[$0] }, feature)
  }

  /// By decision and option. A word is one of some of the decisions: not every block of a stage needs to have it.
  private static func values(
    of quantity: Feature.Quantity, _ decisions: [Decision], _ feature: Feature
  ) throws(FeatureError) -> [[Double]] {
    guard let word = quantity.word else {
      var values: [[Double]] = []
      for decision in decisions { values.append(try numbers(of: decision, feature)) }
      return values
    }
    if let first = decisions.first, !decisions.flatMap(\.options).contains(where: { $0.description == word }) {
      throw .noOption(feature, decision: first.name, options: first.options.map(\.description))
    }
    return decisions.map { $0.options.map { $0.description == word ? 1 : 0 } }
  }

  private static func numbers(of decision: Decision, _ feature: Feature) throws(FeatureError) -> [Double] {
    let numbers = decision.options.compactMap(\.number)
    guard numbers.count == decision.options.count else {
      throw .noNumber(
        feature, decision: decision.name, option: decision.options.first { $0.number == nil }!.description)
    }
    return numbers.map(\.double)
  }

  /// The feature's value in a network.
  package func value(in network: Architecture) -> Double {
    switch kind {
    case .constant(let value): return value
    case .single: return decisions.first.flatMap { network[$0] }.map { values[0][$0] } ?? 0
    case .mean, .sum:
      var (sum, count) = (0.0, 0)
      for (place, id) in decisions.enumerated() {
        guard let option = network[id] else { continue }
        sum += values[place][option]
        count += 1
      }
      return kind == .sum || count == 0 ? sum : sum / Double(count)
    }
  }
}

/// Why a space does not have a feature.
package enum FeatureError: Error, Hashable, Sendable {
  case noDecision(Feature, String)
  case noStage(Feature, stages: [String])
  case noParameter(Feature, stage: String, parameters: [String])
  case noOption(Feature, decision: String, options: [String])
  case noNumber(Feature, decision: String, option: String)
}
