import ArgumentParser
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// A network or two, and what of their surroundings is asked.
struct MoveOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Networks near this one, an architecture file: its neighbours, or with '--rate' its mutations.",
      valueName: "architecture"), completion: .file(extensions: ["yaml", "yml"]))
  var near: String?

  @Option(
    help: ArgumentHelp(
      "With '--near': how many decisions that both networks have are decided differently: 2, 1..3 or ..3. (default: 1)",
      valueName: "range"), transform: Distances.init(parsing:))
  var distance: Distances?

  @Option(
    help: ArgumentHelp(
      "With '--near': each decision changes with this probability, from 0 to 1, and at least one does.",
      valueName: "probability"), transform: parseProbability)
  var rate: Double?

  @Option(
    help: ArgumentHelp(
      "Give two parents: networks that decide each decision as one of them does, and are neither.",
      valueName: "architecture"), completion: .file(extensions: ["yaml", "yml"]))
  var cross: [String] = []

  var isAsked: Bool { near != nil || !cross.isEmpty }

  func validate() throws {
    guard near == nil || cross.isEmpty else {
      throw ValidationError("'--near' and '--cross' each say how to draw: use one")
    }
    guard near != nil || distance == nil && rate == nil else {
      throw ValidationError("'--distance' and '--rate' are from a network: add '--near'")
    }
    guard distance == nil || rate == nil else {
      throw ValidationError("'--distance' says how many decisions change, '--rate' how often each does: use one")
    }
    guard cross.isEmpty || cross.count == 2 else {
      throw ValidationError("'--cross' takes two parents, give it twice")
    }
  }

  /// Nil unless a rate is given.
  func mutations(in members: MemberSet, of compiled: CompiledSpace, _ file: String) throws -> Mutations? {
    guard let near, let rate else { return nil }
    let parent = try network(at: near, of: compiled, file)
    return try telling(in: compiled.space) { () throws(MoveError) in
      try NetworkWays(compiled.space, members).mutations(of: parent, rate: rate)
    }
  }

  /// The neighbours or the crossings.
  func reached(in members: MemberSet, of compiled: CompiledSpace, _ file: String) throws -> MoveSet {
    let parents = try (near.map { [$0] } ?? cross).map { try network(at: $0, of: compiled, file) }
    return try telling(in: compiled.space) { () throws(MoveError) in
      let ways = try NetworkWays(compiled.space, members)
      return parents.count == 1
        ? try ways.neighbours(of: parents[0], at: (distance ?? .next).range)
        : try ways.crossings(of: (parents[0], parents[1]))
    }
  }
}

/// - Throws: `ValidationError` unless the text is a number from 0 to 1.
func parseProbability(_ text: String) throws -> Double {
  guard let value = Double(text), (0...1).contains(value) else {
    throw ValidationError("'\(text)' is not a probability from 0 to 1")
  }
  return value
}
