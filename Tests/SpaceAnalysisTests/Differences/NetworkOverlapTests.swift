import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct NetworkOverlapTests {
  @Test(arguments: 0..<400 as Range<UInt64>)
  func `the numbers are those of the listed networks`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (a, b) = (NamedDecisions.random(&random), NamedDecisions.random(&random))
    let (before, after) = (networks(of: a), networks(of: b))
    let overlap = try overlap(of: a, and: b)
    #expect(overlap.before.value == BigUInt(before.count))
    #expect(overlap.after.value == BigUInt(after.count))
    #expect(overlap.kept.value == BigUInt(before.intersection(after).count))
    #expect(overlap.removed.value == BigUInt(before.subtracting(after).count))
    #expect(overlap.added.value == BigUInt(after.subtracting(before).count))
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `a space has all its networks in common with itself`(seed: UInt64) throws {
    let space = SmallSpace.random(seed: seed)
    let overlap = try overlap(of: space, and: space)
    #expect(overlap.kept == DecisionForest(space).encodings)
  }

  @Test func `the random spaces have something in common, and not all`() throws {
    var kept = 0
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let (a, b) = (NamedDecisions.random(&random), NamedDecisions.random(&random))
      let overlap = try overlap(of: a, and: b)
      if overlap.kept.value > 0, overlap.removed.value > 0, overlap.added.value > 0 { kept += 1 }
    }
    #expect(kept > 20)
  }

  @Test func `thousands of decisions are counted`() throws {
    let chain = NamedDecisions.space(
      (0..<5_000).map { .init(name: "d\($0)", options: [0, 1, 2], parent: $0 == 0 ? nil : $0 - 1, when: [1]) })
    let free = NamedDecisions.space((0..<5_000).map { .init(name: "d\($0)", options: [1, 2], parent: nil, when: []) })
    #expect(try overlap(of: chain, and: chain).kept.value == BigUInt(2 * 5_000 + 1))
    // All decisions of `free` exist, so the chain must reach its end.
    #expect(try overlap(of: chain, and: free).kept.value == 2)
  }

  @Test func `a net of conditions is refused, not counted for ever`() {
    // Every two of 24 decisions have a child that hangs on the one in the first space and on the other in the second.
    let roots = (0..<24).map { NamedDecisions.Rule(name: "d\($0)", options: [0, 1], parent: nil, when: []) }
    func net(_ parent: (Int, Int) -> Int) -> Space {
      let children = (0..<24).flatMap { i in
        (0..<i).map { NamedDecisions.Rule(name: "d\(i).\($0)", options: [0, 1], parent: parent(i, $0), when: [1]) }
      }
      return NamedDecisions.space(roots + children)
    }
    let (first, second) = (net { i, _ in i }, net { _, j in j })
    #expect { try overlap(of: first, and: second) } throws: { ($0 as? OverlapError)?.limit == FactorSum.limit }
    #expect(throws: Never.self) { try overlap(of: first, and: first) }
  }

  private func networks(of space: Space) -> Set<[String: Value]> {
    Set(
      enumerate(space).map { architecture in
        Dictionary(
          uniqueKeysWithValues: space.decisionIDs.compactMap { id in
            space.value(of: id, in: architecture).map { (space[id].name, $0) }
          })
      })
  }
}

/// Spaces whose graph does not matter.
enum NamedDecisions {
  struct Rule {
    let name: String
    let options: [Int]
    /// The index of an earlier rule.
    let parent: Int?
    /// Options of the parent, as values.
    let when: [Int]
  }

  static func space(_ rules: [Rule]) -> Space {
    var space = NetworkBuilder(input: ImageShape(channels: 1, height: 1, width: 1)).space(classes: 1)
    space.decisions = rules.map { rule in
      let existence = rule.parent.map { parent in
        Existence(
          parent: DecisionID(index: parent), options: rule.when.compactMap { rules[parent].options.firstIndex(of: $0) })
      }
      return Decision(
        name: rule.name, parameter: rule.name, owner: "", options: rule.options.map(Value.integer), existence: existence
      )
    }
    return space
  }

  /// Some of seven names in some order; parents in one space may be children in another.
  static func random(_ random: inout SeededGenerator) -> Space {
    var names = Array(0..<7).filter { _ in random.pick(0...4) > 0 }
    if names.isEmpty { names = [0] }
    if random.pick(0...1) == 0 { names.shuffle(using: &random) }
    var rules: [Rule] = []
    for name in names {
      var options = Array(0...3).filter { _ in random.pick(0...4) > 0 }
      if options.count < 2 { options = [0, 1] }
      let parent = rules.isEmpty || random.pick(0...2) == 0 ? nil : random.pick(0...rules.count - 1)
      var when: [Int] = []
      if let parent {
        let known = rules[parent].options
        when = Array(known.filter { _ in random.pick(0...2) > 0 }.prefix(known.count - 1))
        if when.isEmpty { when = [known[0]] }
      }
      rules.append(Rule(name: "d\(name)", options: options, parent: parent, when: when))
    }
    return space(rules)
  }
}
