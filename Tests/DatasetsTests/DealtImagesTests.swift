import Testing

@testable import Datasets

/// Training and validation images dealt anew.
@Suite struct DealtImagesTests {
  @Test func `every image is in one part, and classes keep their proportions`() throws {
    let splits = try DatasetSource.digits.load(SplitOptions(seed: 0))
    let dealt = splits.dealt(share: 0.8)
    let whole = splits.trainAndValidation
    #expect(dealt.weights.count == 960 && dealt.architectures.count == 240 && whole.count == 1200)
    for (all, part) in zip(whole.classCounts, dealt.weights.classCounts) {
      #expect(abs(Double(part) - 0.8 * Double(all)) < 2)
    }
    let size = whole.shape.valueCount
    func images(_ set: ImageSet) -> [[UInt8]] {
      (0..<set.count).map { Array(set.pixels[$0 * size..<($0 + 1) * size]) + [set.labels[$0]] }
        .sorted { $0.lexicographicallyPrecedes($1) }
    }
    #expect(images(dealt.weights.joined(with: dealt.architectures)) == images(whole))
    #expect(splits.dealt(share: 0.8).weights.pixels == dealt.weights.pixels)
  }
}
