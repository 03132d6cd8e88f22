import Testing

@testable import Datasets

struct FashionMNISTFolderTests {
  private func load(_ folder: TemporaryFolder, _ options: SplitOptions = SplitOptions()) throws -> DatasetSplits {
    try withExtendedLifetime(folder) { try DatasetSource.fashionMNIST(folder: folder.path).load(options) }
  }

  /// What the user reads when the sample folder is changed by `change`.
  private func message(_ change: (inout [String: [UInt8]]) -> Void) throws -> String {
    var files = Samples.fashion()
    change(&files)
    let folder = try TemporaryFolder(files)
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    return error.map(folder.text(of:)) ?? ""
  }

  @Test func `the training part is halved and the test part kept`() throws {
    let splits = try load(TemporaryFolder(Samples.fashion(training: 61)))
    #expect([splits.train, splits.validation, splits.test].map(\.count) == [31, 30, 20])
    #expect(splits.validation.classCounts == Array(repeating: 3, count: 10))
    let parts = Set(images(of: splits.train)).union(images(of: splits.validation))
    #expect(parts.count == 61)
    #expect(splits.test.pixels == Samples.pixels(20 * 784, seed: 2))
    #expect(splits.test.labels == (0..<20).map { UInt8($0 % 10) })
  }

  @Test func `files that are not the originals do not get their name`() throws {
    #expect(try load(TemporaryFolder(Samples.fashion())).train.name == "images in the format of Fashion-MNIST")
  }

  @Test func `packed files and the other spelling read the same`() throws {
    let plain = try load(TemporaryFolder(Samples.fashion()))
    let packed = try TemporaryFolder(
      Dictionary(uniqueKeysWithValues: Samples.fashion().map { ($0.key + ".gz", Samples.gzip($0.value)) }))
    let dotted = try TemporaryFolder(
      Dictionary(uniqueKeysWithValues: Samples.fashion().map { ($0.key.replacing("-idx", with: ".idx"), $0.value) }))
    for splits in try [load(packed), load(dotted)] {
      #expect(splits.train.pixels == plain.train.pixels)
      #expect(splits.train.normalisation == plain.train.normalisation)
    }
  }

  @Test func `the seed decides the halves and the limit their size`() throws {
    let folder = try TemporaryFolder(Samples.fashion(training: 200, test: 50))
    let splits = try [1, 1, 2].map { try load(folder, SplitOptions(seed: $0, limit: 30)) }
    #expect(splits.allSatisfy { [$0.train, $0.validation, $0.test].map(\.count) == [30, 30, 30] })
    #expect(splits[0].train.pixels == splits[1].train.pixels)
    #expect(splits[0].train.pixels != splits[2].train.pixels)
    #expect(splits[0].train.classCounts == Array(repeating: 3, count: 10))
    #expect(Set(images(of: splits[0].train)).isDisjoint(with: images(of: splits[0].validation)))
  }

  @Test func `a folder that is not there is named`() {
    let error = #expect(throws: DatasetError.self) { try DatasetSource.fashionMNIST(folder: "no/such").load() }
    #expect(
      error?.description == """
        there is no folder 'no/such'
        help: give the folder that holds the files of the data set
        """)
  }

  @Test func `a missing file is named`() throws {
    let text = try message { $0["t10k-images-idx3-ubyte"] = nil }
    #expect(
      text == """
        the file 'FOLDER/t10k-images-idx3-ubyte' is missing
        help: check the folder, or download the file from the data set's source
        """)
  }

  @Test func `a cut file gives both lengths`() throws {
    let text = try message { $0["train-images-idx3-ubyte"]?.removeLast(5) }
    #expect(
      text == """
        the file 'FOLDER/train-images-idx3-ubyte' must have 47056 bytes (its header says 60 images), but has 47051
        help: download the file again: a cut-off download looks like this
        """)
  }

  @Test func `a cut header gives what it must hold`() throws {
    let text = try message { $0["train-labels-idx1-ubyte"]?.removeSubrange(6...) }
    #expect(
      text == """
        the file 'FOLDER/train-labels-idx1-ubyte' must have 8 bytes (at least, for the header: magic number, count), \
        but has 6
        help: download the file again: a cut-off download looks like this
        """)
  }

  @Test func `swapped files give both magic numbers`() throws {
    let text = try message { $0["train-images-idx3-ubyte"] = $0["train-labels-idx1-ubyte"] }
    #expect(
      text == """
        the file 'FOLDER/train-images-idx3-ubyte' must begin with the magic number 2051, but begins with 2049
        help: check that images and labels are not swapped and that the file is of this data set
        """)
  }

  @Test func `images of another size are refused`() throws {
    let text = try message {
      $0["train-images-idx3-ubyte"] = Samples.bigEndian(2051, 60, 32, 28) + Samples.pixels(60 * 32 * 28, seed: 1)
    }
    #expect(
      text == """
        the file 'FOLDER/train-images-idx3-ubyte' must have images of 28x28 pixels, but has 32x28
        help: use files of the format that the data set is named for
        """)
  }

  @Test func `counts that differ give both files`() throws {
    let text = try message { $0["train-labels-idx1-ubyte"] = Samples.idxLabels(59) }
    #expect(
      text == """
        the file 'FOLDER/train-images-idx3-ubyte' has 60 images, but 'FOLDER/train-labels-idx1-ubyte' has 59 labels
        help: take both files from one download
        """)
  }

  @Test func `a label without a class gives its image`() throws {
    let text = try message { $0["t10k-labels-idx1-ubyte"]?[8 + 13] = 10 }
    #expect(
      text == """
        the file 'FOLDER/t10k-labels-idx1-ubyte' must have labels from 0 to 9, but image 13 has the label 10
        help: check that the file is of this data set, or download it again
        """)
  }

  @Test func `files without images are refused`() throws {
    let text = try message {
      $0["t10k-images-idx3-ubyte"] = Samples.idxImages(0)
      $0["t10k-labels-idx1-ubyte"] = Samples.idxLabels(0)
    }
    #expect(
      text == """
        the file 'FOLDER/t10k-images-idx3-ubyte' must have at least 20 images, but has 0
        help: check that the file is of this data set, or download it again
        """)
  }

  @Test func `a cut gzip file is named`() throws {
    let text = try message { files in
      files["train-images-idx3-ubyte"] = files["train-images-idx3-ubyte"].map { Array(Samples.gzip($0).prefix(2_000)) }
    }
    #expect(
      text == """
        the gzip file 'FOLDER/train-images-idx3-ubyte' is damaged: it ends after 2000 bytes
        help: download the file again: a cut-off download looks like this
        """)
  }
}
