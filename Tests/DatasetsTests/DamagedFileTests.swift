import Testing

@testable import Datasets

/// Bytes of any kind lead to a set of images or to a `DatasetError`, never to a trap.
struct DamagedFileTests {
  private static let shape = PixelShape(channels: 1, height: 4, width: 3)
  private static let idxImages = Samples.bigEndian(2051, 20, 4, 3) + Samples.pixels(240, seed: 1)
  private static let idxLabels = Samples.idxLabels(20)

  private func readIDX(_ images: [UInt8], _ labels: [UInt8]) throws -> LabelledPixels {
    let files = IDXFiles(
      images: try FileBytes(path: "images", content: images), labels: try FileBytes(path: "labels", content: labels))
    return try files.read(shape: Self.shape, classes: 10)
  }

  @Test func `every cut of a pair of IDX files is refused`() throws {
    let (images, labels) = (Self.idxImages, Self.idxLabels)
    #expect(try readIDX(images, labels).count == 20)
    for count in images.indices {
      #expect(throws: DatasetError.self) { try readIDX(Array(images.prefix(count)), labels) }
    }
    for count in labels.indices {
      #expect(throws: DatasetError.self) { try readIDX(images, Array(labels.prefix(count))) }
    }
    #expect(throws: DatasetError.self) { try readIDX(images + [0], labels) }
  }

  @Test func `every cut of a gzip file is refused`() throws {
    let packed = Samples.gzip(Self.idxImages)
    for count in packed.indices {
      #expect(throws: DatasetError.self) { try readIDX(Array(packed.prefix(count)), Self.idxLabels) }
    }
  }

  @Test func `several gzip members are one file and other bytes behind are damage`() throws {
    let halves = Samples.gzip(Array(Self.idxImages.prefix(99))) + Samples.gzip(Array(Self.idxImages.dropFirst(99)))
    #expect(try FileBytes(path: "file", content: halves).bytes == Self.idxImages)
    #expect(
      throws: DatasetError.damagedGzip(path: "file", reason: "other bytes follow its end at byte \(halves.count)")
    ) {
      try FileBytes(path: "file", content: halves + [7])
    }
  }

  @Test func `more bytes than the limit are refused`() {
    #expect(throws: DatasetError.tooLarge(path: "file", limit: 100)) {
      try Gzip.unpack(Samples.gzip(Self.idxImages), path: "file", limit: 100)
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `damaged bytes never trap`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func damaged(_ bytes: [UInt8], within range: Int) -> [UInt8] {
      var copy = bytes
      for _ in 0...random.below(4) { copy[random.below(min(range, copy.count))] = UInt8(random.below(256)) }
      return copy
    }
    let digits = Array((DigitsTable.header + "\n" + Array(repeating: "3", count: 65).joined(separator: ",")).utf8)
    let attempts: [() throws -> Void] = [
      { _ = try readIDX(damaged(Self.idxImages, within: 16), Self.idxLabels) },
      { _ = try readIDX(damaged(Samples.gzip(Self.idxImages), within: 300), Self.idxLabels) },
      { _ = try readIDX(Self.idxImages, damaged(Self.idxLabels, within: 28)) },
      {
        _ = try CIFAR10Folder.read([FileBytes(path: "b", content: damaged(Samples.cifarBatch(20, seed: 1), within: 3))])
      },
      { _ = try DigitsTable(file: FileBytes(path: "d", content: damaged(digits, within: 1_000))).read() },
    ]
    for attempt in attempts {
      do { try attempt() } catch { #expect(error is DatasetError) }
    }
  }

  @Test(arguments: [
    ("", "the file 'd' must have the header 'p00,p01,...,p77,label' in line 1, but has ''"),
    ("1,2,3", "the file 'd' must have 65 numbers in line 2, but has '1,2,3'"),
    ("1,,3", "the file 'd' must have 65 numbers in line 2, but has '1,,3'"),
    ("1,-2", "the file 'd' must have 65 numbers in line 2, but has '1,-2'"),
    ("300", "the file 'd' must have 65 numbers in line 2, but has '300'"),
  ])
  func `a wrong line of the digits is shown`(line: String, message: String) throws {
    let text = line.isEmpty ? "" : DigitsTable.header + "\n" + line + "\n"
    let file = try FileBytes(path: "d", content: Array(text.utf8))
    let error = #expect(throws: DatasetError.self) { try DigitsTable(file: file).read() }
    #expect(error?.message == message)
  }

  @Test func `a digit's pixel above 16 is refused`() throws {
    let line = Array(repeating: "17", count: 64).joined(separator: ",") + ",1"
    let file = try FileBytes(path: "d", content: Array((DigitsTable.header + "\n" + line).utf8))
    let error = #expect(throws: DatasetError.self) { try DigitsTable(file: file).read() }
    let found = "17,17,17,17,17,17,17,17,17,17,17,17,17,1..."
    #expect(error?.message == "the file 'd' must have pixels from 0 to 16 in line 2, but has '\(found)'")
  }

  @Test func `a folder in a file's place is unreadable`() throws {
    let folder = try TemporaryFolder()
    withExtendedLifetime(folder) {
      _ = #expect(throws: DatasetError.self) { try FileBytes(reading: folder.path) }
    }
  }
}
