/// How an image folder is laid out and read.
package struct ImageFolderOptions: Hashable, Sendable {
  /// Names of the folders below the root, each with a folder a class.
  package var train = "train"
  package var validation = "val"
  /// Of the sides of what is resized, for testing: see `centreBox`.
  package var centre = 0.875
  /// The most images of a part; classes take turns.
  package var limit: Int?

  package init() {}
}

/// Images as ImageNet lies on disks: `train/CLASS/*.jpg` and `val/CLASS/*.jpg`; JPEG and PNG, of any size.
///
/// Classes are numbered in the order of their names, byte by byte, as torchvision's `ImageFolder` does.
package struct ImageFolder: Sendable {
  package let train: FolderImages
  package let validation: FolderImages
  /// Files that are left out for their endings, of both parts.
  package let otherFiles: Int

  /// - Parameters:
  ///   - path: May begin with `~/`.
  ///   - shape: Of what the network takes: 1 or 3 channels.
  /// - Throws: `DatasetError`. No image is opened.
  /// - Complexity: The folders are listed; 1.28 million names take seconds.
  package init(path: String, shape: PixelShape, _ options: ImageFolderOptions = ImageFolderOptions())
    throws(DatasetError)
  {
    guard shape.channels == 1 || shape.channels == 3 else { throw .wrongChannels(path: path, channels: shape.channels) }
    let root = try FolderListing(path)
    let training = try Self.classes(options.train, in: root)
    let testing = try Self.classes(options.validation, in: root)
    let names = training.map(\.name)
    if let unknown = testing.first(where: { !names.contains($0.name) }) {
      throw .unknownClass(path: unknown.path, part: options.train)
    }
    if let limit = options.limit, limit < names.count { throw .limitTooSmall(limit: limit, classes: names.count) }
    var others = 0
    func part(_ name: String, _ classes: [FolderListing]) throws(DatasetError) -> FolderImages {
      var files: [[FolderImages.File]] = []
      for folder in classes {
        let (images, left) = folder.images()
        guard !images.isEmpty else { throw .emptyClass(path: folder.path) }
        others += left
        let label = Int32(names.firstIndex(of: folder.name)!)
        files.append(images.map { FolderImages.File(name: "\(folder.name)/\($0)", label: label) })
      }
      let identity = DatasetIdentity(
        name: root.name, provenance: "image folder '\(path)', part '\(name)'", classNames: names)
      return FolderImages(
        identity: identity, shape: shape, folder: "\(root.real)/\(name)", shown: "\(root.path)/\(name)",
        files: Self.taken(files, options.limit), centre: options.centre)
    }
    train = try part(options.train, training)
    validation = try part(options.validation, testing)
    otherFiles = others
  }

  private static func classes(_ part: String, in root: FolderListing) throws(DatasetError) -> [FolderListing] {
    guard let folder = root.folder(part) else { throw .partMissing(path: root.path, part: part, found: root.folders) }
    let classes = folder.folders.compactMap { folder.folder($0) }
    guard !classes.isEmpty else { throw .noClasses(path: folder.path) }
    return classes
  }

  /// Class by class in full, or one image of each class after the other until there are enough.
  private static func taken(_ classes: [[FolderImages.File]], _ limit: Int?) -> [FolderImages.File] {
    guard let limit, limit < classes.reduce(0, { $0 + $1.count }) else { return classes.flatMap(\.self) }
    var counts = [Int](repeating: 0, count: classes.count)
    var left = limit
    while left > 0 {
      for index in classes.indices where left > 0 && counts[index] < classes[index].count {
        counts[index] += 1
        left -= 1
      }
    }
    return zip(classes, counts).flatMap { $0.prefix($1) }
  }
}
