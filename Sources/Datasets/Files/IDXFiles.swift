/// A pair of IDX files: images and their labels.
///
/// Format (big-endian): images are the magic number 2051, then count, rows, columns, then one byte a pixel; labels are
/// the magic number 2049, then count, then one byte a label. Source: the README of `zalandoresearch/fashion-mnist`.
struct IDXFiles {
  let images: FileBytes
  let labels: FileBytes

  private static let imageMagic: UInt32 = 2051
  private static let labelMagic: UInt32 = 2049
  private static let imageHeader = 16
  private static let labelHeader = 8

  /// Checks both files whole before any pixel is used.
  ///
  /// - Parameters:
  ///   - shape: The size of image to insist on; one channel.
  ///   - classes: Labels must be below it.
  /// - Returns: All images, pixels of shape [images, rows, columns, 1].
  /// - Throws: `DatasetError` that names the file.
  func read(shape: PixelShape, classes: Int) throws -> LabelledPixels {
    let imageCount = try checkImages(shape)
    let labelCount = try checkLabels()
    guard imageCount == labelCount else {
      throw DatasetError.countsDiffer(
        images: images.path, imageCount: imageCount, labels: labels.path, labelCount: labelCount)
    }
    let values = Array(labels.bytes[Self.labelHeader...])
    if let wrong = values.firstIndex(where: { $0 >= classes }) {
      throw DatasetError.labelOutOfRange(path: labels.path, image: wrong, label: values[wrong], classes: classes)
    }
    return LabelledPixels(pixels: Array(images.bytes[Self.imageHeader...]), labels: values)
  }

  private func checkImages(_ shape: PixelShape) throws -> Int {
    let header = try header(of: images, magic: Self.imageMagic, fields: ["count", "rows", "columns"])
    guard header[1] == shape.height, header[2] == shape.width else {
      throw DatasetError.wrongImageSize(path: images.path, expected: shape, rows: header[1], columns: header[2])
    }
    let count = Int(header[0])
    // A count has 32 bits and an image is small, so the product cannot overflow.
    try checkLength(of: images, Self.imageHeader + count * shape.valueCount, because: "its header says \(count) images")
    return count
  }

  private func checkLabels() throws -> Int {
    let count = Int(try header(of: labels, magic: Self.labelMagic, fields: ["count"])[0])
    try checkLength(of: labels, Self.labelHeader + count, because: "its header says \(count) labels")
    return count
  }

  private func header(of file: FileBytes, magic: UInt32, fields: [String]) throws -> [UInt32] {
    let words = (0...fields.count).compactMap { file.bigEndian(at: 4 * $0) }
    if let found = words.first, found != magic {
      throw DatasetError.wrongMagic(path: file.path, expected: magic, found: found)
    }
    guard words.count == fields.count + 1 else {
      let header = "at least, for the header: magic number, " + fields.joined(separator: ", ")
      throw DatasetError.wrongLength(
        path: file.path, expected: 4 * (fields.count + 1), found: file.bytes.count, because: header)
    }
    return Array(words.dropFirst())
  }

  private func checkLength(of file: FileBytes, _ expected: Int, because: String) throws {
    guard file.bytes.count == expected else {
      throw DatasetError.wrongLength(path: file.path, expected: expected, found: file.bytes.count, because: because)
    }
  }
}
