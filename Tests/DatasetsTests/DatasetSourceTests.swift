import Testing

@testable import Datasets

struct DatasetSourceTests {
  @Test(arguments: ["fashion-mini", "digits", "fashion-mnist:data/fm", "cifar10:/data/cifar:10", "folder:imagenet"])
  func `a source prints as it was written`(text: String) throws {
    #expect(try DatasetSource(parsing: text).description == text)
  }

  @Test func `a folder may contain a colon`() throws {
    #expect(try DatasetSource(parsing: "cifar10:a:b") == .cifar10(folder: "a:b"))
  }

  @Test func `what is built in has the shape that is said`() throws {
    #expect(DatasetSource.builtIn.count == 2)
    for (source, shape) in DatasetSource.builtIn { #expect(try source.load().train.shape == shape) }
  }

  static let choices =
    "help: the data sets are 'fashion-mini', 'digits', 'fashion-mnist:FOLDER', 'cifar10:FOLDER', 'folder:FOLDER'"

  @Test(arguments: [
    ("fashion-mnii", "no data set is named 'fashion-mnii'; did you mean 'fashion-mini'?\n\(choices)"),
    ("CIFAR-10:x", "no data set is named 'CIFAR-10'; did you mean 'cifar10:FOLDER'?\n\(choices)"),
    ("cifar100:x", "no data set is named 'cifar100'; did you mean 'cifar10:FOLDER'?\n\(choices)"),
    ("digit", "no data set is named 'digit'; did you mean 'digits'?\n\(choices)"),
    ("imagenet", "no data set is named 'imagenet'\n\(choices)"),
    ("", "no data set is named ''\n\(choices)"),
    ("fashion-mnist", "the data set 'fashion-mnist' is read from a folder: write 'fashion-mnist:FOLDER'"),
    ("cifar10:", "the data set 'cifar10' is read from a folder: write 'cifar10:FOLDER'"),
    ("digits:x", "the data set 'digits' is built in and takes no folder: write 'digits'"),
  ])
  func `an error lists what can be written`(text: String, message: String) {
    let error = #expect(throws: DatasetSourceError.self) { try DatasetSource(parsing: text) }
    #expect(error?.description == message)
  }
}
