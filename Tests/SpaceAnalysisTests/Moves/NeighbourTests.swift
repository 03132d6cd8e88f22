import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

/// Neighbours and crossings against all networks of small sets.
@Suite struct NeighbourTests {
  @Test(arguments: 0..<25 as Range<UInt64>, MoveCase.Kind.allCases)
  func `neighbours are counted and numbered by distance`(seed: UInt64, kind: MoveCase.Kind) throws {
    for seed in seed * 2..<seed * 2 + (kind == .conditions ? 2 : 1) {
      guard let example = try MoveCase(kind, seed: seed) else { continue }
      for parent in example.parents {
        var byDistance = [[Architecture]](repeating: [], count: example.space.decisions.count + 1)
        for network in example.networks { byDistance[distance(parent, network)].append(network) }
        let counts = try example.ways.countByDistance(from: parent, upTo: .max)
        #expect(counts.map(\.value) == byDistance.map { BigUInt($0.count) })
        #expect(try example.ways.countByDistance(from: parent, upTo: 1) == Array(counts.prefix(2)))
        #expect(byDistance[0] == (example.set.contains(parent) ? [parent] : []))
        for distances in [1...1, 2...2, 1...3, 0...byDistance.count + 5] {
          let wanted = Set(byDistance.indices.filter(distances.contains).flatMap { byDistance[$0] })
          guard !wanted.isEmpty else {
            #expect(throws: MoveError.nowhereToGo) { try example.ways.neighbours(of: parent, at: distances) }
            continue
          }
          let moves = try example.ways.neighbours(of: parent, at: distances)
          #expect(moves.count == BigUInt(wanted.count))
          #expect(Set((0..<wanted.count).map { moves.member(at: BigUInt($0)) }) == wanted)
        }
      }
    }
  }

  @Test(arguments: 0..<25 as Range<UInt64>, MoveCase.Kind.allCases)
  func `crossings are the networks between their parents`(seed: UInt64, kind: MoveCase.Kind) throws {
    for seed in seed * 2..<seed * 2 + (kind == .conditions ? 2 : 1) {
      guard let example = try MoveCase(kind, seed: seed) else { continue }
      let (a, b) = (example.parents[0], example.parents[2])
      let wanted = Set(
        example.networks.filter { child in
          guard child != a, child != b else { return false }
          return child.choices.indices.allSatisfy { decision in
            guard let option = child.choices[decision] else { return true }
            let parents = [a.choices[decision], b.choices[decision]].compactMap { $0 }
            return parents.isEmpty || parents.contains(option)
          }
        })
      guard !wanted.isEmpty else {
        #expect(throws: MoveError.nowhereToGo) { try example.ways.crossings(of: (a, b)) }
        continue
      }
      let moves = try example.ways.crossings(of: (a, b))
      #expect(moves.count == BigUInt(wanted.count))
      #expect(Set((0..<wanted.count).map { moves.member(at: BigUInt($0)) }) == wanted)
    }
  }

  @Test func `a decision that comes to exist is part of the change that brings it`() throws {
    // The root brings three decisions of two options each, or none.
    let root = ConstrainedSpace.decision("root", [.boolean(false), .boolean(true)])
    let existence = Existence(parent: DecisionID(index: 0), options: [1])
    let children = (0..<3).map {
      ConstrainedSpace.decision("c\($0)", [.integer(1), .integer(2)], existence: existence)
    }
    let space = ConstrainedSpace.of([root] + children)
    let ways = try NetworkWays(space, try MemberSet(space))
    let small = Architecture(choices: [0, nil, nil, nil])
    #expect(try ways.countByDistance(from: small, upTo: 4).map(\.value) == [1, 8, 0, 0, 0])
    let large = Architecture(choices: [1, 0, 0, 0])
    #expect(try ways.countByDistance(from: large, upTo: 4).map(\.value) == [1, 4, 3, 1, 0])
  }

  @Test func `a space of published size is counted at once`() throws {
    let space = MobileSpaces.fbnetV2F(splits: [0, 1], sharing: .perGroup)
    let set = try MemberSet(space)
    let ways = try NetworkWays(space, set)
    var random = SeededGenerator(seed: 4)
    let (a, b) = (set.draw(using: &random), set.draw(using: &random))
    let counts = try ways.countByDistance(from: a, upTo: 2)
    #expect(counts[0].value == 1)
    // Every change of one decision, tried one by one.
    let single = space.decisionIDs.reduce(0) { sum, id in
      sum
        + space[id].options.indices.count { option in
          var changed = a
          changed[id] = option
          return option != a[id] && set.contains(changed)
        }
    }
    #expect(counts[1].value == BigUInt(single))
    for child in try [ways.neighbours(of: a, at: 2...2), ways.crossings(of: (a, b))].map({ $0.draw(using: &random) }) {
      #expect(set.contains(child) && child != a && child != b)
    }
    #expect(throws: MoveError.tooManyPartial(limit: 10)) { try ways.countByDistance(from: a, upTo: 2, limit: 10) }
  }

  @Test func `draws of neighbours and of crossings are uniform`() throws {
    var deviates: [Double] = []
    for seed in 0..<45 as Range<UInt64> {
      guard let example = try MoveCase(MoveCase.Kind.allCases[Int(seed % 3)], seed: seed) else { continue }
      let parents = example.parents
      for moves in [
        try? example.ways.neighbours(of: parents[0], at: 1...2),
        try? example.ways.crossings(of: (parents[0], parents[2])),
      ] {
        guard let moves, (4...60).contains(moves.count) else { continue }
        let numbers = Dictionary(
          uniqueKeysWithValues: (0..<Int(moves.count)).map { (moves.member(at: BigUInt($0)), $0) })
        var random = SeededGenerator(seed: seed &* 13)
        var counts = [Int](repeating: 0, count: numbers.count)
        for _ in 0..<50 * counts.count {
          let number = try #require(numbers[moves.draw(using: &random)])
          counts[number] += 1
        }
        deviates.append(uniformityDeviate(counts))
      }
    }
    try #require(deviates.count > 20)
    let mean = deviates.reduce(0, +) / Double(deviates.count)
    // A mean of n standard normal numbers, and the largest of some dozens; the seeds are fixed.
    #expect(abs(mean) * Double(deviates.count).squareRoot() < 3, "\(deviates)")
    #expect(deviates.allSatisfy { abs($0) < 4 }, "\(deviates)")
  }
}
