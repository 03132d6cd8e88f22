/// The table of the digits: a header line, then lines of 64 values from 0 to 16 and a label, separated by commas.
struct DigitsTable {
  let file: FileBytes

  static let shape = PixelShape(channels: 1, height: 8, width: 8)
  static let classNames = (0...9).map(String.init)
  static let highestValue: UInt8 = 16
  static let header = (0..<64).map { "p\($0 / 8)\($0 % 8)" }.joined(separator: ",") + ",label"

  /// - Returns: Pixels of shape [images, 8, 8, 1], in the order of the lines.
  /// - Throws: `DatasetError.wrongLine`, `.labelOutOfRange`.
  func read() throws -> LabelledPixels {
    var images = LabelledPixels(pixels: [], labels: [])
    let lines = file.bytes.split(separator: UInt8(ascii: "\n"))
    guard let header = lines.first, header.elementsEqual(Self.header.utf8) else {
      throw wrongLine(0, "the header 'p00,p01,...,p77,label'", found: lines.first ?? [])
    }
    for (number, line) in lines.enumerated().dropFirst() {
      guard let numbers = Self.numbers(line), numbers.count == Self.shape.valueCount + 1 else {
        throw wrongLine(number, "65 numbers", found: line)
      }
      guard numbers.dropLast().allSatisfy({ $0 <= Self.highestValue }) else {
        throw wrongLine(number, "pixels from 0 to 16", found: line)
      }
      images.pixels += numbers.dropLast()
      images.labels.append(numbers[Self.shape.valueCount])
    }
    if let wrong = images.labels.firstIndex(where: { $0 >= Self.classNames.count }) {
      throw DatasetError.labelOutOfRange(
        path: file.path, image: wrong, label: images.labels[wrong], classes: Self.classNames.count)
    }
    return images
  }

  /// The numbers of one line, or nil where it has anything but digits, commas and values below 256.
  private static func numbers(_ line: ArraySlice<UInt8>) -> [UInt8]? {
    var numbers: [UInt8] = []
    var value: Int?
    for byte in line {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let next = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
        guard next < 256 else { return nil }
        value = next
      case UInt8(ascii: ","):
        guard let whole = value else { return nil }
        numbers.append(UInt8(whole))
        value = nil
      default: return nil
      }
    }
    return value.map { numbers + [UInt8($0)] }
  }

  private func wrongLine(_ index: Int, _ expected: String, found: ArraySlice<UInt8>) -> DatasetError {
    let start = String(decoding: found.prefix(40), as: UTF8.self)
    return .wrongLine(
      path: file.path, line: index + 1, expected: expected, found: found.count > 40 ? start + "..." : start)
  }
}
