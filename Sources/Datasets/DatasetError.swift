/// Everything that can be wrong with a data set's files. Wording lives here and nowhere else.
package enum DatasetError: Error, Hashable, Sendable {
  case folderMissing(path: String)
  /// `packed` is a file beside the missing one that only needs unpacking.
  case fileMissing(path: String, packed: String?)
  case noTrainingBatch(folder: String, packed: String?)
  case unreadable(path: String, reason: String)
  case tooLarge(path: String, limit: Int)
  case damagedGzip(path: String, reason: String)
  case wrongMagic(path: String, expected: UInt32, found: UInt32)
  case wrongImageSize(path: String, expected: PixelShape, rows: UInt32, columns: UInt32)
  case wrongLength(path: String, expected: Int, found: Int, because: String)
  case partialRecord(path: String, bytes: Int, record: Int)
  case countsDiffer(images: String, imageCount: Int, labels: String, labelCount: Int)
  case tooFewImages(path: String, expected: Int, found: Int)
  case labelOutOfRange(path: String, image: Int, label: UInt8, classes: Int)
  case wrongLine(path: String, line: Int, expected: String, found: String)
  case limitTooSmall(limit: Int, classes: Int)
  case wrongChannels(path: String, channels: Int)
  /// Of an image folder; `found` are the folders that are there.
  case partMissing(path: String, part: String, found: [String])
  case noClasses(path: String)
  case emptyClass(path: String)
  /// A class to test that is not among those to train.
  case unknownClass(path: String, part: String)
  case notInMemory(source: String)
  /// Broken images are skipped, and all of them are broken; `images` says of what.
  case noWholeImage(images: String, count: Int)

  /// What is wrong: the file, what was expected and what was found.
  package var message: String {
    switch self {
    case .folderMissing(let path): "there is no folder '\(path)'"
    case .fileMissing(let path, _): "the file '\(path)' is missing"
    case .noTrainingBatch(let folder, _): "the folder '\(folder)' has no training file 'data_batch_<number>.bin'"
    case .unreadable(let path, let reason): "the file '\(path)' cannot be read: \(reason)"
    case .tooLarge(let path, let limit): "the file '\(path)' has more than \(limit) bytes, unpacked or not"
    case .damagedGzip(let path, let reason): "the gzip file '\(path)' is damaged: \(reason)"
    case .wrongMagic(let path, let expected, let found):
      "the file '\(path)' must begin with the magic number \(expected), but begins with \(found)"
    case .wrongImageSize(let path, let expected, let rows, let columns):
      "the file '\(path)' must have images of \(expected.height)x\(expected.width) pixels, but has \(rows)x\(columns)"
    case .wrongLength(let path, let expected, let found, let because):
      "the file '\(path)' must have \(expected) bytes (\(because)), but has \(found)"
    case .partialRecord(let path, let bytes, let record):
      "the file '\(path)' must be whole records of \(record) bytes, but its \(bytes) bytes end inside a record"
    case .countsDiffer(let images, let imageCount, let labels, let labelCount):
      "the file '\(images)' has \(imageCount) images, but '\(labels)' has \(labelCount) labels"
    case .tooFewImages(let path, let expected, let found):
      "the file '\(path)' must have at least \(expected) images, but has \(found)"
    case .labelOutOfRange(let path, let image, let label, let classes):
      "the file '\(path)' must have labels from 0 to \(classes - 1), but image \(image) has the label \(label)"
    case .wrongLine(let path, let line, let expected, let found):
      "the file '\(path)' must have \(expected) in line \(line), but has '\(found)'"
    case .limitTooSmall(let limit, let classes):
      "a limit of \(limit) images a part is too small for \(classes) classes"
    case .wrongChannels(let path, let channels):
      "the images of '\(path)' are read with 1 or 3 channels, and the network takes \(channels)"
    case .partMissing(let path, let part, let found):
      "the folder '\(path)' has no folder '\(part)'; "
        + (found.isEmpty
          ? "it has no folders"
          : "it has \(found.prefix(8).map { "'\($0)'" }.joined(separator: ", "))\(found.count > 8 ? ", ..." : "")")
    case .noClasses(let path): "the folder '\(path)' has no folders, and each of them would be a class"
    case .emptyClass(let path): "the class folder '\(path)' has no .jpg, .jpeg or .png files"
    case .unknownClass(let path, let part): "the class of '\(path)' is not among those of '\(part)'"
    case .noWholeImage(let images, let count): "none of the \(count) images of \(images) can be read"
    case .notInMemory(let source): "'\(source)' is read image by image, and a search keeps its images in memory"
    }
  }

  /// What the user can do about it.
  package var remedy: String {
    switch self {
    case .folderMissing: "give the folder that holds the files of the data set"
    case .fileMissing(_, let packed?), .noTrainingBatch(_, let packed?): "unpack it with `xz -dk '\(packed)'`"
    case .fileMissing, .noTrainingBatch: "check the folder, or download the file from the data set's source"
    case .unreadable: "check that it is a file and that you may read it"
    case .tooLarge: "check that this is the file you meant"
    case .damagedGzip, .wrongLength, .partialRecord: "download the file again: a cut-off download looks like this"
    case .wrongMagic: "check that images and labels are not swapped and that the file is of this data set"
    case .wrongImageSize: "use files of the format that the data set is named for"
    case .countsDiffer: "take both files from one download"
    case .tooFewImages, .labelOutOfRange, .wrongLine: "check that the file is of this data set, or download it again"
    case .wrongChannels: "use a network of 1 channel (grey) or 3 (red, green, blue)"
    case .partMissing:
      "an image folder holds train/CLASS/*.jpg and val/CLASS/*.jpg; 'data.train' and 'data.val' in a recipe say other names"
    case .noClasses, .emptyClass: "put the images of each class into a folder that is named for it"
    case .unknownClass(_, let part):
      "a class that is tested must be trained: remove the folder, or add one to '\(part)'"
    case .noWholeImage: "where broken images are not skipped, the first of them is named with its reason"
    case .notInMemory: "use 'espalier train', or one of the small data sets"
    case .limitTooSmall(_, let classes): "use a limit of at least \(classes), one image a class, or none"
    }
  }
}

extension DatasetError: CustomStringConvertible {
  package var description: String { "\(message)\nhelp: \(remedy)" }
}
