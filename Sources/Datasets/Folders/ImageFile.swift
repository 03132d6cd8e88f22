import CImageFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A JPEG or PNG file, known by its first bytes and not by its name.
struct ImageFile {
  private enum Format {
    case jpeg
    case png
  }

  let path: String
  private let bytes: [UInt8]
  private let format: Format
  let width: Int
  let height: Int

  init(reading path: String) throws(BrokenImage) {
    try self.init(path: path, bytes: Self.contents(of: path))
  }

  init(path: String, bytes: [UInt8]) throws(BrokenImage) {
    self.path = path
    self.bytes = bytes
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      format = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      format = .png
    } else {
      throw BrokenImage(path: path, reason: bytes.isEmpty ? "it is empty" : "it is neither a JPEG nor a PNG")
    }
    var size = image_size()
    let format = format
    try called(path) { reason in
      format == .jpeg
        ? image_jpeg_size(bytes, bytes.count, &size, reason) : image_png_size(bytes, bytes.count, &size, reason)
    }
    width = Int(size.width)
    height = Int(size.height)
  }

  /// A part of the image at the sides of a shape.
  ///
  /// A JPEG is decoded at a half, a quarter or an eighth of its sides where the part then still has as many pixels as the
  /// shape, and only the rows that the part needs are kept.
  func resampled(_ box: ImageBox, to shape: PixelShape) throws(BrokenImage) -> PixelImage {
    switch format {
    case .png:
      let image = PixelImage(
        width: width, height: height, channels: shape.channels, pixels: try pngPixels(channels: shape.channels))
      return image.resampled(box, width: shape.width, height: shape.height)
    case .jpeg:
      let eighths = [1, 2, 4].first { eighths in
        box.width * Double(eighths) >= Double(8 * shape.width)
          && box.height * Double(eighths) >= Double(8 * shape.height)
      }
      return try jpeg(box, eighths: eighths ?? 8, to: shape)
    }
  }

  private func jpeg(_ box: ImageBox, eighths: Int, to shape: PixelShape) throws(BrokenImage) -> PixelImage {
    var size = image_size()
    try called(path) { image_jpeg_scaled_size(bytes, bytes.count, Int32(eighths), &size, $0) }
    let (wide, tall) = (Int(size.width), Int(size.height))
    let part = box.scaled(x: Double(wide) / Double(width), y: Double(tall) / Double(height))
    let reach = PixelImage.reach(length: part.height, to: shape.height) + 1
    let first = max(0, Int(part.top - reach))
    let last = min(tall, Int(part.top + part.height + reach) + 1)
    let channels = shape.channels
    var pixels: [UInt8] = []
    try called(path) { reason in
      var isRead: Int32 = 0
      pixels = [UInt8](unsafeUninitializedCapacity: wide * (last - first) * channels) { room, count in
        isRead = image_jpeg_decode(
          bytes, bytes.count, Int32(eighths), Int32(channels), Int32(first), Int32(last - first), room.baseAddress,
          reason)
        count = isRead == 0 ? 0 : room.count
      }
      return isRead
    }
    return PixelImage(width: wide, height: last - first, channels: channels, pixels: pixels)
      .resampled(part, width: shape.width, height: shape.height, firstRow: first)
  }

  private func pngPixels(channels: Int) throws(BrokenImage) -> [UInt8] {
    var pixels: [UInt8] = []
    try called(path) { reason in
      var isRead: Int32 = 0
      pixels = [UInt8](unsafeUninitializedCapacity: width * height * channels) { room, count in
        isRead = image_png_decode(bytes, bytes.count, Int32(channels), room.baseAddress, reason)
        count = isRead == 0 ? 0 : room.count
      }
      return isRead
    }
    return pixels
  }

  private static func contents(of path: String) throws(BrokenImage) -> [UInt8] {
    // A pipe would keep `open` waiting for somebody who writes.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw BrokenImage(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw BrokenImage(path: path, reason: systemReason()) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw BrokenImage(path: path, reason: "it is a pipe or a device, and no file")
    }
    guard status.st_size <= Int64(FileBytes.sizeLimit) else {
      throw BrokenImage(path: path, reason: "it has more than \(FileBytes.sizeLimit) bytes")
    }
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { room, count in
      while count < room.count {
        let part = read(descriptor, room.baseAddress! + count, room.count - count)
        if part < 0, errno == EINTR { continue }
        if part < 0 { failure = systemReason() }
        guard part > 0 else { return }
        count += part
      }
    }
    if let failure { throw BrokenImage(path: path, reason: failure) }
    return bytes
  }
}

/// The system's words for the last error.
private func systemReason() -> String { String(cString: strerror(errno)).lowercased() }

private func called(_ path: String, _ body: (UnsafeMutablePointer<image_reason>) -> Int32) throws(BrokenImage) {
  var reason = image_reason()
  guard body(&reason) == 0 else { return }
  let text = withUnsafeBytes(of: reason.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  throw BrokenImage(path: path, reason: text)
}
