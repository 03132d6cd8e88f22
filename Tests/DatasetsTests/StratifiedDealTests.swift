import Testing

@testable import Datasets

struct StratifiedDealTests {
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `parts have their sizes, cover all and keep proportions`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let labels = (0..<1 + random.below(400)).map { _ in UInt8(random.below(1 + random.below(12))) }
    let first = random.below(labels.count + 1)
    let second = random.below(labels.count - first + 1)
    let sizes = [first, second, labels.count - first - second]

    let parts = StratifiedDeal(labels: labels, sizes: sizes, seed: seed).parts

    #expect(parts.map(\.count) == sizes)
    #expect(parts.flatMap { $0 }.sorted() == Array(labels.indices))
    for label in Set(labels) {
      let total = labels.count { $0 == label }
      for (part, size) in zip(parts, sizes) {
        let share = Double(total * size) / Double(labels.count)
        #expect(abs(Double(part.count { labels[$0] == label }) - share) < 3)
      }
    }
  }

  @Test func `whole shares come out exactly`() {
    let labels = (0..<6000).map { UInt8($0 % 10) }
    let parts = StratifiedDeal(labels: labels, sizes: [1000, 500, 4500], seed: 3).parts
    for (part, perClass) in zip(parts, [100, 50, 450]) {
      #expect((0..<10).allSatisfy { label in part.count { labels[$0] == label } == perClass })
    }
  }

  @Test func `one seed gives one deal and another seed another`() {
    let labels = (0..<200).map { UInt8($0 % 10) }
    let deals = [1, 1, 2].map { StratifiedDeal(labels: labels, sizes: [100, 100], seed: $0).parts }
    #expect(deals[0] == deals[1])
    #expect(deals[0] != deals[2])
  }
}
