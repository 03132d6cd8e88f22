import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct MemberDiagramTests {
  @Test(arguments: 0..<600 as Range<UInt64>)
  func `counts and numbers are those of the enumerated members`(seed: UInt64) throws {
    let space = ConstrainedSpace.random(seed: seed)
    let members = try space.members()
    let diagram = try MemberDiagram(space)
    #expect(diagram.count.value == BigUInt(members.count))
    var expected = space.decisions.map { [Int](repeating: 0, count: $0.options.count) }
    for member in members {
      for (decision, choice) in member.choices.enumerated() {
        if let choice { expected[decision][choice] += 1 }
      }
    }
    #expect(diagram.optionCounts().map { $0.map { Int($0.value) } } == expected)
    var seen: Set<Architecture> = []
    for index in 0..<members.count {
      let member = diagram.member(at: BigUInt(index))
      #expect(diagram.index(of: member) == BigUInt(index))
      seen.insert(member)
    }
    #expect(seen == Set(members))
    let others = Set(enumerate(space)).subtracting(members)
    #expect(others.allSatisfy { diagram.index(of: $0) == nil })
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `networks are drawn alike`(seed: UInt64) throws {
    let space = ConstrainedSpace.random(seed: seed)
    var counts = Dictionary(uniqueKeysWithValues: try space.members().map { ($0, 0) })
    guard counts.count > 1 else { return }
    let diagram = try MemberDiagram(space)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<counts.count * 20 {
      let drawn = diagram.draw(using: &random)
      #expect(counts[drawn] != nil)
      counts[drawn, default: 0] += 1
    }
    #expect(abs(uniformityDeviate(Array(counts.values))) < 5)
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `draws over decisions are members, and every member can be drawn`(seed: UInt64) throws {
    let space = ConstrainedSpace.random(seed: seed)
    let members = try Set(space.members())
    guard !members.isEmpty, members.count < 100 else { return }
    let diagram = try MemberDiagram(space)
    var random = SeededGenerator(seed: seed)
    var seen: Set<Architecture> = []
    for _ in 0..<members.count * 200 { seen.insert(diagram.draw(.decisions, using: &random)) }
    #expect(seen.isSubset(of: members))
    #expect(Double(seen.count) > 0.8 * Double(members.count))
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `without conditions the diagram is the forest`(seed: UInt64) throws {
    let space = SmallSpace.random(seed: seed)
    let diagram = try MemberDiagram(space)
    #expect(diagram.count == DecisionForest(space).encodings)
    #expect(diagram.stateCount == 0)
    var (a, b) = (SeededGenerator(seed: seed), SeededGenerator(seed: seed))
    let sampler = UniformSampler(space)
    for _ in 0..<5 { #expect(diagram.draw(using: &a) == sampler.draw(using: &b)) }
  }

  @Test(arguments: 0..<600 as Range<UInt64>)
  func `a conflict cannot be met, and every part of it is needed`(seed: UInt64) throws {
    let space = ConstrainedSpace.random(seed: seed)
    guard let conflict = space.conflict() else {
      #expect(try !space.members().isEmpty)
      return
    }
    #expect(try space.members(including: conflict.contains).isEmpty)
    for part in conflict {
      let others = Set(conflict).subtracting([part])
      #expect(try !space.members(including: others.contains).isEmpty)
    }
  }

  @Test(arguments: 0..<600 as Range<UInt64>)
  func `vacuous is what leaves the count unchanged when it is dropped`(seed: UInt64) throws {
    let space = ConstrainedSpace.random(seed: seed)
    let diagram = try MemberDiagram(space)
    guard diagram.count.value > 0 else { return }
    let vacuous = VacuousRequirements(space, members: diagram).indices()
    let count = try space.members().count
    let expected = try space.requirements.indices.filter { dropped in
      try space.members { $0 != dropped }.count == count
    }
    #expect(vacuous == expected)
  }
}
