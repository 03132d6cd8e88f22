import Diagnostics
import Exporters
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// The text of an architecture reads back as the space bound to it.
struct ArchitectureRoundTripTests {
  @Test(arguments: Repository.spaces)
  func `an architecture of a shipped space reads back`(name: String) throws {
    let compiled = try #require(Repository.compilation(of: name).result)
    let path = "\(Repository.root)/spaces/\(name).yaml"
    for architecture in try draws(Repository.fpNAS.contains(name) ? 20 : 2, from: compiled.space) {
      try expectRoundTrip(of: architecture, in: compiled.space, at: path, reader: MemoryReader(files: [:]))
    }
  }

  /// Layers that can be left out, a searched depth, fractions, words of which some look like other things, booleans.
  private static let awkward = """
    espalier: 1
    space: awkward
    input: [{channels: 3, height: 8, width: 8}, {channels: 1, height: 4, width: 4}]
    output: {classes: 10}
    blocks:
      unit:
        parameters:
          channels: int
          width: rational
          function: word
        body:
          - {op: conv, channels: "floor(channels * width)", kernel: 3}
          - batch_norm
          - {op: activation, function: function}
    network:
      - {name: stem, op: conv, channels: {choose: [8, 16]}, kernel: 3}
      - stage: s1
        layers: {choose: [1, 2, 3]}
        decide: each
        layer:
          op: unit
          channels: 8
          width: {choose: {from: 0.75, to: 1.5, step: 0.25}}
          function: {choose: [relu, swish]}
      - stage: s2
        layers: 2
        decide: each
        layer: {op: unit, channels: 8, width: {choose: [0.5, 1.25]}, function: relu, or: bypass}
      - {name: pool, op: global_pool}
      - {name: head, op: linear, features: 10}
    """

  @Test(arguments: [nil, ImageShape(channels: 1, height: 4, width: 4)])
  func `bypasses, depths, fractions and words read back`(input: ImageShape?) throws {
    let reader = MemoryReader(files: ["space/awkward.yaml": Self.awkward])
    let compilation = compileSpace(at: "space/awkward.yaml", input: input, reader: reader)
    #expect(compilation.diagnostics.map(\.message) == [])
    let space = try #require(compilation.result?.space)
    let types = Set(space.decisions.flatMap { $0.options.map(\.type) })
    #expect(types == [.integer, .rational, .word])
    #expect(space.decisions.contains { $0.existence != nil })
    for architecture in try draws(60, from: space) {
      try expectRoundTrip(of: architecture, in: space, at: "space/awkward.yaml", reader: reader)
    }
  }

  @Test func `a question about another input shape is answered for it`() throws {
    let space = try #require(
      compileSpace(at: "space/awkward.yaml", reader: MemoryReader(files: ["space/awkward.yaml": Self.awkward])).result)
    let architecture = try #require(draws(1, from: space.space).first)
    let text = written(architecture, of: space.space, at: "space/awkward.yaml")
    let reader = MemoryReader(files: ["space/awkward.yaml": Self.awkward, "architecture.yaml": text])
    let asked = ImageShape(channels: 1, height: 4, width: 4)
    let compilation = compileSpace(at: "architecture.yaml", input: asked, reader: reader)
    #expect(compilation.diagnostics.map(\.message) == [])
    #expect(compilation.result?.space.input == asked)
    #expect(compilation.result?.inputs.count == 2)
  }

  private func draws(_ count: Int, from space: Space) throws -> [Architecture] {
    let members = try MemberDiagram(space)
    var generator = CountingGenerator()
    return (0..<count).map { _ in members.draw(.decisions, using: &generator) }
  }

  private func written(_ architecture: Architecture, of space: Space, at path: String) -> String {
    architectureFile(
      architecture, of: space, spaceFile: path, spaceHash: hash(of: space), comment: ["Written by a test."])
  }

  private func expectRoundTrip(
    of architecture: Architecture, in space: Space, at path: String, reader: MemoryReader
  ) throws {
    var reader = reader
    reader.files["architecture.yaml"] = written(architecture, of: space, at: path)
    let compilation = compileSpace(at: "architecture.yaml", reader: reader)
    #expect(compilation.diagnostics.map(\.message) == [])
    let result = try #require(compilation.result)
    #expect(result.architecture == architecture)
    #expect(result.space == (try space.bound(to: architecture)))
    #expect(result.space.verify() == [])
    #expect("\(result.encodings)" == "1")
  }
}

/// Files in memory, and those on disk by their absolute path.
struct MemoryReader: SourceReader {
  var files: [String: String]

  func bytes(of path: String) throws(SourceReadError) -> [UInt8] {
    if let text = files[path] { return Array(text.utf8) }
    return try DiskReader().bytes(of: path)
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014) from a fixed seed.
private struct CountingGenerator: RandomNumberGenerator {
  private var state: UInt64 = 7

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
