import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct BandSamplerTests {
  @Test(arguments: 0..<30 as Range<UInt64>, [16, 200])
  func `the count interval holds the number of members in the band`(seed: UInt64, resolution: Int) throws {
    try compareWithEnumeration(SmallSpace.random(seed: seed), seed: seed, bands: 4, resolution: resolution)
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `bins as narrow as the costs count exactly`(seed: UInt64) throws {
    try compareWithEnumeration(SmallSpace.random(seed: seed), seed: seed, bands: 1, resolution: 1 << 22)
  }

  private func compareWithEnumeration(_ space: Space, seed: UInt64, bands: Int, resolution: Int) throws {
    let model = try CostModel(space)
    let costs = try enumerate(space).map { try cost(of: $0, in: space).macs }
    var random = SeededGenerator(seed: seed)
    for _ in 0..<bands {
      let (a, b) = (random.pick(costs) - random.pick(0...1), random.pick(costs) + random.pick(0...1))
      let band = min(a, b)...max(a, b)
      let inside = BigUInt(costs.count { band.contains($0) })
      do {
        let sampler = try BandSampler(model, band: band, resolution: resolution)
        #expect(sampler.countLower.value <= inside && inside <= sampler.countUpper.value)
        if resolution > costs.max()! { #expect(sampler.countLower == sampler.countUpper) }
        try expectDistinctMembers(of: sampler, in: space)
      } catch BandError.unresolved {
        #expect(resolution <= costs.max()!)
      } catch BandError.empty {
        #expect(inside == 0)
      }
    }
  }

  private func expectDistinctMembers(of sampler: BandSampler, in space: Space) throws {
    var seen: Set<Architecture> = []
    for index in 0..<Int(sampler.countLower.value) {
      let member = sampler.member(at: BigUInt(index))
      #expect(sampler.band.contains(try cost(of: member, in: space).macs))
      seen.insert(member)
    }
    #expect(BigUInt(seen.count) == sampler.countLower.value)
  }

  @Test func `draws are uniform over the band`() throws {
    let space = SmallSpace.random(seed: 11)
    let sorted = try enumerate(space).map { try cost(of: $0, in: space).macs }.sorted()
    let band = sorted[sorted.count / 4]...sorted[sorted.count * 3 / 4]
    let sampler = try BandSampler(CostModel(space), band: band, resolution: 1 << 20)
    #expect(sampler.countLower == sampler.countUpper)
    var random = SeededGenerator(seed: 2)
    var counts: [Architecture: Int] = [:]
    let members = Int(sampler.countLower.value)
    for _ in 0..<members * 20 { counts[sampler.draw(using: &random), default: 0] += 1 }
    let missing = [Int](repeating: 0, count: members - counts.count)
    #expect(abs(uniformityDeviate(Array(counts.values) + missing)) < 5)
  }

  @Test func `an empty band tells the reachable costs`() throws {
    let space = SmallSpace.random(seed: 4)
    let model = try CostModel(space)
    let range = model.range()
    let (least, greatest) = (range.least.cost, range.greatest.cost)
    for band in [0...least - 1, greatest + 1...greatest + 5] {
      #expect(throws: BandError.empty(band: band, least: least, greatest: greatest)) {
        try BandSampler(model, band: band)
      }
    }
    let all = try BandSampler(model, band: 0...Int.max, resolution: 4)
    #expect(all.countLower == all.countUpper)
    #expect(all.countLower == DecisionForest(space).encodings)
  }

  @Test func `a space of one network has one member in its band`() throws {
    let row = ReleasedNetworks.rows[0]
    let model = try CostModel(ReleasedNetworks.space(row))
    let sampler = try BandSampler(model, band: row.macs...row.macs)
    #expect(sampler.countLower == NetworkCount(1))
    #expect(sampler.member(at: 0) == Architecture(choices: []))
  }

  @Test func `counts that would not fit are refused before they are made`() throws {
    let model = try CostModel(BypassChain.space(layers: 10))
    let (least, greatest) = model.leastAndGreatest
    #expect(throws: BandError.self) { try BandSampler(model, band: least...greatest, memoryLimit: 1000) }
  }

  @Test func `a space of published size is drawn from within its budget`() throws {
    let space = MobileSpaces.fbnetV2F(splits: [0, 1], sharing: .perGroup)
    let model = try CostModel(space)
    let band = 95_000_000...100_000_000
    let sampler = try BandSampler(model, band: band, resolution: 300)
    #expect(sampler.countLower < sampler.countUpper)
    #expect(sampler.countUpper < DecisionForest(space).encodings)
    var random = SeededGenerator(seed: 9)
    for _ in 0..<20 {
      #expect(band.contains(try cost(of: sampler.draw(using: &random), in: space).macs))
    }
  }
}
