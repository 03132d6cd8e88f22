import Distributions
import Engine
package import SpaceAnalysis
package import SpaceIR
import SpacePlanner
package import Supernet

/// BN-NAS's indicator: the mean size of the scales of the last batch norm of each operator, summed over the layers (Chen et
/// al. 2021, arXiv 2108.07375; bn-nas.md, section 3). No image is looked at: a score is a table look-up and a sum.
///
/// Deviation: where the branches of an operator are concatenated, the mean goes over the channels of all their last batch
/// norms. An identity counts 0.
package struct NormIndicator: CandidateScore {
  package let table: OperatorTable
  private let supernet: Supernet
  private let bareScore: Double?
  /// By row, then combination, in float64; nil: the weights have moved since.
  private var scores: [[Double]]?

  /// - Parameter bareScore: Of an operator without a batch norm at its end; nil: there must be none.
  /// - Throws: `OneShotError` where the space has no such table.
  package init(_ supernet: Supernet, _ table: OperatorTable, bareScore: Double?) throws {
    self.supernet = supernet
    self.table = table
    self.bareScore = bareScore
    let ends = table.ends.flatMap { $0 }.compactMap(\.self).flatMap(\.self)
    guard ends.contains(where: { !$0.scales.isEmpty }) else { throw OneShotError.noNorms }
    guard bareScore == nil else { return }
    let space = supernet.plan.space
    for (row, combinations) in table.ends.enumerated() {
      for (combination, ends) in combinations.enumerated() {
        guard let bare = ends?.first(where: { !$0.bare.isEmpty }) else { continue }
        throw OneShotError.noNormAtEnd(
          layer: space.layers[bare.layer.index].name, option: table.operators.name(of: combination, in: row),
          ends: bare.bare)
      }
    }
  }

  package mutating func weightsMoved() { scores = nil }

  /// S(row, combination) of the weights as they are.
  ///
  /// - Throws: `EngineError`.
  package mutating func settled() throws -> [[Double]] {
    if let scores { return scores }
    var reader = ScaleReader(supernet)
    let found = try table.ends.map { row in
      try row.map { ends in try ends.map { try value(of: $0, &reader) } ?? 0 }
    }
    scores = found
    return found
  }

  package mutating func value(of candidate: Architecture) throws -> CandidateValue {
    CandidateValue(score: table.sum(try settled(), over: candidate))
  }

  /// The same by building the network and averaging its scales: what the table is held against.
  ///
  /// - Throws: `EngineError`; `EvaluationError`.
  package func walked(_ candidate: Architecture) throws -> Double {
    var reader = ScaleReader(supernet)
    return try value(of: try supernet.plan.layerEnds(of: candidate), &reader)
  }

  private func value(of ends: [LayerEnd], _ reader: inout ScaleReader) throws -> Double {
    var sum = 0.0
    for end in ends {
      if !end.bare.isEmpty, let bareScore {
        sum += bareScore
      } else {
        sum += try reader.mean(of: end.scales)
      }
    }
    return sum
  }
}

extension OperatorTable {
  /// Sum over the rows that a network has.
  package func sum(_ values: [[Double]], over network: Architecture) -> Double {
    var sum = 0.0
    for (factor, row) in zip(plan.factors, values) where factor.exists(in: network) {
      if let place = factor.combination(in: network) { sum += row[place] }
    }
    return sum
  }

  /// The network of a set with the greatest sum, exactly: knapsack over the set's diagram (bn-nas.md, section 6.2). Nil
  /// where rows exist under conditions, of which the sum is no product of independent parts.
  ///
  /// - Throws: `MoveError`.
  package func best(_ values: [[Double]], of space: Space, among members: MemberSet) throws -> Architecture? {
    guard plan.factors.allSatisfy({ $0.existence == nil }) else { return nil }
    let logits = zip(values, ends).map { row, ends in zip(row, ends).map { $1 == nil ? -.infinity : $0 } }
    let weights = NetworkWeights(Distribution(plan: plan, logits: logits), of: space)
    return try WeightedNetworks(space, members, weights: weights).mode
  }
}

/// Reads each tensor once.
private struct ScaleReader {
  private let supernet: Supernet
  private var known: [TensorID: [Double]] = [:]

  init(_ supernet: Supernet) { self.supernet = supernet }

  /// The mean size of all elements of some slices; 0 of none.
  mutating func mean(of slices: [WeightSlice]) throws -> Double {
    var (sum, count) = (0.0, 0)
    for slice in slices {
      let values = try self.values(of: slice.tensor)
      forEachRun(of: slice, in: supernet.plan.tensors[slice.tensor.index].shape) { range in
        for value in values[range] { sum += abs(value) }
        count += range.count
      }
    }
    return count == 0 ? 0 : sum / Double(count)
  }

  private mutating func values(of tensor: TensorID) throws -> [Double] {
    if let known = known[tensor] { return known }
    let read = try supernet.context.read(.value, of: tensor.index, as: Double.self)
    known[tensor] = read
    return read
  }
}
