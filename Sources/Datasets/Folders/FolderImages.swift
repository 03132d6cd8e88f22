import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The images of one part of a folder, decoded when they are asked for.
package struct FolderImages: ImageStore {
  struct File: Hashable, Sendable {
    /// `CLASS/FILE`.
    let name: String
    let label: Int32
  }

  package let identity: DatasetIdentity
  package let shape: PixelShape
  /// As the system takes it, and as messages show it.
  private let folder: String
  private let shown: String
  private let files: [File]
  private let centre: Double
  package let normalisation: PixelNormalisation

  package var count: Int { files.count }

  init(identity: DatasetIdentity, shape: PixelShape, folder: String, shown: String, files: [File], centre: Double) {
    self.identity = identity
    self.shape = shape
    self.folder = folder
    self.shown = shown
    self.files = files
    self.centre = centre
    normalisation = Self.normalisation(channels: shape.channels)
  }

  /// ImageNet's, which torchvision's models were trained with and most others since; of grey images that of its luminance.
  private static func normalisation(channels: Int) -> PixelNormalisation {
    let (mean, deviation) =
      channels == 3 ? ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]) : ([0.449], [0.226])
    return PixelNormalisation(mean: mean.map { $0 * 255 }, deviation: deviation.map { $0 * 255 })
  }

  package func write(
    _ index: Int, _ augmentation: Augmentation, _ epoch: Epoch, to output: UnsafeMutableBufferPointer<Float>
  ) throws(BrokenImage) -> Int {
    precondition(output.count == shape.valueCount, "there is room for one image")
    var image: PixelImage
    var draw: AugmentationDraw?
    do {
      let file = try ImageFile(reading: "\(folder)/\(files[index].name)")
      var random = augmentation.random(image: index, epoch: epoch)
      let box =
        augmentation.resizedCrop?.box(width: file.width, height: file.height, using: &random)
        ?? centreBox(width: file.width, height: file.height, shape: shape, share: centre)
      image = try file.resampled(box, to: shape)
      if augmentation != .none {
        draw = AugmentationDraw(augmentation, image: index, epoch: epoch, shape: shape)
        image = image.shifted(draw!, border: augmentation.crop?.border ?? .background)
        augmentation.randAugment?.apply(to: &image, using: &random)
      }
    } catch {
      throw BrokenImage(path: "\(shown)/\(files[index].name)", reason: error.reason)
    }
    image.write(by: normalisation.table, to: output)
    draw?.cut(output, shape)
    return Int(files[index].label)
  }

  /// Tells whether two folders have the same files: the CRC-32 of their names and sizes in bytes, in hexadecimal digits.
  /// What is inside them is not read, for that can be hundreds of gigabytes.
  ///
  /// - Complexity: The system is asked for each size.
  package var checksum: String {
    var sum: UInt = 0
    for file in files {
      var status = stat()
      let size = stat("\(folder)/\(file.name)", &status) == 0 ? Int(status.st_size) : -1
      let line = Array("\(file.name) \(size)\n".utf8)
      sum = UInt(crc32_z(uLong(sum), line, line.count))
    }
    let text = String(UInt32(truncatingIfNeeded: sum), radix: 16)
    return String(repeating: "0", count: 8 - text.count) + text
  }
}
