import Foundation
import Testing

@testable import Datasets

struct ImageFolderTests {
  static let shape = PixelShape(channels: 3, height: 16, width: 16)

  private func values(
    _ images: FolderImages, _ index: Int, _ augmentation: Augmentation = .none, epoch: Int = 0
  ) throws -> (values: [Float], label: Int) {
    var values = [Float](repeating: 0, count: images.shape.valueCount)
    let label = try values.withUnsafeMutableBufferPointer { room in
      try images.write(index, augmentation, Epoch(seed: 9, number: epoch), to: room)
    }
    return (values, label)
  }

  @Test func `classes are folders, in the order of their names`() throws {
    let folder = try FolderSamples.folder { try $0.write([1], to: "train/ant/notes.txt") }
    let images = try ImageFolder(path: folder.path, shape: Self.shape)
    #expect(images.train.count == 12 && images.validation.count == 6 && images.otherFiles == 1)
    #expect(images.train.identity.classNames == ["ant", "bee"])
    #expect(
      try (0..<12).map { try values(images.train, $0).label } == [Int](repeating: 0, count: 6)
        + Array(repeating: 1, count: 6))
  }

  @Test func `a limit takes classes in turn`() throws {
    let folder = try FolderSamples.folder()
    var options = ImageFolderOptions()
    options.limit = 5
    let images = try ImageFolder(path: folder.path, shape: Self.shape, options)
    #expect(try (0..<images.train.count).map { try values(images.train, $0).label } == [0, 0, 0, 1, 1])
    #expect(images.validation.count == 5)
  }

  /// A picture without detail is the same at any size, so a pixel tells how the file was read.
  @Test(arguments: [8, 40, 300])
  func `a plain picture keeps its colour at any size`(side: Int) throws {
    let colour: [UInt8] = [180, 90, 30]
    let pixels = (0..<side * side).flatMap { _ in colour }
    for bytes in [
      FolderSamples.jpeg(width: side, height: side, pixels: pixels),
      FolderSamples.png(width: side, height: side, pixels: pixels),
    ] {
      let file = try ImageFile(path: "x", bytes: bytes)
      let whole = ImageBox(left: 0, top: 0, width: Double(side), height: Double(side))
      let image = try file.resampled(whole, to: Self.shape)
      // JPEG of quality 90 rounds a plain colour by at most 2.
      #expect(zip(image.pixels, (0..<256).flatMap { _ in colour }).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
    }
  }

  /// A quarter of a picture is decoded at a part of its size, and is still that quarter.
  @Test func `a JPEG that is decoded smaller shows the same part`() throws {
    let (width, height) = (400, 320)
    let pixels = FolderSamples.picture(width: width, height: height, channels: 3, number: 0)
    let file = try ImageFile(
      path: "x", bytes: FolderSamples.jpeg(width: width, height: height, quality: 100, pixels: pixels))
    let box = ImageBox(left: 130, top: 41, width: 200, height: 160)
    let found = try file.resampled(box, to: Self.shape)
    let wanted = PixelImage(width: width, height: height, channels: 3, pixels: pixels)
      .resampled(box, width: 16, height: 16)
    let worst = zip(found.pixels, wanted.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    // The gradient is 3 levels a decoded pixel, and the picture wraps around at 200.
    let median = zip(found.pixels, wanted.pixels).map { abs(Int($0) - Int($1)) }.sorted()[384]
    #expect(median <= 2, "\(worst)")
  }

  @Test func `grey, CMYK and transparent files are read as what they show`() throws {
    let side = 24
    func read(_ bytes: [UInt8], channels: Int = 3) throws -> [UInt8] {
      let file = try ImageFile(path: "x", bytes: bytes)
      let shape = PixelShape(channels: channels, height: 4, width: 4)
      let box = ImageBox(left: 0, top: 0, width: Double(side), height: Double(side))
      return Array(try file.resampled(box, to: shape).pixels.prefix(channels))
    }
    let grey = [UInt8](repeating: 120, count: side * side)
    #expect(try read(FolderSamples.jpeg(width: side, height: side, channels: 1, pixels: grey)) == [120, 120, 120])
    #expect(try read(FolderSamples.png(width: side, height: side, channels: 1, pixels: grey)) == [120, 120, 120])
    // Light of an Adobe file: 255 is no ink. Half the cyan ink and a quarter of black.
    let inks = (0..<side * side).flatMap { _ in [128, 255, 255, 192] as [UInt8] }
    let light = try read(FolderSamples.jpeg(width: side, height: side, channels: 4, quality: 100, pixels: inks))
    #expect(zip(light, [96, 192, 192]).allSatisfy { abs(Int($0) - $1) <= 3 }, "\(light)")
    let clear = (0..<side * side).flatMap { _ in [10, 200, 30, 0] as [UInt8] }
    #expect(try read(FolderSamples.png(width: side, height: side, channels: 4, pixels: clear)) == [10, 200, 30])
    let red = (0..<side * side).flatMap { _ in [250, 0, 0] as [UInt8] }
    // 0.299 x 250.
    #expect(try abs(Int(read(FolderSamples.jpeg(width: side, height: side, pixels: red), channels: 1)[0]) - 75) <= 2)
  }

  @Test func `what is no image is named with its reason`() throws {
    let whole = FolderSamples.jpeg(width: 200, height: 200, number: 3)
    let png = FolderSamples.png(width: 60, height: 60)
    let folder = try FolderSamples.folder { folder in
      try folder.write(Array("just words".utf8), to: "train/ant/a.jpg")
      try folder.write(Array(whole.prefix(whole.count / 2)), to: "train/ant/b.jpg")
      try folder.write([], to: "train/ant/c.jpg")
      try folder.write(Array(png.prefix(png.count / 2)), to: "train/ant/d.png")
      try folder.write(Array(whole.prefix(10)), to: "train/ant/e.jpg")
      // Neither may keep the reader waiting, nor be read without end.
      try #require(mkfifo("\(folder.path)/train/ant/f.jpg", 0o600) == 0)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/train/ant/g.jpg", withDestinationPath: "/dev/zero")
    }
    let images = try ImageFolder(path: folder.path, shape: Self.shape)
    // The files of the sample are named 0 to 5, so those with letters come last.
    let reasons = (6..<13).map { index in
      do {
        _ = try values(images.train, index)
        return "read"
      } catch { return folder.text(of: error) }
    }
    #expect(
      reasons == [
        "the image 'FOLDER/train/ant/a.jpg' cannot be read: it is neither a JPEG nor a PNG",
        "the image 'FOLDER/train/ant/b.jpg' cannot be read: the file ends inside the image",
        "the image 'FOLDER/train/ant/c.jpg' cannot be read: it is empty",
        "the image 'FOLDER/train/ant/d.png' cannot be read: the file ends inside the image",
        "the image 'FOLDER/train/ant/e.jpg' cannot be read: the file ends inside the image",
        "the image 'FOLDER/train/ant/f.jpg' cannot be read: it is a pipe or a device, and no file",
        "the image 'FOLDER/train/ant/g.jpg' cannot be read: it is a pipe or a device, and no file",
      ])
  }

  /// A file that is cut where the part that is asked for has already been read.
  @Test func `a file that ends too early is broken wherever the part lies`() throws {
    let whole = FolderSamples.jpeg(width: 200, height: 200, number: 3)
    let file = try ImageFile(path: "x", bytes: Array(whole.prefix(whole.count * 9 / 10)))
    #expect(throws: BrokenImage.self) {
      try file.resampled(ImageBox(left: 0, top: 0, width: 40, height: 40), to: Self.shape)
    }
  }

  @Test func `a part of an image follows from epoch and image alone`() throws {
    let folder = try FolderSamples.folder()
    let images = try ImageFolder(path: folder.path, shape: Self.shape).train
    let changes = Augmentation(
      flipsHorizontally: true, cutout: 4, resizedCrop: ResizedCrop(shares: 0.1...1),
      randAugment: RandAugment(count: 2, strength: 9))
    for index in 0..<4 {
      let first = try values(images, index, changes, epoch: 1).values
      #expect(try values(images, index, changes, epoch: 1).values == first)
      #expect(try values(images, index, changes, epoch: 2).values != first)
    }
  }

  @Test(arguments: [
    ("", "there is no folder 'FOLDER/none'"),
    ("val", "the folder 'FOLDER' has no folder 'val'; it has 'train'"),
    ("val/bee", ""),
    ("train/bee", "the class of 'FOLDER/val/bee' is not among those of 'train'"),
  ])
  func `what is missing is said`(removed: String, message: String) throws {
    let folder = try FolderSamples.folder { folder in
      if !removed.isEmpty { try FileManager.default.removeItem(atPath: "\(folder.path)/\(removed)") }
    }
    let path = removed.isEmpty ? folder.path + "/none" : folder.path
    do {
      _ = try ImageFolder(path: path, shape: Self.shape)
      #expect(message.isEmpty)
    } catch { #expect(error.message.replacing(folder.path, with: "FOLDER") == message) }
  }

  @Test func `a class without images, no classes, and other channels are errors`() throws {
    func message(_ shape: PixelShape = Self.shape, _ change: (String) throws -> Void) throws -> String {
      let folder = try FolderSamples.folder { try change($0.path) }
      do {
        _ = try ImageFolder(path: folder.path, shape: shape)
        return "read"
      } catch { return error.message.replacing(folder.path, with: "FOLDER") }
    }
    let files = FileManager.default
    #expect(
      try message { try files.createDirectory(atPath: "\($0)/train/cat", withIntermediateDirectories: true) }
        == "the class folder 'FOLDER/train/cat' has no .jpg, .jpeg or .png files")
    #expect(
      try message {
        try files.removeItem(atPath: "\($0)/train/ant")
        try files.removeItem(atPath: "\($0)/train/bee")
      } == "the folder 'FOLDER/train' has no folders, and each of them would be a class")
    #expect(
      try message(PixelShape(channels: 2, height: 8, width: 8)) { _ in }
        == "the images of 'FOLDER' are read with 1 or 3 channels, and the network takes 2")
  }

  @Test func `the checksum follows names and sizes`() throws {
    let folder = try FolderSamples.folder()
    func sum() throws -> String { try ImageFolder(path: folder.path, shape: Self.shape).train.checksum }
    let before = try sum()
    #expect(try sum() == before)
    try folder.write([1, 2, 3], to: "train/ant/0.JPEG")
    #expect(try sum() != before)
  }
}
