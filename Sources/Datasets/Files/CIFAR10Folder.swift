/// CIFAR-10 in its binary version: any number of `data_batch_<number>.bin`, and `test_batch.bin`.
///
/// A record is one label byte, then 1,024 red, 1,024 green and 1,024 blue bytes, each plane row by row. Source:
/// A. Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images", and the data set's page.
struct CIFAR10Folder {
  let path: String

  static let shape = PixelShape(channels: 3, height: 32, width: 32)
  static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
  static let recordLength = 1 + shape.valueCount

  /// CRC-32 of the files of a copy whose pixels went through JPEG. Its figures are not those of CIFAR-10, so it is
  /// recognised even when its README was left behind.
  static let jpegChecksums: Set<UInt32> = [0xce33_7b38, 0x1b42_f23c, 0x4e54_bbdf]

  /// - Throws: `DatasetError`.
  func load(_ options: SplitOptions) throws -> DatasetSplits {
    let folder = try Folder(path: path)
    let batches = try trainingNames(in: folder).map { try folder.read(anyOf: [$0]) }
    let test = try folder.read(anyOf: ["test_batch.bin"])
    let training = try Self.read(batches)
    let pixels = try pixelKind(of: batches + [test], in: folder)
    return try options.halve(
      training, test: Self.read([test]), identity: pixels.identity(batches: batches.count), shape: Self.shape)
  }

  /// The training files in the order of their numbers.
  private func trainingNames(in folder: Folder) throws -> [String] {
    let numbers = folder.names.compactMap { Self.batchNumber(of: $0, suffix: ".bin") }
    guard !numbers.isEmpty else {
      let packed = folder.names.first { Self.batchNumber(of: $0, suffix: ".bin.xz") != nil }
      throw DatasetError.noTrainingBatch(folder: path, packed: packed.map(folder.path(of:)))
    }
    return numbers.sorted().map { "data_batch_\($0).bin" }
  }

  private static func batchNumber(of name: String, suffix: String) -> Int? {
    guard name.hasPrefix("data_batch_"), name.hasSuffix(suffix) else { return nil }
    let digits = name.dropFirst("data_batch_".count).dropLast(suffix.count)
    // A number that prints as it was read: "01" or "+1" would name another file.
    return Int(digits).flatMap { $0 >= 0 && String($0) == digits ? $0 : nil }
  }

  /// Which pixels a copy has.
  enum Pixels {
    case asPublished
    case jpeg

    func identity(batches: Int) -> DatasetIdentity {
      let split = "\(batches) of 5 training files in two halves by seed, the test part as published"
      let source = "CIFAR-10, A. Krizhevsky 2009, no formal licence"
      switch self {
      case .asPublished:
        return DatasetIdentity(name: "CIFAR-10", provenance: "\(source); \(split)", classNames: classNames)
      case .jpeg:
        return DatasetIdentity(
          name: "CIFAR-10 (JPEG q75)",
          provenance: "\(source); pixels from a JPEG copy, not comparable with CIFAR-10 figures; \(split)",
          classNames: classNames)
      }
    }
  }

  /// JPEG if a file is one of the known copy's, or if the folder's README speaks of JPEG.
  private func pixelKind(of files: [FileBytes], in folder: Folder) throws -> Pixels {
    if files.contains(where: { Self.jpegChecksums.contains(Gzip.checksum($0.bytes)) }) { return .jpeg }
    guard folder.names.contains("README.md") else { return .asPublished }
    let text = String(decoding: try folder.read(anyOf: ["README.md"]).bytes, as: UTF8.self)
    return text.lowercased().contains("jpeg") ? .jpeg : .asPublished
  }

  /// All records of `files`, planes turned into [height, width, channels].
  static func read(_ files: [FileBytes]) throws -> LabelledPixels {
    var images = LabelledPixels(pixels: [], labels: [])
    for file in files {
      try check(file)
      let count = file.bytes.count / recordLength
      let labels = (0..<count).map { file.bytes[$0 * recordLength] }
      if let wrong = labels.firstIndex(where: { $0 >= classNames.count }) {
        throw DatasetError.labelOutOfRange(
          path: file.path, image: wrong, label: labels[wrong], classes: classNames.count)
      }
      images.labels += labels
      images.pixels += interleaved(file.bytes, count: count)
    }
    return images
  }

  private static func check(_ file: FileBytes) throws {
    guard file.bytes.count.isMultiple(of: recordLength) else {
      throw DatasetError.partialRecord(path: file.path, bytes: file.bytes.count, record: recordLength)
    }
    let count = file.bytes.count / recordLength
    guard count >= 2 * classNames.count else {
      throw DatasetError.tooFewImages(path: file.path, expected: 2 * classNames.count, found: count)
    }
  }

  private static func interleaved(_ records: [UInt8], count: Int) -> [UInt8] {
    let plane = shape.height * shape.width
    return [UInt8](unsafeUninitializedCapacity: count * shape.valueCount) { output, initialised in
      records.withUnsafeBufferPointer { records in
        for image in 0..<count {
          let red = image &* recordLength &+ 1
          let target = image &* shape.valueCount
          for position in 0..<plane {
            output[target &+ 3 &* position] = records[red &+ position]
            output[target &+ 3 &* position &+ 1] = records[red &+ plane &+ position]
            output[target &+ 3 &* position &+ 2] = records[red &+ 2 &* plane &+ position]
          }
        }
      }
      initialised = count * shape.valueCount
    }
  }
}
