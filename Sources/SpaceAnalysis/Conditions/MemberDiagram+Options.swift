import BigInt
import SpaceIR

extension MemberDiagram {
  /// By decision, then option: the members that have it. What no member has is dead; a decision of which one option is
  /// left is forced.
  ///
  /// - Complexity: O(edges + options) long multiplications.
  package func optionCounts() -> [[NetworkCount]] {
    var result = decisions.map { [BigUInt](repeating: 0, count: $0.options.count) }
    guard count.value > 0 else { return result.map { $0.map(NetworkCount.init) } }
    for group in groups {
      let others = count.value / group.count
      for (layer, part) in zip(group.diagram.layers, group.optionCounts()) {
        for (option, ways) in part.enumerated() { result[layer.decision][option] = ways * others }
      }
    }
    for (index, decision) in decisions.enumerated() where !isTied[index] {
      let existing = decision.existence.map { existence in
        existence.options.reduce(BigUInt(0)) { $0 + result[existence.parent.index][$1] }
      }
      let each = (existing ?? count.value) / totals[index]
      result[index] = completions[index].map { each * $0 }
    }
    return result.map { $0.map(NetworkCount.init) }
  }
}

extension CountedDiagram {
  /// By layer, then option: the group's ways that have it, what hangs on them included. Options after the last that some
  /// way has can be left out.
  fileprivate func optionCounts() -> [[BigUInt]] {
    var reaching: [BigUInt] = [1]
    return diagram.layers.enumerated().map { position, layer in
      var next = [BigUInt](repeating: 0, count: counts[position + 1].count)
      var result: [BigUInt] = []
      for state in 0..<layer.stateCount {
        for edge in layer.edges(of: state) {
          let through = reaching[state] * counts[position + 1][edge.target]
          var sum: BigUInt = 0
          for member in layer.members[edge.members] {
            let weight = weight(member, in: position)
            sum += weight
            guard member >= 0 else { continue }
            while result.count <= Int(member) { result.append(0) }
            result[Int(member)] += weight == 1 ? through : weight * through
          }
          next[edge.target] += sum == 1 ? reaching[state] : sum * reaching[state]
        }
      }
      reaching = next
      return result
    }
  }
}
