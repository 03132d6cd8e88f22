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
      compilation.diagnostics == [],
      "\(renderText(compilation.diagnostics, sources: compilation.sources, colours: false))")
    let result = try #require(compilation.result)
    try expectSound(result.space)
    return result
  }
}

/// The verifier finds nothing, and the text form reads back as the same space.
func expectSound(_ space: Space) throws {
  #expect(space.verify() == [])
  #expect(try parseSpace(text: space.text) == space)
}

extension CompiledSpace {
  /// The exact count, in digits.
  var countOfMembers: String { "\(encodings)" }

  var decisionNames: [String] { space.decisions.map(\.name) }

  /// Members counted one by one, for spaces small enough: every way to decide what exists, in the order of decisions.
  var enumeratedMembers: Int {
    var members = [Architecture(choices: space.decisions.map { _ in nil })]
    for id in space.decisionIDs {
      members = members.flatMap { member -> [Architecture] in
        guard space.exists(id, in: member) else { return [member] }
        return space[id].options.indices.map { option in
          var next = member
          next[id] = option
          return next
        }
      }
    }
    return members.count
  }
}
