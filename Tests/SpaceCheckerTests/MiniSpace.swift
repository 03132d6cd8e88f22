import Diagnostics
import SpaceCompiler
import SpaceIR
import Testing

/// A small whole space around the lines that a test is about.
struct MiniSpace {
  /// Items of the network between the input, [3, 8, 8], and a pool with a classifier.
  var network: String
  /// Top-level keys before the network.
  var head = ""

  var text: String {
    """
    espalier: 1
    space: mini
    input: {channels: 3, height: 8, width: 8}
    output: {classes: 10}
    \(head.isEmpty ? "" : head + "\n")network:
    \(network)
      - {name: pool, op: global_pool}
      - {name: head, op: linear, features: 10}

    """
  }

  /// The compiled space, valid and equal to what its text form reads as.
  func compiled() throws -> CompiledSpace {
    let compilation = compile(text)
    try #require(
      !compilation.hasErrors,
      "\(renderText(compilation.diagnostics, sources: compilation.sources, colours: false))")
    let result = try #require(compilation.result)
    try expectSound(result.space)
    return result
  }
}

/// The verifier finds nothing, the text form reads back as the same space, and so it is for members of it: all of a
/// small space, some of a large one.
func expectSound(_ space: Space) throws {
  #expect(space.verify() == [])
  #expect(try parseSpace(text: space.text) == space)
  var nodes = 0
  space.body.forEachNode { _ in nodes += 1 }
  // About as much work for each space.
  // Shapes may be right only where the requirements are met, which these members know nothing of.
  guard space.requirements.isEmpty else { return }
  for member in space.members(atMost: min(200, 4 + 8_000 / nodes)) {
    let bound = try space.bound(to: member)
    #expect(bound.verify() == [], "\(space.described(member))")
    #expect(bound.decisions == [])
    #expect(try parseSpace(text: bound.text) == bound)
  }
}

extension CompiledSpace {
  /// The exact count, in digits.
  var countOfMembers: String { "\(encodings)" }

  var decisionNames: [String] { space.decisions.map(\.name) }

  /// Members counted one by one, for spaces small enough.
  var enumeratedMembers: Int { space.allMembers(atMost: .max)?.count ?? 0 }

  /// What each decision hangs on: `a.kernel` under `a.wide = true and a.deep = 2`.
  var existences: [String: String] {
    let pairs = space.decisions.map { decision in
      let conditions = (decision.existence?.conditions ?? []).map { condition in
        let parent = space[condition.decision]
        return "\(parent.name) = \(condition.options.map { parent.options[$0].description }.joined(separator: ", "))"
      }
      return (decision.name, conditions.joined(separator: " and "))
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}

extension Space {
  /// Every way to decide what exists, in the order of decisions; nil where there are more than so many.
  func allMembers(atMost limit: Int) -> [Architecture]? {
    var members = [Architecture(choices: decisions.map { _ in nil })]
    for id in decisionIDs {
      members = members.flatMap { member -> [Architecture] in
        guard exists(id, in: member) else { return [member] }
        return self[id].options.indices.map { option in
          var next = member
          next[id] = option
          return next
        }
      }
      if members.count > limit { return nil }
    }
    return members
  }

  /// All members where there are no more than so many, else so many drawn with a fixed seed.
  func members(atMost limit: Int) -> [Architecture] {
    if let all = allMembers(atMost: limit) { return all }
    var random = SeededRandom(state: 11)
    return (0..<limit).map { _ in
      var member = Architecture(choices: decisions.map { _ in nil })
      for id in decisionIDs where exists(id, in: member) {
        member[id] = self[id].options.indices.randomElement(using: &random)
      }
      return member
    }
  }

  /// The member with these options, by the decision's name; the others take their first.
  func member(_ chosen: [String: String]) -> Architecture {
    var member = Architecture(choices: decisions.map { _ in nil })
    for id in decisionIDs where exists(id, in: member) {
      member[id] =
        chosen[self[id].name].flatMap { word in
          self[id].options.firstIndex { $0.description == word }
        } ?? 0
    }
    return member
  }

  func described(_ member: Architecture) -> String {
    decisionIDs.compactMap { id in value(of: id, in: member).map { "\(self[id].name): \($0)" } }.joined(separator: ", ")
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same on every machine.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
