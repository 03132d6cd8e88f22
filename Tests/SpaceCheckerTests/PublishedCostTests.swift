import BigInt
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// What papers and their code say about the costs of all networks of a space, through the compiler.
struct PublishedCostTests {
  /// Single Path One-Shot (arXiv 1904.00420): 330 M is the limit of the paper; counts by an independent program.
  @Test func `the networks of SPOS within its limit are counted to the last one`() throws {
    let space = try #require(Repository.compilation(of: "spos").result).space
    let spectrum = try CostSpectrum(space)
    #expect(spectrum.isExact)
    #expect(spectrum.least == CostInterval(least: 270_359_360, greatest: 270_359_360))
    #expect(spectrum.greatest == CostInterval(least: 398_609_216, greatest: 398_609_216))
    let within = spectrum.count(in: 0...330_000_000)
    #expect(within == CountInterval(647_824_128_008, 647_824_128_008))
    #expect(spectrum.count == CountInterval(1_099_511_627_776, 1_099_511_627_776))
    #expect(Int(within.least.value * 100_000 / spectrum.count.least.value) == 58_919)
    let budgeted = try CostSpectrum(space, budgets: [Budget(.macs, greatest: 330_000_000)])
    #expect(budgeted.isExact && budgeted.count == within)
    // Shares of ten million wide bins from 290 million on, in thousandths of a percent.
    let shares = (29..<36).map { bin in
      let count = spectrum.count(in: bin * 10_000_000...(bin + 1) * 10_000_000 - 1).least.value
      return Int((count * 1_000_000 / spectrum.count.least.value + 5) / 10)
    }
    #expect(shares == [1_087, 6_440, 19_500, 31_814, 27_157, 11_452, 2_266])
  }
}
