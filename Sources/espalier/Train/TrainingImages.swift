import Datasets
import Recipes
import SpaceIR

/// The images of a training: what gradients come from, and what is tested.
struct TrainingImages {
  let train: any ImageStore
  let test: any ImageStore
  /// As in a report: `CIFAR-10`.
  let name: String
  /// Tells whether they are the same again.
  let checksum: String
  /// Whether images have many sizes, and are read one by one.
  let isFolder: Bool

  /// Where images come from unless somebody says so.
  static let standardSource = "fashion-mini"

  /// - Parameter broken: What was asked for on the command line; nil: nothing.
  /// - Throws: `CommandFailure` where something was, and the images are no folder's.
  static func requireFolder(_ source: String, for broken: BrokenImagePolicy?) throws {
    guard broken != nil else { return }
    let source = try translatingFailures { try DatasetSource(parsing: source) }
    guard case .folder = source else {
      throw CommandFailure("'--broken' is about image folders, and '\(source)' is none", status: .couldNotRun)
    }
  }

  /// - Parameter shape: Of what the network takes; an image folder's images are brought to it.
  /// - Throws: `CommandFailure`.
  init(_ source: String, limit: Int?, folder: ImageFolderOptions, shape: ImageShape) throws {
    let source = try translatingFailures { try DatasetSource(parsing: source) }
    guard case .folder(let path) = source else {
      let splits = try translatingFailures { try source.load(SplitOptions(seed: 0, limit: limit)) }
      train = splits.trainAndValidation
      test = splits.test
      name = splits.test.name
      checksum = splits.checksum
      isFolder = false
      return
    }
    var options = folder
    options.limit = limit
    let images = try translatingFailures {
      try ImageFolder(
        path: path, shape: PixelShape(channels: shape.channels, height: shape.height, width: shape.width), options)
    }
    if images.otherFiles > 0 {
      Terminal.standardError.line(
        "note: \(counted(images.otherFiles, "file")) of '\(path)' left out: no .jpg, .jpeg or .png")
    }
    train = images.train
    test = images.validation
    name = images.train.identity.name
    checksum = "\(images.train.checksum)-\(images.validation.checksum)"
    isFolder = true
  }
}
