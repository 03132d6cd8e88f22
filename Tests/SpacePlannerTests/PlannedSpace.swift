import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

/// A shipped space with its plan, made once for all tests.
struct PlannedSpace: Sendable, CustomTestStringConvertible {
  let name: String
  let compiled: CompiledSpace
  let plan: SupernetPlan

  var testDescription: String { name }
  var space: Space { compiled.space }

  init(_ name: String) throws {
    self.name = name
    compiled = try #require(Repository.compilation(of: name).result)
    plan = try SupernetPlan(for: compiled.space)
  }

  private static let planned = Result { try Repository.lowered.map { try PlannedSpace($0) } }

  /// Every shipped space that the planner lowers, at its default input.
  static func all() throws -> [PlannedSpace] { try planned.get() }

  /// The spaces of FP-NAS: blocks of one kind, whose kernels and splits have weights of their own.
  static func fpNAS() throws -> [PlannedSpace] { try all().filter(\.isFPNAS) }

  var isFPNAS: Bool { Repository.fpNAS.contains(name) }

  static func named(_ name: String) throws -> PlannedSpace {
    try #require(try all().first { $0.name == name })
  }

  /// Members drawn with a fixed seed, every decision uniform: so many of a space of FP-NAS, and two of another, whose
  /// programs are up to a hundred times as long.
  func members(_ count: Int, seed: UInt64 = 5) throws -> [Architecture] {
    var random = SeededNumbers(state: seed)
    guard isFPNAS else {
      let members = try compiled.members.get()
      return (0..<min(count, 2)).map { _ in members.draw(.decisions, using: &random) }
    }
    let sampler = UniformSampler(space, measure: .decisions)
    return (0..<count).map { _ in sampler.draw(using: &random) }
  }

  /// The value of a layer's parameter in an architecture; nil where the layer does not decide it.
  func value(of parameter: String, in layer: LayerID, _ architecture: Architecture) -> Int? {
    space.layers[layer.index].decisions.first { space[$0].parameter == parameter }
      .flatMap { space.value(of: $0, in: architecture)?.integer }
  }

  /// The layers that are not bypassed.
  func runningLayers(of architecture: Architecture) -> [LayerID] {
    space.layers.indices.map(LayerID.init(index:)).filter { (value(of: "kernel", in: $0, architecture) ?? 0) != 0 }
  }

  /// The architecture with another option for every decision of a parameter.
  func changing(_ parameter: String, of architecture: Architecture, to option: Int) -> Architecture {
    var result = architecture
    for id in space.decisionIDs where space[id].parameter == parameter { result[id] = option }
    return result
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers in every run.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
