/// What the full data set and the embedded subset have in common.
enum FashionMNIST {
  static let shape = PixelShape(channels: 1, height: 28, width: 28)
  static let classNames = [
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
  ]
  static let licence = "Fashion-MNIST, MIT licence, Copyright 2017 Zalando SE"
}

/// The four IDX files of Fashion-MNIST, plain or gzip.
struct FashionMNISTFolder {
  let path: String

  /// CRC-32 of the original four files, unpacked: other data sets come in the same format, and a report must not give
  /// them this name. Order: training images and labels, test images and labels.
  static let originalChecksums: [UInt32] = [0xb4f2_9f28, 0x741a_4657, 0x678f_e0b1, 0x8014_2c1f]

  /// - Throws: `DatasetError`.
  func load(_ options: SplitOptions) throws -> DatasetSplits {
    let folder = try Folder(path: path)
    let training = try pair("train", in: folder)
    let test = try pair("t10k", in: folder)
    let parts = try [training, test].map(read)
    let files = [training.images, training.labels, test.images, test.labels]
    let isOriginal = files.map { Gzip.checksum($0.bytes) } == Self.originalChecksums
    return try options.halve(
      parts[0], test: parts[1], identity: Self.identity(isOriginal: isOriginal), shape: FashionMNIST.shape)
  }

  static func identity(isOriginal: Bool) -> DatasetIdentity {
    let split = "the training part in two halves by seed, the test part as published"
    return DatasetIdentity(
      name: isOriginal ? "Fashion-MNIST" : "images in the format of Fashion-MNIST",
      provenance: isOriginal
        ? "\(FashionMNIST.licence); \(split)" : "files that differ from the published ones; \(split)",
      classNames: FashionMNIST.classNames)
  }

  private func pair(_ prefix: String, in folder: Folder) throws -> IDXFiles {
    // Some unpackers write a point where the published name has a dash.
    func names(_ kind: String, _ dimensions: Int) -> [String] {
      ["-", "."].map { "\(prefix)-\(kind)\($0)idx\(dimensions)-ubyte" }.flatMap { [$0, $0 + ".gz"] }
    }
    return IDXFiles(
      images: try folder.read(anyOf: names("images", 3)), labels: try folder.read(anyOf: names("labels", 1)))
  }

  private func read(_ files: IDXFiles) throws -> LabelledPixels {
    let classes = FashionMNIST.classNames.count
    let images = try files.read(shape: FashionMNIST.shape, classes: classes)
    guard images.count >= 2 * classes else {
      throw DatasetError.tooFewImages(path: files.images.path, expected: 2 * classes, found: images.count)
    }
    return images
  }
}
