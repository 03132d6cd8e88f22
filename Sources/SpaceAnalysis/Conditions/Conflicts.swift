package import SpaceIR

extension Space {
  /// Requirements that no network meets together, by index, ascending: each of them is needed for that. Nil where the
  /// conditions leave a network, or where too much is tied together to tell.
  ///
  /// Of a group of conditions without a member, parts that are not needed are left out, half of it first and single ones
  /// last. What cannot be decided within the limits is kept, so the result is a conflict always, and irreducible wherever
  /// the effort suffices.
  ///
  /// - Parameter effort: Ways along the edges of diagrams made in all before the search for parts that are not needed ends.
  package func conflict(limits: MemberLimits = MemberLimits(), effort: Int = 1_000_000) -> [Int]? {
    let conjuncts = Conjunct.all(of: self) { _ in true }
    if let wrong = conjuncts.first(where: { $0.expression == .constant(.boolean(false)) }) {
      return [wrong.requirement]
    }
    for group in ConditionGroups(self, conjuncts).groups {
      var effort = effort
      guard allows(group.conjuncts, limits, effort: &effort) == false else { continue }
      return reduced(group.requirements, of: group.conjuncts, limits, effort: &effort)
    }
    return nil
  }

  private func reduced(
    _ requirements: [Int], of conjuncts: [Conjunct], _ limits: MemberLimits, effort: inout Int
  ) -> [Int] {
    var kept = requirements
    var size = max(1, kept.count / 2)
    while true {
      var start = 0
      while start < kept.count, kept.count > 1, effort > 0 {
        var candidate = kept
        candidate.removeSubrange(start..<min(kept.count, start + size))
        let left = Set(candidate)
        if allows(conjuncts.filter { left.contains($0.requirement) }, limits, effort: &effort) == false {
          kept = candidate
        } else {
          start += size
        }
      }
      if size == 1 { return kept }
      size /= 2
    }
  }

  /// Whether some network meets the conjuncts; nil where a limit is passed. `effort` falls by the ways made.
  func allows(_ conjuncts: [Conjunct], _ limits: MemberLimits, effort: inout Int) -> Bool? {
    do throws(MemberError) {
      for group in ConditionGroups(self, conjuncts).groups where !group.conjuncts.isEmpty {
        var builder = ConditionDiagramBuilder(group, in: self, limits: limits)
        defer { effort -= builder.waysMade }
        if try builder.diagram().isEmpty { return false }
      }
      return conjuncts.allSatisfy { $0.expression != .constant(.boolean(false)) }
    } catch {
      return nil
    }
  }
}
