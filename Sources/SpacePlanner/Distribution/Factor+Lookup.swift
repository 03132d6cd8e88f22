package import SpaceIR

extension Factor {
  /// The place of an architecture's choices among the combinations; nil when they are not one of them.
  ///
  /// Only the factor's own decisions are looked at. A factor that does not exist has no place.
  ///
  /// - Complexity: O(log combinations × decisions).
  package func combination(in architecture: Architecture) -> Int? {
    var low = 0
    var high = combinations.count
    while low < high {
      let middle = low + (high - low) / 2
      if precedes(combinations[middle], architecture) { low = middle + 1 } else { high = middle }
    }
    guard low < combinations.count else { return nil }
    let found = combinations[low]
    return decisions.indices.allSatisfy { found[$0] == architecture[decisions[$0]] } ? low : nil
  }

  /// Whether a combination is lexicographically before the choices; no option is before every option.
  private func precedes(_ combination: [Int?], _ architecture: Architecture) -> Bool {
    for place in decisions.indices {
      let (mine, theirs) = (combination[place], architecture[decisions[place]])
      if mine == theirs { continue }
      guard let theirs else { return false }
      guard let mine else { return true }
      return mine < theirs
    }
    return false
  }

  /// Whether the factor exists, given the choices of earlier factors.
  package func exists(in architecture: Architecture) -> Bool {
    existence?.holds(in: architecture) ?? true
  }

  /// The place of a decision in the combinations' tuples; nil when it belongs to another factor.
  package func place(of decision: DecisionID) -> Int? {
    decisions.firstIndex(of: decision)
  }
}
