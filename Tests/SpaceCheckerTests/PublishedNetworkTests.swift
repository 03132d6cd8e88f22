import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// Networks with published costs, as members of the shipped spaces.
struct PublishedNetworkTests {
  struct Published: CustomTestStringConvertible, Sendable {
    /// Of the architecture file in docs/examples.
    let name: String
    let macs: Int
    let parameters: Int
    var testDescription: String { name }
  }

  /// Multiply-adds of convolutions and linear layers for one image; the sources are in the files.
  private static let published = [
    Published(name: "spos-323m", macs: 322_918_720, parameters: 3_558_464),
    Published(name: "spos-328m", macs: 327_857_920, parameters: 3_432_579),
    Published(name: "bn-nas-472m", macs: 471_822_240, parameters: 5_228_536),
    Published(name: "pi-nas-cls", macs: 5_332_293_584, parameters: 27_046_278),
  ]

  @Test(arguments: published)
  func `a published network has its published costs`(network: Published) throws {
    let file = "\(Repository.root)/docs/examples/\(network.name).yaml"
    let compiled = try #require(compileSpace(at: file).result)
    let found = try cost(of: Architecture(choices: []), in: compiled.space)
    #expect(found.macs == network.macs)
    #expect(found.parameters == network.parameters)
  }

  /// SPOS's further networks, by the release's numbers of candidates (`methods/spos.md`, section 3.1).
  @Test(arguments: [
    ("21012020202300003233", 322_918_720, 3_558_464), ("00311100202110202132", 318_729_024, 3_345_088),
    ("20203110010103122013", 317_023_040, 3_353_104),
  ])
  func `networks of SPOS by their numbers`(candidates: String, macs: Int, parameters: Int) throws {
    let space = try #require(Repository.compilation(of: "spos").result).space
    let found = try cost(of: Architecture(choices: candidates.map { $0.wholeNumberValue }), in: space)
    #expect((found.macs, found.parameters) == (macs, parameters))
  }

  /// One candidate in every block of Pi-NAS; number 1 is ResNeSt-50 (`methods/pi-nas.md`, section 4).
  @Test(arguments: zip(0..<4, [26_217_896, 27_483_240, 27_489_492, 26_943_792]))
  func `Pi-NAS with one candidate everywhere`(candidate: Int, parameters: Int) throws {
    let space = try #require(Repository.compilation(of: "pi-nas").result).space
    let architecture = Architecture(choices: [Int?](repeating: candidate, count: space.decisions.count))
    #expect(try cost(of: architecture, in: space).parameters == parameters)
  }
}
