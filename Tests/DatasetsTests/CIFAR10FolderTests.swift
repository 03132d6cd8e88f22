import Testing

@testable import Datasets

struct CIFAR10FolderTests {
  private static let files = [
    "data_batch_1.bin": Samples.cifarBatch(40, seed: 100), "data_batch_2.bin": Samples.cifarBatch(30, seed: 200),
    "test_batch.bin": Samples.cifarBatch(20, seed: 300),
  ]

  private func load(_ files: [String: [UInt8]], _ options: SplitOptions = SplitOptions()) throws -> DatasetSplits {
    let folder = try TemporaryFolder(files)
    return try withExtendedLifetime(folder) { try DatasetSource.cifar10(folder: folder.path).load(options) }
  }

  private func message(_ change: (inout [String: [UInt8]]) -> Void) throws -> String {
    var files = Self.files
    change(&files)
    let folder = try TemporaryFolder(files)
    let error = #expect(throws: DatasetError.self) { try DatasetSource.cifar10(folder: folder.path).load() }
    return error.map(folder.text(of:)) ?? ""
  }

  @Test func `all batches are read and halved`() throws {
    let splits = try load(Self.files)
    #expect([splits.train, splits.validation, splits.test].map(\.count) == [35, 35, 20])
    #expect(splits.train.name == "CIFAR-10")
    #expect(splits.train.provenance.contains("2 of 5 training files"))
    #expect(splits.train.normalisation.mean.count == 3)
  }

  @Test func `planes become channels`() throws {
    let test = try load(Self.files).test
    let record = Samples.pixels(3072, seed: 307)
    for (row, column, channel) in [(0, 0, 0), (0, 1, 2), (31, 31, 1), (5, 17, 2)] {
      let place = 7 * 3072 + (row * 32 + column) * 3 + channel
      #expect(test.pixels[place] == record[channel * 1024 + row * 32 + column])
    }
  }

  @Test func `a README that speaks of JPEG changes the name`() throws {
    var files = Self.files
    files["README.md"] = Array("The pixels went through JPEG (quality 75).".utf8)
    let splits = try load(files)
    #expect(splits.test.name == "CIFAR-10 (JPEG q75)")
    #expect(splits.test.provenance.contains("not comparable"))
  }

  @Test func `batches come in the order of their numbers`() throws {
    var files = Self.files
    files["data_batch_10.bin"] = Samples.cifarBatch(20, seed: 400)
    files["data_batch_01.bin"] = [1, 2, 3]  // another name, another file
    let all = try load(files).trainAndValidation
    #expect(all.count == 90)
    #expect(Set(images(of: all)).count == 90)
  }

  @Test func `packed batches come with the command that unpacks them`() throws {
    let text = try message {
      $0["data_batch_1.bin"] = nil
      $0["data_batch_2.bin"] = nil
      $0["data_batch_1.bin.xz"] = [0]
    }
    #expect(
      text == """
        the folder 'FOLDER' has no training file 'data_batch_<number>.bin'
        help: unpack it with `xz -dk 'FOLDER/data_batch_1.bin.xz'`
        """)
  }

  @Test func `a packed test file comes with the command, too`() throws {
    let text = try message {
      $0["test_batch.bin"] = nil
      $0["test_batch.bin.xz"] = [0]
    }
    #expect(
      text == """
        the file 'FOLDER/test_batch.bin' is missing
        help: unpack it with `xz -dk 'FOLDER/test_batch.bin.xz'`
        """)
  }

  @Test func `a cut batch gives the length of a record`() throws {
    let text = try message { $0["data_batch_2.bin"]?.removeLast() }
    #expect(
      text == """
        the file 'FOLDER/data_batch_2.bin' must be whole records of 3073 bytes, but its 92189 bytes end inside a record
        help: download the file again: a cut-off download looks like this
        """)
  }

  @Test func `a label without a class gives its image`() throws {
    let text = try message { $0["data_batch_1.bin"]?[3073 * 4] = 99 }
    #expect(
      text == """
        the file 'FOLDER/data_batch_1.bin' must have labels from 0 to 9, but image 4 has the label 99
        help: check that the file is of this data set, or download it again
        """)
  }

  @Test func `an empty file is refused`() throws {
    let text = try message { $0["test_batch.bin"] = [] }
    #expect(
      text == """
        the file 'FOLDER/test_batch.bin' must have at least 20 images, but has 0
        help: check that the file is of this data set, or download it again
        """)
  }
}
