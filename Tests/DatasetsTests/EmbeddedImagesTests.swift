import Testing

@testable import Datasets

struct EmbeddedImagesTests {
  @Test(arguments: [
    (EmbeddedImages.File.digits, "067c897c3866e1f112d70ccf18ba908a8bc1fbb9ec051530b8ad86070265d299"),
    (.fashionImages, "82f420e6572d3f25acd8fd5df68183fbaa49d26994a356ab347d0a22029df34a"),
    (.fashionLabels, "ac62a89f596bf41b276cea9827842697f84b9c1c7f5f4924fe7b198434bf20b8"),
  ])
  func `files are those of the data README`(file: EmbeddedImages.File, sum: String) throws {
    #expect(sha256(try EmbeddedImages.unpacked(file).bytes) == sum)
  }

  @Test func `digits have the published counts and sum`() throws {
    let splits = try DatasetSource.digits.load()
    let parts = [splits.train, splits.validation, splits.test]
    #expect(parts.map(\.count) == [600, 600, 597])
    #expect(parts.map { $0.pixels.reduce(0) { $0 + Int($1) } }.reduce(0, +) == 561_718)
    let counts = (0..<10).map { label in parts.map { $0.classCounts[label] }.reduce(0, +) }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    #expect(parts.allSatisfy { $0.shape == PixelShape(channels: 1, height: 8, width: 8) })
    #expect(splits.test.provenance.contains("CC BY 4.0"))
  }

  @Test func `digits are spread evenly over the parts`() throws {
    let splits = try DatasetSource.digits.load()
    for label in 0..<10 {
      let counts = [splits.train, splits.validation, splits.test].map { $0.classCounts[label] }
      #expect(counts.max()! - counts.min()! <= 4)
    }
  }

  // The split is part of every figure, so it is pinned down to the bit. A script with its own deal gives these sums.
  @Test func `the split of the digits is the recorded one`() throws {
    let splits = try DatasetSource.digits.load(SplitOptions(seed: 77))
    #expect(
      sha256(splits.train.labels + splits.train.pixels)
        == "f81b34bce5aa05d375f8f8d8419628d9c3bb334c0e7b4cb2e84d19a80646cedb")
    #expect(
      sha256(splits.test.labels + splits.test.pixels)
        == "bae7c3a6627415b42c5ff272336853f8891d63d4941a3e4d160c2a0b44adc9ab")
  }

  @Test func `the Fashion-MNIST subset is balanced`() throws {
    let splits = try DatasetSource.fashionMini.load()
    for part in [splits.train, splits.validation, splits.test] {
      #expect(part.classCounts == Array(repeating: 200, count: 10))
      #expect(part.shape == PixelShape(channels: 1, height: 28, width: 28))
    }
    #expect(splits.trainAndValidation.classCounts == Array(repeating: 400, count: 10))
    #expect(splits.train.provenance.contains("MIT licence, Copyright 2017 Zalando SE"))
  }

  @Test(arguments: [DatasetSource.digits, .fashionMini])
  func `no image is in two parts`(source: DatasetSource) throws {
    let splits = try source.load()
    let parts = [splits.train, splits.validation, splits.test].map(images)
    #expect(Set(parts.flatMap { $0 }).count == parts.map(\.count).reduce(0, +))
  }

  @Test(arguments: [DatasetSource.digits, .fashionMini])
  func `a limit keeps a stratified part of each part`(source: DatasetSource) throws {
    let whole = try source.load()
    let limited = try source.load(SplitOptions(seed: 3, limit: 50))
    for (small, large) in [(limited.train, whole.train), (limited.test, whole.test)] {
      #expect(small.count == 50)
      #expect(small.classCounts.allSatisfy { (3...7).contains($0) })
      #expect(Set(images(of: small)).isSubset(of: images(of: large)))
    }
    let again = try source.load(SplitOptions(seed: 3, limit: 50))
    #expect(again.train.pixels == limited.train.pixels)
    let other = try source.load(SplitOptions(seed: 4, limit: 50))
    #expect(other.train.pixels != limited.train.pixels)
  }

  @Test func `a limit above the size changes nothing`() throws {
    let splits = try DatasetSource.digits.load(SplitOptions(limit: 5_000))
    #expect([splits.train, splits.validation, splits.test].map(\.count) == [600, 600, 597])
  }

  @Test func `a limit below one image a class is refused`() {
    #expect(throws: DatasetError.limitTooSmall(limit: 9, classes: 10)) {
      try DatasetSource.digits.load(SplitOptions(limit: 9))
    }
  }
}
