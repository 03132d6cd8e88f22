import SpaceCompiler
import SpacePlanner
import TestSupport
import Testing

/// D5 of fbnetv2.md, section 8: memory of a step against the number of widths to choose from.
@Suite struct MixtureMemoryTests {
  /// Bytes of a training step's values, with so many widths up to 64 for each of four layers.
  private func arena(widths: Int, sharing: String) throws -> Int {
    let options = (1...widths).map { String(64 * $0 / widths) }.joined(separator: ", ")
    let layers = (1...4).map {
      "  - {name: l\($0), op: conv_bn_act, channels: {choose: [\(options)]}, kernel: 3}"
    }
    let text = """
      espalier: 1
      space: widths
      use: [spaces/blocks/mobile.yaml]
      input: {channels: 3, height: 16, width: 16}
      output: {classes: 10}
      network:
      \(layers.joined(separator: "\n"))
        - {name: head, op: classifier, width: 64}
      hints: {distribution: factorised, share: {channels: \(sharing)}}
      """
    let space = try #require(Repository.compilation(ofText: text).result).space
    let mixture = try Mixture(SupernetPlan(for: space))
    return try mixture.bind(BindingOptions(batch: 16, pass: .forwardAndBackward)).arenaBytes
  }

  @Test func `masked widths take the memory of one`() throws {
    let bytes = try [2, 4, 8].map { try arena(widths: $0, sharing: "mask") }
    #expect(Double(bytes.max() ?? 0) < 1.05 * Double(bytes.min() ?? 0))
  }

  /// Each branch is as wide as its option, so that n branches hold (n + 1) / 2 times the widest: from 4 to 8 branches
  /// twice as much comes on top as from 2 to 4.
  @Test func `separate branches take memory for each`() throws {
    let bytes = try [2, 4, 8].map { Double(try arena(widths: $0, sharing: "separate")) }
    #expect(bytes[2] / bytes[0] > 1.6)
    let growth = (bytes[2] - bytes[1]) / (bytes[1] - bytes[0])
    #expect(growth > 1.7 && growth < 2.3)
  }
}
