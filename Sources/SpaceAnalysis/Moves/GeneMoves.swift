package import SpaceIR

/// Decisions that are inherited together: a gene of evolution, such as all that is decided about one layer.
package struct Gene: Hashable, Sendable {
  package let decisions: [DecisionID]
  /// In how many ways they can be decided.
  package let combinations: Int

  package init(decisions: [DecisionID], combinations: Int) {
    precondition(!decisions.isEmpty && combinations >= 1, "a gene decides something")
    self.decisions = decisions
    self.combinations = combinations
  }
}

/// Moves of an evolution whose genes are several decisions each: what a child is without conditions, given that it is
/// another network of the set. Nothing is drawn and thrown away.
extension NetworkWays {
  /// What becomes of a network where each gene is decided anew with some probability, evenly among its combinations, so
  /// that it may come out as it was (Guo et al. 2019, arXiv 1904.00420, the released search).
  ///
  /// A gene that the network does not have and the child has is decided evenly.
  ///
  /// - Parameters:
  ///   - genes: Each within a layer of the ways (`together`).
  ///   - rate: The probability that a gene is decided anew, from 0 to 1.
  /// - Throws: `MoveError.tooLarge`; `nowhereToGo` where the set has no network that the rate can lead to.
  package func redecided(
    _ network: Architecture, genes: [Gene], rate: Double, memoryLimit: Int = 1 << 31
  ) throws(MoveError) -> Mutations {
    precondition((0...1).contains(rate), "a rate is a probability")
    let geneOf = self.genes(of: genes)
    let weights = rows { decisions, codes in
      var product = WideDouble.one
      for gene in Set(decisions.map { geneOf[$0] }).sorted() {
        let own = Self.relation(of: gene, in: geneOf, decisions, codes, to: network)
        let anew = rate / Double(genes[gene].combinations)
        switch own {
        case .absent: break
        case .new: product = product * WideDouble(1 / Double(genes[gene].combinations))
        case .kept: product = product * WideDouble(1 - rate + anew)
        case .changed: product = product * WideDouble(anew)
        }
      }
      return product
    }
    return try Mutations(self, of: network, weights, memoryLimit: memoryLimit)
  }

  /// The networks of the set of which every gene is one of either parent, and which are neither of them.
  ///
  /// A gene that neither parent has, and that comes to exist by what they have together, is decided in any way.
  ///
  /// - Throws: `MoveError.tooManyPartial`; `nowhereToGo` where every crossing is a parent or outside the set.
  package func crossings(
    of parents: (Architecture, Architecture), genes: [Gene], limit: Int = 1 << 21
  ) throws(MoveError) -> MoveSet {
    let geneOf = self.genes(of: genes)
    let labels = rows { decisions, codes -> Int? in
      var label = 0
      for gene in Set(decisions.map { geneOf[$0] }).sorted() {
        let first = Self.relation(of: gene, in: geneOf, decisions, codes, to: parents.0)
        let second = Self.relation(of: gene, in: geneOf, decisions, codes, to: parents.1)
        // What a network does not have it has from nobody.
        if first == .absent { continue }
        guard first == .kept || second == .kept || (first == .new && second == .new) else { return nil }
        label |= (first == .kept ? 0 : 1) | (second == .kept ? 0 : 2)
      }
      return label
    }
    let moves = try MoveSet(self, MoveLabels(ofRows: labels, joining: .union(of: 2), least: 3), limit: limit)
    guard moves.count > 0 else { throw .nowhereToGo }
    return moves
  }

  /// By decision, the place of its gene.
  private func genes(of genes: [Gene]) -> [Int] {
    var geneOf = [Int](repeating: -1, count: decisions.count)
    for (number, gene) in genes.enumerated() { for id in gene.decisions { geneOf[id.index] = number } }
    precondition(!geneOf.contains(-1), "every decision is in a gene")
    return geneOf
  }

  /// What a row says of a gene, beside what a network has.
  private enum Relation {
    /// The row has none of its decisions.
    case absent
    /// The network has none of them.
    case new
    case kept
    case changed
  }

  private static func relation(
    of gene: Int, in geneOf: [Int], _ decisions: [Int], _ codes: ArraySlice<Int32>, to network: Architecture
  ) -> Relation {
    var (isAbsent, isNew, isKept) = (true, true, true)
    for (decision, code) in zip(decisions, codes) where geneOf[decision] == gene {
      let own = network.code(of: decision)
      if code > 0 { isAbsent = false }
      if own > 0 { isNew = false }
      if own != code { isKept = false }
    }
    if isAbsent { return .absent }
    return isKept ? .kept : isNew ? .new : .changed
  }
}
