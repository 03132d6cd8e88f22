import CEmbeddedImages

/// The two data sets that lie in the executable. `Sources/CEmbeddedImages/data/README.md` has their origin.
enum EmbeddedImages {
  /// The seed of the deal of the digits, recorded in that README: the year of the data set.
  static let digitsSeed: UInt64 = 1998
  /// Images of the three parts of the digits.
  static let digitsParts = [600, 600, 597]
  /// Images of each of the three parts of the subset of Fashion-MNIST.
  static let fashionPart = 2_000

  /// 1,797 handwritten digits in 600 / 600 / 597 images, drawn at random and not by position.
  static func digits(_ options: SplitOptions) throws -> DatasetSplits {
    let all = try DigitsTable(file: unpacked(.digits)).read()
    let deal = StratifiedDeal(labels: all.labels, sizes: digitsParts, seed: digitsSeed)
    let parts = deal.parts.map { all.selecting($0, valueCount: DigitsTable.shape.valueCount) }
    return try options.cut(
      train: parts[0], validation: parts[1], test: parts[2], identity: digitsIdentity, shape: DigitsTable.shape)
  }

  /// 6,000 images of Fashion-MNIST in three equal parts; every class has 200 images in each.
  static func fashionMini(_ options: SplitOptions) throws -> DatasetSplits {
    let files = try IDXFiles(images: unpacked(.fashionImages), labels: unpacked(.fashionLabels))
    let all = try files.read(shape: FashionMNIST.shape, classes: FashionMNIST.classNames.count)
    guard all.count == 3 * fashionPart else {
      throw DatasetError.tooFewImages(path: files.images.path, expected: 3 * fashionPart, found: all.count)
    }
    let parts = (0..<3).map {
      all.selecting(Array($0 * fashionPart..<($0 + 1) * fashionPart), valueCount: FashionMNIST.shape.valueCount)
    }
    return try options.cut(
      train: parts[0], validation: parts[1], test: parts[2], identity: fashionMiniIdentity, shape: FashionMNIST.shape)
  }

  private static let digitsIdentity = DatasetIdentity(
    name: "digits 8x8",
    provenance: "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning Repository "
      + "(1998), CC BY 4.0; 600/600/597 images by a fixed random split",
    classNames: DigitsTable.classNames)

  private static let fashionMiniIdentity = DatasetIdentity(
    name: "Fashion-MNIST subset (2000/2000/2000)",
    provenance: "\(FashionMNIST.licence); a fixed balanced subset, not comparable with figures of the full data set",
    classNames: FashionMNIST.classNames)

  /// The files, named as in the folder they were compiled from.
  enum File: String {
    case digits = "digits.csv.gz"
    case fashionImages = "fashion-mini-images-idx3-ubyte.gz"
    case fashionLabels = "fashion-mini-labels-idx1-ubyte.gz"

    fileprivate var embedded: EmbeddedFile {
      switch self {
      case .digits: embedded_digits()
      case .fashionImages: embedded_fashion_mini_images()
      case .fashionLabels: embedded_fashion_mini_labels()
      }
    }
  }

  static func unpacked(_ file: File) throws -> FileBytes {
    let content = Array(UnsafeBufferPointer(start: file.embedded.bytes, count: file.embedded.count))
    return try FileBytes(path: "\(file.rawValue) (built in)", content: content)
  }
}
